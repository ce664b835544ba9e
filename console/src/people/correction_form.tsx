// Adds, replaces or withdraws a punch. What was recorded stays; the correction stands beside it, with a reason.

import { useSignal } from "@preact/signals";
import { type Correction, correct } from "../api/attendance";
import type { AttendanceRecord, Entered, Punch, PunchDirection, Site } from "../api/types";
import { useActing } from "../app/acting";
import { DialogFoot } from "../app/dialog";
import { wallTimeAt } from "../app/dates";
import { DIRECTION_WORDS, describePunch } from "./people_words";

export type Task = { action: "add" } | { action: "replace" | "withdraw"; punch: Punch };

const VERBS = { add: "Add a punch", replace: "Correct the punch", withdraw: "Withdraw the punch" };
const LONGEST_REASON = 200;

interface Props {
  site: Site;
  record: Pick<AttendanceRecord, "employee_id" | "starts_at" | "ends_at" | "check_in" | "check_out">;
  task: Task;
  onDone: (entered: Entered) => void;
  onCancel: () => void;
}

export function CorrectionForm({ site, record, task, onDone, onCancel }: Props) {
  const zone = site.time_zone;
  const before = task.action === "add" ? guess(record) : task.punch;
  const written = wallTimeAt(before.at, zone);
  const direction = useSignal<PunchDirection>(before.direction);
  const at = useSignal(written);
  const { act, busy, message, refuse } = useActing();

  /** What is not changed is left out: a time that clocks show twice stays the one that it was. */
  function write(reason: string): Correction {
    const employee_id = record.employee_id;
    if (task.action === "add")
      return { action: "add", employee_id, direction: direction.value, at: at.value, reason };
    const of = { employee_id, punch_id: task.punch.punch_id, reason };
    if (task.action === "withdraw") return { action: "withdraw", ...of };
    return {
      action: "replace",
      ...of,
      ...(direction.value === before.direction ? {} : { direction: direction.value }),
      ...(at.value === written ? {} : { at: at.value }),
    };
  }

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement).get("reason");
    const reason = String(given ?? "").trim();
    if (!reason) return refuse("Say why: payroll keeps the reason with the correction.");
    if (!at.value) return refuse("Enter the time.");
    if (task.action === "replace" && direction.value === before.direction && at.value === written)
      return refuse("Change the time or the direction first.");
    await act(async () => onDone(await correct(write(reason))));
  }

  return (
    <form class="dialog-form" noValidate onSubmit={submit}>
      <p>
        <b>{VERBS[task.action]}</b>
        {task.action !== "add" && <span class="muted number">: {describePunch(task.punch, zone)}</span>}
      </p>
      <p class="muted">
        {task.action === "withdraw"
          ? "It counts no more. It stays visible, with who withdrew it and why."
          : "The record follows at once. What was recorded before stays visible, with who corrected it and why."}
      </p>
      {task.action !== "withdraw" && (
        <div class="field-row">
          <label class="field">
            Direction
            <select
              value={direction.value}
              onChange={(event) => {
                direction.value = event.currentTarget.value as PunchDirection;
              }}
            >
              {(["in", "out", "unknown"] as const).map((each) => (
                <option key={each} value={each}>
                  {each === "unknown" ? "Not known" : DIRECTION_WORDS[each]}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            Time at the site
            <input
              type="datetime-local"
              step="1"
              value={at.value}
              onInput={(event) => {
                at.value = event.currentTarget.value;
              }}
            />
          </label>
        </div>
      )}
      <label class="field">
        Reason
        <input
          name="reason"
          maxLength={LONGEST_REASON}
          autocomplete="off"
          placeholder="such as: forgot to check out; foreman’s list"
        />
      </label>
      <DialogFoot
        message={message}
        action={VERBS[task.action]}
        isDisabled={busy.value}
        back="Back"
        onBack={onCancel}
      />
    </form>
  );
}

/** What is most likely missing. */
function guess(record: Props["record"]): { direction: PunchDirection; at: string } {
  return record.check_in && !record.check_out
    ? { direction: "out", at: record.ends_at }
    : { direction: "in", at: record.starts_at };
}
