// Erases somebody's biometrics by their wish: an administrator does, and types the name.

import { useSignal } from "@preact/signals";
import { erase } from "../api/people";
import type { Employee, Erasure } from "../api/types";
import { isAdmin } from "../app/account";
import { useActing } from "../app/acting";
import { Dialog, DialogFoot } from "../app/dialog";
import { ErasureReport } from "./erasure_report";

interface Props {
  employee: Employee;
  onChanged: () => void;
}

export function EraseCard({ employee, onChanged }: Props) {
  const isAsking = useSignal(false);
  return (
    <section class="card" aria-labelledby="erase-title">
      <div class="card-head">
        <h2 id="erase-title">Erase</h2>
      </div>
      <p class="muted facts">
        Removes everything that is made of their face, everywhere, by their wish. Name, punches and hours
        stay, for payroll.
        {!isAdmin.value && " An administrator does it."}
      </p>
      {isAdmin.value && (
        <button
          class="button danger"
          type="button"
          onClick={() => {
            isAsking.value = true;
          }}
        >
          Erase…
        </button>
      )}
      {isAsking.value && (
        <EraseDialog
          employee={employee}
          onChanged={onChanged}
          onClose={() => {
            isAsking.value = false;
          }}
        />
      )}
    </section>
  );
}

function EraseDialog({ employee, onChanged, onClose }: Props & { onClose: () => void }) {
  const typed = useSignal("");
  const report = useSignal<Erasure | null>(null);
  const { act, busy, message } = useActing();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    await act(async () => {
      report.value = await erase(employee.employee_id);
      onChanged();
    });
  }

  return (
    <Dialog title={`Erase what is made of the face of ${employee.name}`} onClose={onClose}>
      {report.value ? (
        <ErasureReport report={report.value} onClose={onClose} />
      ) : (
        <form class="dialog-form" noValidate onSubmit={submit}>
          <p>
            It can’t be undone. Nobody can enrol them again before a new consent is recorded. To go on, type
            their name.
          </p>
          <label class="field">
            {`Type “${employee.name}”`}
            <input
              autocomplete="off"
              value={typed.value}
              onInput={(event) => {
                typed.value = event.currentTarget.value;
              }}
            />
          </label>
          <DialogFoot
            message={message}
            action={busy.value ? "Erasing…" : "Erase"}
            isDangerous
            isDisabled={busy.value || typed.value.trim() !== employee.name.trim()}
            onBack={onClose}
          />
        </form>
      )}
    </Dialog>
  );
}
