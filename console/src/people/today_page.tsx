// Who is in, who is late, who is missing: by shift, today as it happens or any other day.

import { useSignal } from "@preact/signals";
import { getToday, listDayRecords } from "../api/attendance";
import type { Employee, Site } from "../api/types";
import { connectionState } from "../app/connection";
import { usePoll } from "../app/hooks";
import { minute } from "../app/now";
import { goTo } from "../app/place";
import { peopleAddress } from "../app/routes";
import { addDays, dateAt, formatLongDate, isDate } from "../app/dates";
import { type DayRow, type Group, groupByShift, isInGroup, rowOfAttending, rowOfRecord } from "./day";
import { PunchDialog } from "./punch_dialog";
import { RecordDialog } from "./record_dialog";
import { ShiftTable } from "./shift_table";

const EVERY_MS = 5000;
const NOBODY: readonly Employee[] = [];

const GROUPS: { group: Group; now: string; then: string }[] = [
  { group: "in", now: "In", then: "Still in" },
  { group: "late", now: "Late", then: "Came late" },
  { group: "missing", now: "Missing punch", then: "Missing punch" },
  { group: "absent", now: "Absent", then: "Absent" },
  { group: "expected", now: "Expected", then: "Expected" },
  { group: "left", now: "Gone home", then: "Worked" },
  { group: "away", now: "Leave, holiday", then: "Leave, holiday" },
];

interface Props {
  site: Site;
  /** Null: today. */
  on: string | null;
  employees: readonly Employee[] | null;
}

export function TodayPage({ site, on, employees }: Props) {
  const today = dateAt(minute.value, site.time_zone);
  const day = on ?? today;
  const isToday = day === today;
  const rows = useSignal<readonly DayRow[] | null>(null);
  const group = useSignal<Group | null>(null);
  const explained = useSignal<DayRow | null>(null);
  const isPunching = useSignal(false);
  const names = new Map((employees ?? NOBODY).map((each) => [each.employee_id, each.name]));
  const isReady = isToday || employees !== null;
  const ask = usePoll(
    "day",
    async (signal) => {
      if (!isReady) return;
      rows.value = isToday
        ? await listToday(site.site_id, signal)
        : (await listDayRecords(site.site_id, day, signal)).map((record) => rowOfRecord(record, names));
    },
    EVERY_MS,
    [site.site_id, day, isToday, isReady],
  );
  const all = rows.value ?? [];
  const chosen = group.value;
  const shown = chosen ? all.filter((row) => isInGroup(row, chosen)) : all;
  return (
    <section class="card day" data-state={connectionState.value} aria-labelledby="day-title">
      <div class="card-head day-head">
        <div>
          <h1 id="day-title">{isToday ? "Today" : formatLongDate(day)}</h1>
          {isToday && <p class="muted">{formatLongDate(day)}</p>}
        </div>
        <DayPicker site={site} day={day} today={today} />
        <button
          class="button"
          type="button"
          onClick={() => {
            isPunching.value = true;
          }}
        >
          Check in or out…
        </button>
      </div>
      <div class="tallies" role="group" aria-label="Show only">
        {GROUPS.map(({ group: each, now, then }) => {
          const count = all.filter((row) => isInGroup(row, each)).length;
          return (
            <button
              key={each}
              class="tally"
              type="button"
              data-group={each}
              data-none={count === 0}
              aria-pressed={chosen === each}
              onClick={() => {
                group.value = chosen === each ? null : each;
              }}
            >
              <b class="number">{rows.value ? count : "–"}</b>
              <span>{isToday ? now : then}</span>
            </button>
          );
        })}
      </div>
      {rows.value === null && <p class="chart-empty muted">Asking who is here…</p>}
      {rows.value?.length === 0 && <NobodyPlanned site={site} isToday={isToday} />}
      {all.length > 0 && shown.length === 0 && <p class="chart-empty muted">Nobody at the moment.</p>}
      {groupByShift(shown).map((shift) => (
        <ShiftTable
          key={shift.key}
          site={site}
          shift={shift}
          day={day}
          onExplain={(row) => {
            explained.value = row;
          }}
        />
      ))}
      {explained.value && (
        <RecordDialog
          site={site}
          instanceId={explained.value.instanceId}
          name={explained.value.name}
          onChanged={ask}
          onClose={() => {
            explained.value = null;
          }}
        />
      )}
      {isPunching.value && (
        <PunchDialog
          site={site}
          employees={employees}
          onPunched={ask}
          onClose={() => {
            isPunching.value = false;
          }}
        />
      )}
    </section>
  );
}

async function listToday(siteId: string, signal: AbortSignal): Promise<DayRow[]> {
  const { people, as_of: asOf } = await getToday(siteId, signal);
  return people.map((each) => rowOfAttending(each, asOf));
}

function NobodyPlanned({ site, isToday }: { site: Site; isToday: boolean }) {
  return (
    <p class="chart-empty muted">
      {isToday ? "Nobody has a shift today." : "Nobody has a record of this day."} Shifts are made under{" "}
      <a href={peopleAddress(site.site_id, { part: "shifts" })}>Shifts</a> and given to people under{" "}
      <a href={peopleAddress(site.site_id, { part: "employees", employeeId: null })}>Employees</a>.
    </p>
  );
}

function DayPicker({ site, day, today }: { site: Site; day: string; today: string }) {
  const addressOf = (date: string): string =>
    peopleAddress(site.site_id, { part: "today", on: date === today ? null : date });
  return (
    <div class="stepper">
      <a class="button small" href={addressOf(addDays(day, -1))} aria-label="The day before">
        ‹
      </a>
      <input
        class="small"
        type="date"
        aria-label="Day"
        value={day}
        onChange={({ currentTarget: { value } }) => {
          if (isDate(value)) goTo(addressOf(value));
        }}
      />
      <a class="button small" href={addressOf(addDays(day, 1))} aria-label="The day after">
        ›
      </a>
    </div>
  );
}
