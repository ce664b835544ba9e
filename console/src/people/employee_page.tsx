// One employee: who they are, whether they may be recognised, by which faces, and which shifts they have.

import { useSignal } from "@preact/signals";
import { getEmployee } from "../api/people";
import { Refused } from "../api/request";
import type { Employee, Site } from "../api/types";
import { usePoll } from "../app/hooks";
import { minute } from "../app/now";
import { peopleAddress } from "../app/routes";
import { ConsentCard } from "./consent_card";
import { dateAt } from "../app/dates";
import { EmployeeDialog } from "./employee_dialog";
import { describeEmployment } from "./employee_words";
import { EraseCard } from "./erase_card";
import { FacesCard } from "./faces_card";
import { LeavesCard } from "./leaves_card";
import { RosterCard } from "./roster_card";

const EVERY_MS = 15_000;

interface Props {
  site: Site;
  employeeId: string;
  onChanged: () => void;
}

export function EmployeePage({ site, employeeId, onChanged }: Props) {
  const employee = useSignal<Employee | null>(null);
  const isMissing = useSignal(false);
  const isEditing = useSignal(false);
  const ask = usePoll(
    "employee",
    async (signal) => {
      try {
        employee.value = await getEmployee(employeeId, signal);
      } catch (error) {
        if (!(error instanceof Refused && error.status === 404)) throw error;
        isMissing.value = true;
      }
    },
    EVERY_MS,
    [employeeId],
  );
  const known = employee.value;
  if (isMissing.value) return <p class="card nothing">There is no employee {employeeId}.</p>;
  if (!known) return <p class="card nothing muted">Asking for {employeeId}…</p>;
  const changed = (): void => {
    ask();
    onChanged();
  };
  const month = { part: "month", employeeId, month: null } as const;
  return (
    <div class="employee">
      <section class="card employee-head" aria-labelledby="employee-title">
        <div class="card-head">
          <h1 id="employee-title">{known.name}</h1>
          <button
            class="button"
            type="button"
            onClick={() => {
              isEditing.value = true;
            }}
          >
            Change…
          </button>
        </div>
        <p class="facts muted">
          {[
            known.payroll_number && `payroll ${known.payroll_number}`,
            `id ${known.employee_id}`,
            describeEmployment(known, dateAt(minute.value, site.time_zone)),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        <a href={peopleAddress(site.site_id, month)}>Their month</a>
      </section>
      <ConsentCard employee={known} timeZone={site.time_zone} onChanged={changed} />
      <FacesCard employee={known} timeZone={site.time_zone} />
      <RosterCard site={site} employee={known} />
      <LeavesCard site={site} employee={known} />
      <EraseCard employee={known} onChanged={changed} />
      {isEditing.value && (
        <EmployeeDialog
          site={site}
          employee={known}
          onDone={changed}
          onClose={() => {
            isEditing.value = false;
          }}
        />
      )}
    </div>
  );
}
