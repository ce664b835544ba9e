// Adds an employee, or changes one.

import { useSignal } from "@preact/signals";
import { createEmployee, updateEmployee } from "../api/people";
import type { Employee, EmployeeFields, Site } from "../api/types";
import { useActing } from "../app/acting";
import { Dialog, DialogFoot } from "../app/dialog";
import { freeId, suggestId } from "../app/names";

interface Props {
  site: Site;
  /** Null: a new one. */
  employee: Employee | null;
  /** Ids that others have. */
  taken?: readonly string[];
  onDone: (employee: Employee) => void;
  onClose: () => void;
}

export function EmployeeDialog({ site, employee, taken = [], onDone, onClose }: Props) {
  const id = useSignal(employee?.employee_id ?? "");
  const hasOwnId = useSignal(employee !== null);
  const { act, busy, message, refuse } = useActing();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const fields = readFields(event.currentTarget as HTMLFormElement);
    if (!fields.name) return refuse("Enter the name.");
    await act(async () => {
      const kept = employee
        ? await updateEmployee(employee.employee_id, fields, employee.revision)
        : await createEmployee({ ...fields, employee_id: id.value, site_id: site.site_id });
      onClose();
      onDone(kept);
    });
  }

  return (
    <Dialog title={employee ? `Change ${employee.name}` : "Add an employee"} onClose={onClose}>
      <form class="dialog-form" noValidate onSubmit={submit}>
        <label class="field">
          Name
          <input
            name="name"
            maxLength={100}
            autocomplete="off"
            defaultValue={employee?.name ?? ""}
            onInput={(event) => {
              if (!hasOwnId.value) id.value = freeId(suggestId(event.currentTarget.value), taken);
            }}
          />
        </label>
        <label class="field">
          Payroll number
          <input
            name="payroll_number"
            maxLength={100}
            autocomplete="off"
            defaultValue={employee?.payroll_number ?? ""}
          />
        </label>
        <div class="field-row">
          <label class="field">
            Employed from
            <input name="employed_from" type="date" defaultValue={employee?.employed_from ?? ""} />
          </label>
          <label class="field">
            Last day
            <input name="employed_until" type="date" defaultValue={employee?.employed_until ?? ""} />
          </label>
        </div>
        <p class="hint muted">
          Both days are included; empty is open. The night after the last day their faces are removed.
        </p>
        {!employee && (
          <label class="field">
            Id, which stays
            <input
              name="employee_id"
              maxLength={63}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              value={id.value}
              onInput={(event) => {
                id.value = event.currentTarget.value;
                hasOwnId.value = true;
              }}
            />
          </label>
        )}
        <DialogFoot
          message={message}
          action={employee ? "Save" : "Add"}
          isDisabled={busy.value}
          onBack={onClose}
        />
      </form>
    </Dialog>
  );
}

function readFields(form: HTMLFormElement): EmployeeFields & { name: string } {
  const data = new FormData(form);
  const text = (name: string): string => String(data.get(name) ?? "").trim();
  return {
    name: text("name"),
    payroll_number: text("payroll_number") || null,
    employed_from: text("employed_from") || null,
    employed_until: text("employed_until") || null,
  };
}
