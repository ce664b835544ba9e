import { afterEach, beforeEach, expect, test, vi } from "vitest";

let asked: { path: string; body: unknown }[] = [];
let answer: () => Response;

beforeEach(() => {
  vi.resetModules();
  asked = [];
  vi.stubGlobal("document", { baseURI: "http://page.example/" });
  const tokens = { idToken: "token", refreshToken: "refresh", renewAt: Number.MAX_SAFE_INTEGER };
  vi.stubGlobal("sessionStorage", { getItem: () => JSON.stringify(tokens) });
  vi.stubGlobal("fetch", async (address: URL, { body }: { body?: string }) => {
    asked.push({ path: address.pathname + address.search, body: body && JSON.parse(body) });
    return answer();
  });
});

afterEach(() => vi.unstubAllGlobals());

const { signal } = new AbortController();
const VERSIONS = "/api/v1/vehicle/policy/versions";

test("characters are marked by the bound of exactly the policy that decided, the defaults' too", async () => {
  const { askBound, boundOf } = await import("../src/gate/bound");
  answer = () => Response.json({ site_id: "plant-1", revision: 0, min_confidence: 0.85 });
  const found = await askBound("plant-1", 0, signal);
  expect(asked.map(({ path }) => path)).toEqual([`${VERSIONS}/0?site_id=plant-1`]);
  expect([boundOf(0, found), boundOf(1, found), boundOf(0, null)]).toEqual([0.85, null, null]);
});

test("a version that is not kept has no bound, and a failure is none that is known", async () => {
  const { askBound, boundOf } = await import("../src/gate/bound");
  answer = () => Response.json({ code: "unknown_version" }, { status: 404 });
  const found = await askBound("plant-1", 7, signal);
  expect([found.version, boundOf(7, found)]).toEqual([7, null]);
  answer = () => Response.json({}, { status: 503 });
  await expect(askBound("plant-1", 7, signal)).rejects.toThrow("503");
});

test("what the API does not know is gone; any other failure is one", async () => {
  const { goneIfUnknown } = await import("../src/gate/gone");
  const { getVehicle } = await import("../src/api/vehicles");
  answer = () => Response.json({ code: "unknown_vehicle" }, { status: 404 });
  expect(await getVehicle("v-1", signal).catch(goneIfUnknown)).toBe("gone");
  answer = () => Response.json({}, { status: 403 });
  await expect(getVehicle("v-1", signal).catch(goneIfUnknown)).rejects.toThrow("403");
});

test("a guard overrides the decision that they saw, by its id and revision", async () => {
  const { overrideDecision } = await import("../src/api/vehicles");
  answer = () => Response.json({});
  await overrideDecision({ decision_id: "d/1", revision: 2, overrides: [] }, "open", "police");
  expect(asked).toEqual([
    {
      path: "/api/v1/vehicle/decisions/d%2F1/override",
      body: { action: "open", reason: "police", revision: 2, known_overrides: 0 },
    },
  ]);
});
