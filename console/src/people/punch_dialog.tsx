// Checks somebody in or out by hand.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { punch } from "../api/attendance";
import type { Employee, Site } from "../api/types";
import { useActing } from "../app/acting";
import { Dialog, DialogFoot } from "../app/dialog";
import { formatTime } from "../app/words";
import { EmployeePicker } from "./employee_picker";

interface Props {
  site: Site;
  employees: readonly Employee[] | null;
  onPunched: () => void;
  onClose: () => void;
}

export function PunchDialog({ site, employees, onPunched, onClose }: Props) {
  const chosen = useSignal<Employee | null>(null);
  const way = useSignal<"in" | "out">("in");
  const at = useSignal("");
  const said = useSignal("");
  const { act, busy, message, refuse } = useActing();
  // As long as nothing else is asked for, it is the same punch: sent twice it counts once.
  const sent = useRef({ what: "", key: "" });

  function keyOf(what: string): string {
    if (sent.current.what !== what) sent.current = { what, key: crypto.randomUUID() };
    return sent.current.key;
  }

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const employee = chosen.peek();
    said.value = "";
    if (!employee) return refuse("Choose somebody from the list first.");
    const [direction, time] = [way.peek(), at.peek()];
    await act(async () => {
      const key = keyOf([employee.employee_id, direction, time].join());
      const entered = await punch(direction, employee.employee_id, time || null, key);
      const done = `${employee.name} is checked ${direction} at ${formatTime(entered.punch.at, site.time_zone)}.`;
      said.value = entered.records.length ? done : `${done} No shift takes a punch at that time.`;
      sent.current = { what: "", key: "" };
      onPunched();
    });
  }

  return (
    <Dialog title="Check in or out by hand" onClose={onClose}>
      <form class="dialog-form" noValidate onSubmit={submit}>
        <EmployeePicker
          label="Who"
          employees={employees}
          chosen={chosen.value}
          onChoose={(employee) => {
            chosen.value = employee;
          }}
        />
        <fieldset class="choices">
          <legend class="quiet">Which way</legend>
          {(["in", "out"] as const).map((each) => (
            <label key={each} class="choice">
              <input
                type="radio"
                name="way"
                checked={way.value === each}
                onChange={() => {
                  way.value = each;
                }}
              />
              Check {each}
            </label>
          ))}
        </fieldset>
        <label class="field">
          When
          <input
            type="datetime-local"
            step="1"
            value={at.value}
            onInput={(event) => {
              at.value = event.currentTarget.value;
            }}
          />
          <span class="hint muted">
            Time of the site ({site.time_zone.replaceAll("_", " ")}). Empty: now.
          </span>
        </label>
        <p class="said" role="status">
          {said}
        </p>
        <DialogFoot
          message={message}
          action={`Check ${way.value}`}
          isDisabled={busy.value}
          back="Close"
          onBack={onClose}
        />
      </form>
    </Dialog>
  );
}
