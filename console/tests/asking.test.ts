import { afterEach, beforeEach, expect, test, vi } from "vitest";

const answers: (() => void)[] = [];
let asked: string[] = [];

beforeEach(() => {
  vi.resetModules();
  answers.length = 0;
  asked = [];
  vi.stubGlobal("document", { baseURI: "http://page.example/" });
  const tokens = { idToken: "token", refreshToken: "refresh", renewAt: Number.MAX_SAFE_INTEGER };
  vi.stubGlobal("sessionStorage", { getItem: () => JSON.stringify(tokens) });
  vi.stubGlobal("fetch", (address: URL) => {
    asked.push(address.pathname.slice("/api/".length));
    return new Promise((resolve) => {
      answers.push(() => resolve(Response.json({ said: address.pathname })));
    });
  });
});

afterEach(() => vi.unstubAllGlobals());

/** The API answers the question that it was asked first, and the page goes on. */
async function answer(): Promise<void> {
  answers.shift()?.();
  await settle();
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

test("four questions at once, the others when it is their turn", async () => {
  const { get } = await import("../src/api/asking");
  const all = ["a", "b", "c", "d", "e", "f"].map((path) => get(path, {}));
  await settle();
  expect(asked).toEqual(["a", "b", "c", "d"]);
  await answer();
  expect(asked).toEqual(["a", "b", "c", "d", "e"]);
  while (answers.length) await answer();
  expect(await all.at(-1)).toEqual({ said: "/api/f" });
});

test("a question that was given up keeps its turn until it is answered, and tells nothing", async () => {
  const { get } = await import("../src/api/asking");
  const left = new AbortController();
  const given = ["a", "b", "c", "d"].map((path) => get(path, {}, left.signal).catch(() => "given up"));
  const next = get("e", {});
  await settle();
  left.abort();
  await settle();
  expect(asked).not.toContain("e");
  await answer();
  expect(asked).toContain("e");
  while (answers.length) await answer();
  expect(await Promise.all(given)).toEqual(Array(4).fill("given up"));
  expect(await next).toEqual({ said: "/api/e" });
});

test("a question that is given up while it waits is never asked", async () => {
  const { get } = await import("../src/api/asking");
  const others = ["a", "b", "c", "d"].map((path) => get(path, {}));
  const left = new AbortController();
  const waiting = get("e", {}, left.signal).catch(() => "given up");
  await settle();
  left.abort();
  while (answers.length) await answer();
  await Promise.all(others);
  expect(await waiting).toBe("given up");
  expect(asked).not.toContain("e");
});
