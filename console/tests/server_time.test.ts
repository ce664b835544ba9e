import { afterEach, beforeEach, expect, test, vi } from "vitest";

const NOW = Date.parse("2026-03-02T06:40:00Z");
const MINUTE = 60_000;

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers({ now: NOW + 10 * MINUTE });
  vi.stubGlobal("document", { baseURI: "http://page.example/" });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each([200, 404, 503])("an answer %d tells the server's time", async (status) => {
  const { serverTime } = await import("../src/api/server_time");
  const { request } = await import("../src/api/request");
  const headers = { Date: new Date(NOW).toUTCString() };
  vi.stubGlobal("fetch", async () => Response.json({}, { status, headers }));
  expect(serverTime(Date.now())).toBe(NOW + 10 * MINUTE);
  await request("me", {}).catch(() => {});
  expect(serverTime(Date.now())).toBe(NOW);
  expect(serverTime(Date.now() + MINUTE)).toBe(NOW + MINUTE);
});

test("a few seconds more or less, or an answer that tells no time, change nothing", async () => {
  const { learnTime, serverTime } = await import("../src/api/server_time");
  const pc = NOW - MINUTE;
  learnTime(new Date(NOW).toUTCString(), pc);
  for (const said of [
    null,
    "",
    "soon",
    new Date(NOW - 3000).toUTCString(),
    new Date(NOW + 3000).toUTCString(),
  ])
    learnTime(said, pc);
  expect(serverTime(pc)).toBe(NOW);
});

test("a clock that is put right meanwhile is noticed", async () => {
  const { learnTime, serverTime } = await import("../src/api/server_time");
  learnTime(new Date(NOW).toUTCString(), NOW - 10 * MINUTE);
  learnTime(new Date(NOW).toUTCString(), NOW);
  expect(serverTime(NOW)).toBe(NOW);
});
