// Whether somebody agreed to be recognised. Without it only punches by hand are possible.

import { useSignal } from "@preact/signals";
import { recordConsent, withdrawConsent } from "../api/people";
import type { Employee, Erasure } from "../api/types";
import { useActing } from "../app/acting";
import { Dialog, DialogFoot } from "../app/dialog";
import { formatTime } from "../app/words";
import { ErasureReport } from "./erasure_report";

interface Props {
  employee: Employee;
  timeZone: string;
  onChanged: () => void;
}

export function ConsentCard({ employee, timeZone, onChanged }: Props) {
  const isWithdrawing = useSignal(false);
  const { consent, may_be_recognised: isGiven } = employee;
  return (
    <section class="card" aria-labelledby="consent-title">
      <div class="card-head">
        <h2 id="consent-title">Consent</h2>
        <span class="chip" data-consent={isGiven}>
          {isGiven ? "In force" : "None in force"}
        </span>
      </div>
      {consent && (
        <p class="facts">
          Text {consent.version}, given {formatTime(consent.given_at, timeZone)}, recorded by{" "}
          {consent.recorded_by}
          {consent.withdrawn_at && `; withdrawn ${formatTime(consent.withdrawn_at, timeZone)}`}.
        </p>
      )}
      {isGiven ? (
        <button
          class="button"
          type="button"
          onClick={() => {
            isWithdrawing.value = true;
          }}
        >
          Withdraw…
        </button>
      ) : (
        <RecordConsent employee={employee} onChanged={onChanged} />
      )}
      {isWithdrawing.value && (
        <WithdrawDialog
          employee={employee}
          onChanged={onChanged}
          onClose={() => {
            isWithdrawing.value = false;
          }}
        />
      )}
    </section>
  );
}

function RecordConsent({ employee, onChanged }: Pick<Props, "employee" | "onChanged">) {
  const { act, busy, message, refuse } = useActing();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement).get("version");
    const version = String(given ?? "").trim();
    if (!version) return refuse("Enter which text they have agreed to.");
    if (await act(() => recordConsent(employee.employee_id, version))) onChanged();
  }

  return (
    <form class="consent-form" noValidate onSubmit={submit}>
      <p class="muted">
        Without a consent no camera recognises {employee.name}; they are checked in by hand. Record it once
        they have signed.
      </p>
      <div class="field-row">
        <label class="field">
          Which text they signed
          <input name="version" maxLength={100} autocomplete="off" placeholder="such as 2026-01" />
        </label>
        <button class="button" type="submit" disabled={busy.value}>
          Record consent
        </button>
      </div>
      <p class="message" role="alert">
        {message}
      </p>
    </form>
  );
}

interface DialogProps {
  employee: Employee;
  onChanged: () => void;
  onClose: () => void;
}

function WithdrawDialog({ employee, onChanged, onClose }: DialogProps) {
  const report = useSignal<Erasure | null>(null);
  const { act, busy, message } = useActing();
  return (
    <Dialog title={`Withdraw the consent of ${employee.name}`} onClose={onClose}>
      {report.value ? (
        <ErasureReport report={report.value} onClose={onClose} />
      ) : (
        <div class="dialog-form">
          <p>
            Their enrolled faces go at once, with every picture that shows them and everybody in review who is
            like them. No camera recognises them any more. Their name, punches and hours stay, for payroll.
          </p>
          <DialogFoot
            message={message}
            action={busy.value ? "Removing…" : "Withdraw and remove"}
            isDangerous
            isDisabled={busy.value}
            onAction={() =>
              act(async () => {
                report.value = await withdrawConsent(employee.employee_id);
                onChanged();
              })
            }
            back="Keep it"
            onBack={onClose}
          />
        </div>
      )}
    </Dialog>
  );
}
