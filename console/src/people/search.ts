// Finding employees by what one types.

import type { Employee } from "../api/types";
import { plain } from "../app/names";

type Named = Pick<Employee, "name" | "payroll_number" | "employee_id">;

/** Those of whom each typed word begins a word of the name or the payroll number, by name. */
export function findEmployees<E extends Named>(employees: readonly E[], typed: string): E[] {
  const words = wordsOf(typed);
  return employees
    .filter((employee) => {
      const parts = wordsOf(`${employee.name} ${employee.payroll_number ?? ""} ${employee.employee_id}`);
      return words.every((word) => parts.some((part) => part.startsWith(word)));
    })
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

function wordsOf(text: string): string[] {
  return plain(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}
