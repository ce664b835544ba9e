import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Poll } from "../src/app/polling";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.stubGlobal("document", Object.assign(new EventTarget(), { hidden: false }));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** When it asked, in seconds after the first time. */
async function askFor(seconds: number, everyMs: number, failing: number): Promise<number[]> {
  const asked: number[] = [];
  const began = Date.now();
  const poll = new Poll(
    async () => {
      asked.push((Date.now() - began) / 1000);
      if (asked.length <= failing) throw new Error("no answer");
    },
    everyMs,
    () => undefined,
  );
  poll.start();
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  poll.stop();
  return asked;
}

test.each([
  [1000, [0, 1, 2, 3]],
  [5000, [0]],
])("it asks every %d ms", async (everyMs, asked) => {
  expect(await askFor(3.5, everyMs, 0)).toEqual(asked);
});

test.each([1000, 5000, 15_000])(
  "what is asked for every %d ms is asked for again soon after a failure, then ever more slowly",
  async (everyMs) => {
    expect(await askFor(44, everyMs, 99)).toEqual([0, 2, 6, 14, 29, 44]);
  },
);
