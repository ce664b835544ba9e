// Finding employees by what one types.

import type { Employee } from "../api/types";

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

/** An id that the API takes, made from a name: Jürgen Groß is juergen-gross. */
export function suggestId(name: string): string {
  return plain(name)
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
}

function wordsOf(text: string): string[] {
  return plain(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

const SPELLED: { [letter: string]: string } = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", ø: "o", æ: "ae", ł: "l" };

/** Lower case, without accents. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFC")
    .replaceAll(/[äöüßøæł]/g, (letter) => SPELLED[letter] ?? letter)
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "");
}
