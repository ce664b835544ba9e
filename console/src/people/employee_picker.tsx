// Finds an employee by typing: a combobox as the ARIA practices describe it.

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Employee } from "../api/types";
import { findEmployees } from "./search";

const SHOWN = 8;

interface Props {
  label: string;
  /** Null while they are on their way. */
  employees: readonly Employee[] | null;
  chosen: Employee | null;
  /** What is to be known of somebody before they are chosen. */
  noteOf?: (employee: Employee) => string | null;
  onChoose: (employee: Employee | null) => void;
}

export function EmployeePicker({ label, employees, chosen, noteOf = payrollNumberOf, onChoose }: Props) {
  const id = useId();
  const text = useSignal(chosen?.name ?? "");
  const isOpen = useSignal(false);
  const active = useSignal(0);
  const found = find();

  /** As of now: a key may come before what was typed is drawn. */
  function find(): Employee[] {
    return isOpen.value && employees ? findEmployees(employees, text.value).slice(0, SHOWN) : [];
  }

  function choose(employee: Employee): void {
    text.value = employee.name;
    isOpen.value = false;
    onChoose(employee);
  }

  function type(typed: string): void {
    text.value = typed;
    isOpen.value = true;
    active.value = 0;
    onChoose(null);
  }

  function press(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const found = find();
    const marked = found[active.value];
    if (step !== undefined) {
      event.preventDefault();
      if (!found.length) isOpen.value = true;
      else active.value = (active.value + step + found.length) % found.length;
    } else if (event.key === "Enter" && marked) {
      event.preventDefault();
      choose(marked);
    } else if (event.key === "Escape" && isOpen.value) {
      event.preventDefault(); // closes the list, not the dialog around it
      event.stopPropagation();
      isOpen.value = false;
    }
  }

  return (
    <div class="picker">
      <label class="field">
        {label}
        <input
          role="combobox"
          autocomplete="off"
          spellcheck={false}
          placeholder="Name or payroll number"
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={found.length ? `${id}-${active.value}` : undefined}
          value={text.value}
          onInput={(event) => type(event.currentTarget.value)}
          onFocus={() => {
            isOpen.value = !chosen;
          }}
          onBlur={() => {
            isOpen.value = false;
          }}
          onKeyDown={press}
        />
      </label>
      <ul id={`${id}-list`} class="picker-list" role="listbox" aria-label={label} hidden={!found.length}>
        {found.map((employee, index) => (
          <li
            key={employee.employee_id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active.value}
            // Before the field loses the focus, which closes the list.
            onPointerDown={(event) => {
              event.preventDefault();
              choose(employee);
            }}
          >
            {employee.name}
            <span class="muted number">{noteOf(employee)}</span>
          </li>
        ))}
      </ul>
      {isOpen.value && text.value && !found.length && (
        <p class="hint muted">{employees ? "Nobody here has that name." : "Asking who works here…"}</p>
      )}
    </div>
  );
}

function payrollNumberOf({ payroll_number: number }: Employee): string | null {
  return number;
}
