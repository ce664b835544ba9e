// When an employee is on leave.

import { useSignal } from "@preact/signals";
import { deleteLeave, enterLeave, listLeaves } from "../api/attendance";
import type { Employee, Leave, Site } from "../api/types";
import { useActing } from "../app/acting";
import { usePoll } from "../app/hooks";
import { minute } from "../app/now";
import { addDays, dateAt, formatDate } from "../app/dates";

const EVERY_MS = 30_000;
const DAYS_BACK = 90;
const KINDS = ["annual", "sick", "unpaid", "other"];

export function LeavesCard({ site, employee }: { site: Site; employee: Employee }) {
  const leaves = useSignal<readonly Leave[] | null>(null);
  const today = dateAt(minute.value, site.time_zone);
  const { act, busy, message, refuse } = useActing();
  const ask = usePoll(
    "leaves",
    async (signal) => {
      leaves.value = await listLeaves(employee.employee_id, addDays(today, -DAYS_BACK), signal);
    },
    EVERY_MS,
    [employee.employee_id],
  );

  async function enter(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const [first, last, kind] = ["first", "last", "kind"].map((name) => String(data.get(name) ?? "")) as [
      string,
      string,
      string,
    ];
    if (!first || !last) return refuse("Enter the first and the last day.");
    const isDone = await act(() => enterLeave(employee.employee_id, first, last, kind));
    if (!isDone) return;
    form.reset();
    ask();
  }

  return (
    <section class="card" aria-labelledby="leaves-title">
      <div class="card-head">
        <h2 id="leaves-title">Leave</h2>
      </div>
      {leaves.value?.length === 0 && (
        <p class="muted facts">None in the last {DAYS_BACK} days, and none to come.</p>
      )}
      <ul class="dated">
        {leaves.value?.map((leave) => (
          <li key={leave.leave_id}>
            <span>
              <b>{leave.kind}</b>{" "}
              <span class="muted number">
                {formatDate(leave.first_date)} to {formatDate(leave.last_date)}, entered by {leave.by}
              </span>
            </span>
            <button
              class="button small"
              type="button"
              disabled={busy.value}
              onClick={async () => {
                if (await act(() => deleteLeave(leave))) ask();
              }}
              aria-label={`Remove the leave of ${formatDate(leave.first_date)}`}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <form noValidate onSubmit={enter}>
        <div class="field-row">
          <label class="field">
            First day
            <input name="first" type="date" />
          </label>
          <label class="field">
            Last day
            <input name="last" type="date" />
          </label>
          <label class="field">
            Kind
            <select name="kind">
              {KINDS.map((kind) => (
                <option key={kind} value={kind}>
                  {kind}
                </option>
              ))}
            </select>
          </label>
          <button class="button" type="submit" disabled={busy.value}>
            Enter leave
          </button>
        </div>
        <p class="message" role="alert">
          {message}
        </p>
      </form>
    </section>
  );
}
