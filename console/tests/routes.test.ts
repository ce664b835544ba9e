import { expect, test } from "vitest";
import { parseRoute, siteAddress } from "../src/app/routes";

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
