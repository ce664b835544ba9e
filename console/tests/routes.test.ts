import { expect, test } from "vitest";
import { gateAddress, parseRoute, peopleAddress, siteAddress } from "../src/app/routes";
import type { GatePlace } from "../src/gate/places";
import type { PeoplePlace } from "../src/people/places";

test.each([
  ["", { page: "start" }],
  ["#/", { page: "start" }],
  ["#/nowhere", { page: "start" }],
  ["#/sites", { page: "sites" }],
  ["#/sites/plant-1", { page: "site", siteId: "plant-1", tab: "live", cameraId: null }],
  ["#/sites/plant-1/alerts", { page: "site", siteId: "plant-1", tab: "alerts", cameraId: null }],
  ["#/sites/plant-1/cameras/door-1", { page: "site", siteId: "plant-1", tab: "cameras", cameraId: "door-1" }],
  ["#/sites/plant-1/something", { page: "start" }],
  ["#/sites/%E0%A4%A", { page: "sites" }],
  ["#/sites/plant-1/people", people({ part: "today", on: null })],
  ["#/sites/plant-1/people/today/2026-03-02", people({ part: "today", on: "2026-03-02" })],
  ["#/sites/plant-1/people/today/2026-02-30", people({ part: "today", on: null })],
  ["#/sites/plant-1/people/something", people({ part: "today", on: null })],
  ["#/sites/plant-1/people/payroll/2026-02", people({ part: "payroll", month: "2026-02" })],
  ["#/sites/plant-1/gate", gate({ part: "log", decisionId: null })],
  ["#/sites/plant-1/gate/something", gate({ part: "log", decisionId: null })],
  ["#/sites/plant-1/gate/lists/something", gate({ part: "lists", list: "blocked" })],
])("%s leads to its place", (fragment, route) => {
  expect(parseRoute(fragment)).toEqual(route);
});

test.each([
  [siteAddress("plant 1/ä"), "plant 1/ä", "live", null],
  [siteAddress("plant-1", "history"), "plant-1", "history", null],
  [siteAddress("plant-1", "live", "door"), "plant-1", "live", "door"],
])("%s is read as it was written", (address, siteId, tab, cameraId) => {
  expect(parseRoute(address)).toEqual({ page: "site", siteId, tab, cameraId });
});

test.each<PeoplePlace>([
  { part: "today", on: null },
  { part: "today", on: "2026-03-02" },
  { part: "payroll", month: null },
  { part: "month", employeeId: "ann", month: null },
  { part: "month", employeeId: "ann", month: "2026-03" },
  { part: "review" },
  { part: "employees", employeeId: null },
  { part: "employees", employeeId: "ann" },
  { part: "shifts" },
])("the way to %o leads there", (place) => {
  expect(parseRoute(peopleAddress("plant-1", place))).toEqual(people(place));
});

test.each<GatePlace>([
  { part: "log", decisionId: null },
  { part: "log", decisionId: "d 1" },
  { part: "visits" },
  { part: "lists", list: "visitor" },
  { part: "try" },
  { part: "policy" },
])("the way to %o at the gate leads there", (place) => {
  expect(parseRoute(gateAddress("plant-1", place))).toEqual(gate(place));
});

function gate(place: GatePlace) {
  return { page: "site", siteId: "plant-1", tab: "gate", place };
}

function people(place: PeoplePlace) {
  return { page: "site", siteId: "plant-1", tab: "people", place };
}
