// Everybody who works, or worked, at a site.

import { useSignal } from "@preact/signals";
import type { Employee, Site } from "../api/types";
import { minute } from "../app/now";
import { goTo } from "../app/place";
import { peopleAddress } from "../app/routes";
import { dateAt } from "../app/dates";
import { EmployeeDialog } from "./employee_dialog";
import { describeConsent, describeEmployment, hasLeft } from "./employee_words";
import { findEmployees } from "./search";

interface Props {
  site: Site;
  /** Null while they are on their way. */
  employees: readonly Employee[] | null;
  onChanged: () => void;
}

export function EmployeesPage({ site, employees, onChanged }: Props) {
  const typed = useSignal("");
  const showsAll = useSignal(false);
  const isAdding = useSignal(false);
  const today = dateAt(minute.value, site.time_zone);
  const all = employees ?? [];
  const kept = showsAll.value ? all : all.filter((employee) => !hasLeft(employee, today));
  const found = findEmployees(kept, typed.value);
  const hidden = all.length - kept.length;
  return (
    <section class="card" aria-labelledby="employees-title">
      <div class="card-head">
        <h1 id="employees-title">Employees</h1>
        <button
          class="button primary"
          type="button"
          onClick={() => {
            isAdding.value = true;
          }}
        >
          Add an employee…
        </button>
      </div>
      <div class="field-row search-row">
        <label class="field">
          Search
          <input
            type="search"
            autocomplete="off"
            placeholder="Name or payroll number"
            value={typed.value}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
            }}
          />
        </label>
        <label class="choice">
          <input
            type="checkbox"
            checked={showsAll.value}
            onChange={(event) => {
              showsAll.value = event.currentTarget.checked;
            }}
          />
          Also who has left
        </label>
      </div>
      {employees === null && <p class="chart-empty muted">Asking who works here…</p>}
      {employees?.length === 0 && <p class="chart-empty muted">Nobody works here yet. Add the first one.</p>}
      {all.length > 0 && found.length === 0 && (
        <p class="chart-empty muted">
          Nobody has that name
          {hidden > 0 && !showsAll.value && ` among those who are here; ${hidden} have left`}.
        </p>
      )}
      <ul class="employee-list">
        {found.map((employee) => (
          <li key={employee.employee_id}>
            <a
              class="employee-name"
              href={peopleAddress(site.site_id, { part: "employees", employeeId: employee.employee_id })}
            >
              {employee.name}
            </a>
            <span class="muted number">{employee.payroll_number}</span>
            <span class="muted">{describeEmployment(employee, today)}</span>
            <span class="chip" data-consent={employee.may_be_recognised}>
              {describeConsent(employee)}
            </span>
          </li>
        ))}
      </ul>
      {isAdding.value && (
        <EmployeeDialog
          site={site}
          employee={null}
          taken={all.map((employee) => employee.employee_id)}
          onDone={({ employee_id: employeeId }) => {
            onChanged();
            goTo(peopleAddress(site.site_id, { part: "employees", employeeId }));
          }}
          onClose={() => {
            isAdding.value = false;
          }}
        />
      )}
    </section>
  );
}
