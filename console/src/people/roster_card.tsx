// Which shifts an employee has, from when to when.

import { useSignal } from "@preact/signals";
import {
  assignShifts,
  deleteAssignment,
  endAssignment,
  listAssignments,
  listShifts,
} from "../api/attendance";
import type { Assignment, Employee, Shift, Site } from "../api/types";
import { useActing } from "../app/acting";
import { usePoll } from "../app/hooks";
import { minute } from "../app/now";
import { peopleAddress } from "../app/routes";
import { dateAt, formatDate } from "../app/dates";
import { describeAssignment, describeShift, versionOn } from "./shift_words";

const EVERY_MS = 30_000;

interface Props {
  site: Site;
  employee: Employee;
}

export function RosterCard({ site, employee }: Props) {
  const shifts = useSignal<readonly Shift[] | null>(null);
  const assignments = useSignal<readonly Assignment[] | null>(null);
  const today = dateAt(minute.value, site.time_zone);
  const { act, busy, message, refuse } = useActing();
  const ask = usePoll(
    "roster",
    async (signal) => {
      [shifts.value, assignments.value] = await Promise.all([
        listShifts(site.site_id, signal),
        listAssignments(employee.employee_id, signal),
      ]);
    },
    EVERY_MS,
    [site.site_id, employee.employee_id],
  );
  const usable = (shifts.value ?? []).filter((shift) => !versionOn(shift, today)?.retired);
  const names = new Map(
    (shifts.value ?? []).map((shift) => [shift.shift_id, versionOn(shift, today)?.name ?? shift.shift_id]),
  );

  async function assign(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const [chosen, from] = [data.getAll("shift").map(String), String(data.get("from"))];
    if (!chosen.length || !from) return refuse("Choose a shift and the first day.");
    const isDone = await act(() => assignShifts(employee.employee_id, chosen, from));
    if (!isDone) return;
    form.reset();
    ask();
  }

  return (
    <section class="card" aria-labelledby="roster-title">
      <div class="card-head">
        <h2 id="roster-title">Shifts</h2>
      </div>
      {assignments.value?.length === 0 && <p class="muted facts">They have no shift yet.</p>}
      <ul class="dated">
        {assignments.value?.map((assignment) => (
          <AssignmentRow
            key={assignment.assignment_id}
            assignment={assignment}
            words={describeAssignment(assignment, names)}
            today={today}
            onChange={async (change) => {
              if (await act(change)) ask();
            }}
          />
        ))}
      </ul>
      {shifts.value === null && <p class="muted facts">Asking for the shifts…</p>}
      {shifts.value && usable.length === 0 && (
        <p class="muted">
          The site has no shifts. Make them under{" "}
          <a href={peopleAddress(site.site_id, { part: "shifts" })}>Shifts</a>.
        </p>
      )}
      {usable.length > 0 && (
        <form class="assign-form" noValidate onSubmit={assign}>
          <fieldset class="choices">
            <legend>Give a shift</legend>
            {usable.map((shift) => {
              const version = versionOn(shift, today);
              return (
                <label key={shift.shift_id} class="choice">
                  <input type="checkbox" name="shift" value={shift.shift_id} />
                  <span>
                    {version?.name} <span class="muted number">{version && describeShift(version)}</span>
                  </span>
                </label>
              );
            })}
          </fieldset>
          <div class="field-row">
            <label class="field">
              From
              <input name="from" type="date" defaultValue={today} />
            </label>
            <button class="button" type="submit" disabled={busy.value}>
              Give
            </button>
          </div>
          <p class="hint muted">
            Until further notice, on the weekdays on which the shift runs. Shifts of the same days add up: end
            the old one first when they change.
          </p>
        </form>
      )}
      <p class="message" role="alert">
        {message}
      </p>
    </section>
  );
}

interface RowProps {
  assignment: Assignment;
  words: string;
  today: string;
  onChange: (change: () => Promise<unknown>) => void;
}

function AssignmentRow({ assignment, words, today, onChange }: RowProps) {
  const last = useSignal(today);
  const { first_date: from, last_date: until } = assignment;
  return (
    <li>
      <span>
        <b>{words}</b>{" "}
        <span class="muted number">
          {until ? `${formatDate(from)} to ${formatDate(until)}` : `from ${formatDate(from)}`}
        </span>
      </span>
      {from > today && (
        <button
          class="button small"
          type="button"
          onClick={() => onChange(() => deleteAssignment(assignment))}
        >
          Remove
        </button>
      )}
      {from <= today && !until && (
        <span class="end-form">
          <input
            class="small"
            type="date"
            aria-label={`Last day of ${words}`}
            value={last.value}
            min={from}
            onInput={(event) => {
              last.value = event.currentTarget.value;
            }}
          />
          <button
            class="button small"
            type="button"
            disabled={!last.value}
            onClick={() => onChange(() => endAssignment(assignment, last.value))}
          >
            End
          </button>
        </span>
      )}
    </li>
  );
}
