import { expect, test } from "vitest";
import { describeCameraFault } from "../src/people/camera_words";
import { fitSize } from "../src/app/images";
import { suggestId } from "../src/app/names";
import { findEmployees } from "../src/people/search";
import {
  comingVersions,
  describeAssignment,
  describeDays,
  describeShift,
  versionOn,
} from "../src/people/shift_words";
import { findFault, NEW_SHIFT } from "../src/people/shift_draft";
import type { Shift, ShiftVersion } from "../src/api/types";

const EMPLOYEES = [
  { employee_id: "chloe", name: "Chloé Martin", payroll_number: "4713" },
  { employee_id: "anna-2", name: "Anna Østby", payroll_number: null },
  { employee_id: "anna", name: "Anna Berg", payroll_number: "4711" },
];

test.each([
  ["", ["Anna Berg", "Anna Østby", "Chloé Martin"]],
  ["anna", ["Anna Berg", "Anna Østby"]],
  ["berg an", ["Anna Berg"]],
  ["CHLOE", ["Chloé Martin"]],
  ["ostby", ["Anna Østby"]],
  ["4713", ["Chloé Martin"]],
  ["erg", []],
])("“%s” finds %o", (typed, names) => {
  expect(findEmployees(EMPLOYEES, typed).map(({ name }) => name)).toEqual(names);
});

test.each([
  ["Jürgen Groß", "juergen-gross"],
  ["  Inês da Costa ", "ines-da-costa"],
  ["李", ""],
])("an id for %s is “%s”", (name, id) => {
  expect(suggestId(name)).toBe(id);
});

test.each([
  [4000, 3000, { width: 1600, height: 1200 }],
  [3000, 4000, { width: 1200, height: 1600 }],
  [800, 600, { width: 800, height: 600 }],
  [10_000, 2, { width: 1600, height: 1 }],
])("a picture of %d × %d is sent as %o", (width, height, size) => {
  expect(fitSize(width, height)).toEqual(size);
});

test("a refused camera says what to do", () => {
  expect(describeCameraFault("NotAllowedError")).toContain("Allow it for this page");
  expect(describeCameraFault("SomethingNew")).toContain("choose files");
});

const VERSION: ShiftVersion = {
  ...NEW_SHIFT,
  name: "Early",
  valid_from: "2026-01-01",
  retired: false,
  revision: 1,
};
const SHIFT: Shift = {
  shift_id: "early",
  site_id: "works",
  revision: 2,
  versions: [VERSION, { ...VERSION, start: "05:00", valid_from: "2026-03-01", revision: 2 }],
};

test("the version that holds is the latest that has begun", () => {
  expect(versionOn(SHIFT, "2026-02-28")?.start).toBe("06:00");
  expect(versionOn(SHIFT, "2026-03-01")?.start).toBe("05:00");
  expect(versionOn(SHIFT, "2025-01-01")?.start).toBe("06:00");
  expect(comingVersions(SHIFT, "2026-02-01").map(({ valid_from: from }) => from)).toEqual(["2026-03-01"]);
});

test.each([
  [[1, 2, 3, 4, 5], "Mon–Fri"],
  [[7, 6, 5], "Fri–Sun"],
  [[1, 3], "Mon, Wed"],
  [[6, 7], "Sat, Sun"],
  [[1, 2, 3, 4, 5, 6, 7], "every day"],
])("days %o are %s", (days, words) => {
  expect(describeDays(days)).toBe(words);
});

test("a night shift ends on the next day", () => {
  const breaks = [{ start: "02:00", end: "02:30", paid: true }];
  expect(describeShift({ ...VERSION, start: "22:00", end: "06:00", breaks })).toBe(
    "22:00–06:00 (next day), Mon–Fri, paid break 02:00–02:30",
  );
});

test("an assignment is named by its shifts", () => {
  const assignment = { assignment_id: "a", employee_id: "ann", first_date: "", last_date: null, revision: 1 };
  const names = new Map([["early", "Early"]]);
  expect(describeAssignment({ ...assignment, cycle: [["early", "x"]] }, names)).toBe("Early and x");
  expect(describeAssignment({ ...assignment, cycle: [["early"], []] }, names)).toBe(
    "rotation of 2 days: Early, free",
  );
});

test("a shift that lacks something is not sent", () => {
  expect(findFault(NEW_SHIFT)).toBe("Enter the name.");
  expect(findFault({ ...NEW_SHIFT, name: "Early" })).toBe("");
  expect(findFault({ ...NEW_SHIFT, name: "Early", days: [] })).toContain("weekdays");
  expect(findFault({ ...NEW_SHIFT, name: "Early", grace_late_minutes: Number.NaN })).toContain(
    "whole numbers",
  );
});
