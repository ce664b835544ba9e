// Places in the people tab, as the address's fragment has them after `people`.

import { isDate, isMonth } from "../app/dates";

/** Dates and months are local ones of the site; null: the present one. */
export type PeoplePlace =
  | { part: "today"; on: string | null }
  | { part: "payroll"; month: string | null }
  | { part: "month"; employeeId: string; month: string | null }
  | { part: "review" }
  | { part: "employees"; employeeId: string | null }
  | { part: "shifts" };

export type PeoplePart = PeoplePlace["part"];

/** What leads nowhere leads to today. */
export function parsePeople([part, first = "", second = ""]: readonly string[]): PeoplePlace {
  if (part === "payroll") return { part, month: isMonth(first) ? first : null };
  if (part === "month" && first) return { part, employeeId: first, month: isMonth(second) ? second : null };
  if (part === "employees") return { part, employeeId: first || null };
  if (part === "review" || part === "shifts") return { part };
  return { part: "today", on: isDate(first) ? first : null };
}

export function peopleParts(place: PeoplePlace): string[] {
  return [place.part, ...namesOf(place)].filter((name) => name !== null);
}

function namesOf(place: PeoplePlace): (string | null)[] {
  switch (place.part) {
    case "today":
      return [place.on];
    case "payroll":
      return [place.month];
    case "month":
      return [place.employeeId, place.month];
    case "employees":
      return [place.employeeId];
    default:
      return [];
  }
}
