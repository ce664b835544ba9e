import { expect, test } from "vitest";
import { addOlder, type Log, showHeld, startLog, takePage } from "../src/gate/log";

interface Passage {
  decision_id: string;
  first_seen_at: string;
  verdict?: string;
}

/** Passages of these minutes past eight. */
function at(...minutes: number[]): Passage[] {
  return minutes.map((minute) => ({
    decision_id: `d${minute}`,
    first_seen_at: new Date(Date.UTC(2026, 2, 2, 8, minute)).toISOString(),
  }));
}

const ids = (entries: readonly Passage[]): string => entries.map((entry) => entry.decision_id).join(" ");
const START: Log<Passage> = startLog(at(9, 8, 7), "older");

test("what is new comes first, unless one reads: then it waits", () => {
  expect(ids(takePage(START, at(11, 10, 9), "x", false).shown)).toBe("d11 d10 d9 d8 d7");
  const waiting = takePage(START, at(11, 10, 9), "x", true);
  expect([ids(waiting.shown), ids(waiting.held)]).toEqual(["d9 d8 d7", "d11 d10"]);
  const more = takePage(waiting, at(12, 11, 10), "x", true);
  expect(ids(more.held)).toBe("d12 d11 d10");
  expect(ids(showHeld(more).shown)).toBe("d12 d11 d10 d9 d8 d7");
  expect(showHeld(more).held).toEqual([]);
  expect(more.cursor).toBe("older");
});

test("what was decided anew changes in its place, whether one reads or not", () => {
  const [nine, eight] = at(9, 8) as [Passage, Passage];
  const page = [nine, { ...eight, verdict: "deny" }];
  for (const holds of [true, false]) {
    const { shown, held } = takePage(START, page, "x", holds);
    expect([shown[1]?.verdict, ids(shown), held.length]).toEqual(["deny", "d9 d8 d7", 0]);
  }
  const waiting = takePage(START, at(10, 9), "x", true);
  const again = at(10).map((entry) => ({ ...entry, verdict: "allow" }));
  expect(takePage(waiting, [...again, nine], "x", true).held[0]?.verdict).toBe("allow");
});

test("what is learnt late stands where it belongs", () => {
  const [late] = at(8) as [Passage];
  const page = [...at(9), { ...late, decision_id: "late" }, ...at(8, 7)];
  expect(ids(takePage(START, page, "x", false).shown)).toBe("d9 late d8 d7");
});

test("what is older than what is shown is left to the page that has it", () => {
  expect(ids(takePage(START, at(9, 8, 7, 6, 5), "x", false).shown)).toBe("d9 d8 d7");
  expect(ids(takePage(startLog(at(9, 8), null), at(9, 8, 7), null, false).shown)).toBe("d9 d8 d7");
});

test("with more new ones than a page has, the log begins anew when it is asked for", () => {
  const behind = takePage(START, at(30, 29, 28), "gap", true);
  expect([ids(behind.shown), ids(behind.held)]).toEqual(["d9 d8 d7", "d30 d29 d28"]);
  const later = takePage(behind, at(31, 30, 29), "gap2", true);
  expect(ids(later.shown)).toBe("d9 d8 d7");
  const shown = showHeld(later);
  expect([ids(shown.shown), shown.cursor, shown.restart]).toEqual(["d31 d30 d29", "gap2", null]);
  expect(ids(takePage(START, at(30, 29, 28), "gap", false).shown)).toBe("d30 d29 d28");
});

test("an empty log is no gap, nor is one that is read whole", () => {
  expect(ids(takePage(startLog<Passage>([], null), at(2, 1), null, false).shown)).toBe("d2 d1");
  const whole = takePage(startLog(at(1), null), at(3, 2), null, true);
  expect([ids(whole.shown), ids(whole.held), whole.restart]).toEqual(["d1", "d3 d2", null]);
});

test("a log that has grown long, and that nobody reads, begins anew", () => {
  const long = startLog(at(...Array.from({ length: 301 }, (_, minute) => minute)), null);
  expect(takePage(long, at(301, 300), "x", true).shown).toHaveLength(301);
  expect(ids(takePage(long, at(301, 300), "x", false).shown)).toBe("d301 d300");
});

test("older pages follow, each passage once", () => {
  const log = addOlder(START, at(7, 6, 5), null);
  expect([ids(log.shown), log.cursor]).toEqual(["d9 d8 d7 d6 d5", null]);
});
