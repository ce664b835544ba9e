import { expect, test } from "vitest";
import type { ListedVehicle } from "../src/api/types";
import {
  describeAuthor,
  describeImport,
  describeValidity,
  faultsByLine,
  validityAt,
} from "../src/gate/list_words";
import { draftOf, fieldsOf, findFault, NEW_VEHICLE, plateOf } from "../src/gate/vehicle_draft";

const ZONE = "Asia/Kolkata";
const VISITOR: ListedVehicle = {
  vehicle_id: "plant-1.KA05EF9012.visitor.20260302T023000000000Z",
  site_id: "plant-1",
  list: "visitor",
  plate: "KA05EF9012",
  profile: "IN",
  valid_from: "2026-03-02T02:30:00.123456Z",
  valid_until: "2026-03-02T12:30:00Z",
  reason: null,
  host: "Anna Berg",
  max_visits: 2,
  note: null,
  revision: 3,
  created_at: "2026-03-01T00:00:00Z",
  created_by: "ann",
  changed_at: "2026-03-01T00:00:00Z",
  changed_by: "ann",
  removed: false,
  can_be_read: true,
};

test("a form that is sent as it was opened changes nothing, not even a part of a second", () => {
  const draft = draftOf(VISITOR, ZONE);
  expect(draft.validFrom).toBe("2026-03-02T08:00:00");
  const { valid_from, valid_until, reason, host, max_visits, note } = VISITOR;
  expect(fieldsOf(draft, "visitor", ZONE, VISITOR)).toEqual({
    valid_from,
    valid_until,
    reason,
    host,
    max_visits,
    note,
  });
  const later = fieldsOf({ ...draft, validUntil: "2026-03-02T19:00" }, "visitor", ZONE, VISITOR);
  expect([later.valid_from, later.valid_until]).toEqual([valid_from, "2026-03-02T13:30:00.000Z"]);
});

test("only what its list has is sent", () => {
  const draft = { ...NEW_VEHICLE, plate: "X1", reason: " theft ", host: "Ann", maxVisits: "2", note: " " };
  expect(fieldsOf(draft, "blocked", ZONE)).toMatchObject({ reason: "theft", host: null, max_visits: null });
  expect(fieldsOf(draft, "allowed", ZONE)).toMatchObject({ reason: null, host: null, note: null });
  expect(fieldsOf(draft, "visitor", ZONE)).toMatchObject({ reason: null, host: "Ann", max_visits: 2 });
});

const VISIT = { ...NEW_VEHICLE, plate: "KA05", host: "Ann", validUntil: "2026-03-02T18:00" };

test.each([
  ["allowed", { ...NEW_VEHICLE, plate: "ka 05" }, ""],
  ["allowed", { ...NEW_VEHICLE, plate: " - " }, "Enter the plate"],
  ["blocked", { ...NEW_VEHICLE, plate: "KA05" }, "Say why"],
  ["visitor", VISIT, ""],
  ["visitor", { ...VISIT, host: " " }, "whom they visit"],
  ["visitor", { ...VISIT, validUntil: "" }, "until when"],
  ["visitor", { ...VISIT, validFrom: "2026-03-02T18:00" }, "ends before"],
  ["visitor", { ...VISIT, validFrom: "2026-03-02T17:59" }, ""],
  ["visitor", { ...VISIT, maxVisits: "0" }, "whole number"],
  ["visitor", { ...VISIT, maxVisits: "1.5" }, "whole number"],
] as const)("of a vehicle for the list %s, %o, is said: “%s”", (list, draft, fault) => {
  const found = findFault(draft, list, ZONE);
  if (fault) expect(found).toContain(fault);
  else expect(found).toBe("");
});

test.each([
  [" mh 12-ab·1234 ", "mh 12-ab·1234"],
  ["GÖ-AB 123", "GÖ-AB 123"],
  ["АВ 123", "АВ 123"],
  ["Жж", "Жж"],
  ["– ", ""],
  ["", ""],
])(
  "what is asked of “%s” is “%s”: the API makes a plate of it, unless there is nothing of one",
  (typed, plate) => {
    expect(plateOf(typed)).toBe(plate);
  },
);

test("who entered a vehicle is not who changed it later", () => {
  const at = "1 Mar 2026, 05:30";
  expect(describeAuthor({ ...VISITOR, revision: 1 }, ZONE)).toBe(`Entered by ann, ${at}`);
  expect(describeAuthor(VISITOR, ZONE)).toBe(`Changed by ann, ${at}`);
  expect(describeAuthor({ ...VISITOR, removed: true }, ZONE)).toBe(`Removed by ann, ${at}`);
});

test("an entry counts from its beginning on and before its end", () => {
  const from = Date.parse("2026-03-02T02:30:00.123456Z");
  const until = Date.parse("2026-03-02T12:30:00Z");
  expect([from - 1, from, until - 1, until].map((at) => validityAt(VISITOR, at))).toEqual([
    "early",
    "valid",
    "valid",
    "over",
  ]);
  expect(validityAt({ valid_from: null, valid_until: null }, from)).toBe("valid");
});

test.each([
  [null, null, "always"],
  [null, "2026-03-02T12:30:00Z", "until 2 Mar 2026, 18:00"],
  ["2026-03-02T02:30:00Z", null, "from 2 Mar 2026, 08:00 on"],
  ["2026-03-02T02:30:00Z", "2026-03-02T12:30:00Z", "2 Mar 2026, 08:00 to 2 Mar 2026, 18:00"],
])("from %s until %s is “%s”", (valid_from, valid_until, words) => {
  expect(describeValidity({ valid_from, valid_until }, ZONE)).toBe(words);
});

test("an import is told by what it came to", () => {
  const result = {
    saved: true,
    rows: 4,
    new: 2,
    changed: 1,
    unchanged: 0,
    repeated: 1,
    unblocked: 0,
    corrected: [],
  };
  expect(describeImport(result)).toBe("4 rows: 2 new, 1 changed, 1 repeated.");
  expect(describeImport({ ...result, unblocked: 1 })).toBe(
    "4 rows: 2 new, 1 changed, 1 repeated. 1 vehicle is blocked no more, or not as long.",
  );
  expect(describeImport({ ...result, unblocked: 3 })).toContain("3 vehicles are blocked no more");
  expect(describeImport({ ...result, rows: 1, new: 1, changed: 0, repeated: 0 })).toBe("1 row: 1 new.");
});

test("what is wrong with a file is told in order of its lines", () => {
  const faults = [
    { field: "lines.12.plate", message: "no plate", code: "no_profile" },
    { field: "lines.3", message: "too many cells", code: "bad_csv" },
    { field: "body", message: "not in UTF-8", code: "not_utf8" },
  ];
  expect(faultsByLine(faults)).toEqual([
    { line: null, column: "", message: "not in UTF-8" },
    { line: 3, column: "", message: "too many cells" },
    { line: 12, column: "plate", message: "no plate" },
  ]);
});
