// A site's shifts and holidays: what records are made by.

import { useSignal } from "@preact/signals";
import { listShifts } from "../api/attendance";
import type { Shift, Site } from "../api/types";
import { usePoll } from "../app/hooks";
import { minute } from "../app/now";
import { dateAt, formatDate } from "../app/dates";
import { HolidaysCard } from "./holidays_card";
import { ShiftDialog } from "./shift_dialog";
import { comingVersions, describeShift, versionOn } from "./shift_words";

const EVERY_MS = 30_000;

export function ShiftsPage({ site }: { site: Site }) {
  const shifts = useSignal<readonly Shift[] | null>(null);
  /** Null: none; "new", or which is changed. */
  const edited = useSignal<Shift | "new" | null>(null);
  const today = dateAt(minute.value, site.time_zone);
  const ask = usePoll(
    "shifts",
    async (signal) => {
      shifts.value = await listShifts(site.site_id, signal);
    },
    EVERY_MS,
    [site.site_id],
  );
  return (
    <div class="employee">
      <section class="card" aria-labelledby="shifts-title">
        <div class="card-head">
          <h1 id="shifts-title">Shifts</h1>
          <button
            class="button primary"
            type="button"
            onClick={() => {
              edited.value = "new";
            }}
          >
            Add a shift…
          </button>
        </div>
        {shifts.value === null && <p class="chart-empty muted">Asking for the shifts…</p>}
        {shifts.value?.length === 0 && (
          <p class="chart-empty muted">There is none yet. Records are made once people have shifts.</p>
        )}
        <ul class="dated">
          {shifts.value?.map((shift) => (
            <ShiftRow
              key={shift.shift_id}
              shift={shift}
              today={today}
              onEdit={() => {
                edited.value = shift;
              }}
            />
          ))}
        </ul>
      </section>
      <HolidaysCard site={site} />
      {edited.value && (
        <ShiftDialog
          site={site}
          shift={edited.value === "new" ? null : edited.value}
          onDone={ask}
          onClose={() => {
            edited.value = null;
          }}
        />
      )}
    </div>
  );
}

function ShiftRow({ shift, today, onEdit }: { shift: Shift; today: string; onEdit: () => void }) {
  const version = versionOn(shift, today);
  if (!version) return null;
  return (
    <li>
      <span>
        <b>{version.name}</b> {version.retired && <span class="chip">Ended</span>}{" "}
        <span class="muted number">{describeShift(version)}</span>
        <span class="facts muted number">
          {version.valid_from > today && `from ${formatDate(version.valid_from)}; `}
          {version.grace_late_minutes} min of grace when late, {version.grace_early_minutes} when early
          {comingVersions(shift, today).map((each) =>
            each.retired
              ? `; ends on ${formatDate(each.valid_from)}`
              : `; from ${formatDate(each.valid_from)}: ${each.name}, ${describeShift(each)}`,
          )}
        </span>
      </span>
      {!version.retired && (
        <button class="button small" type="button" onClick={onEdit} aria-label={`Change ${version.name}`}>
          Change…
        </button>
      )}
    </li>
  );
}
