// A shift's people on a day.

import type { Site } from "../api/types";
import { formatDay, formatMinute } from "../app/words";
import { peopleAddress } from "../app/routes";
import { monthOf } from "../app/dates";
import type { DayRow, ShiftGroup } from "./day";
import { StatusChips } from "./status_chips";
import { formatDelay, PRESENCE_WORDS } from "./people_words";

interface Props {
  site: Site;
  shift: ShiftGroup;
  /** The local date that is looked at: a night shift may be of the one before. */
  day: string;
  onExplain: (row: DayRow) => void;
}

export function ShiftTable({ site, shift, day, onExplain }: Props) {
  const zone = site.time_zone;
  return (
    <section class="shift" aria-label={shift.name}>
      <h2>
        {shift.name}{" "}
        <span class="muted number">
          {formatMinute(shift.startsAt, zone)}–{formatMinute(shift.endsAt, zone)}
          {shift.localDate !== day && `, began ${formatDay(shift.startsAt, zone)}`}
        </span>
      </h2>
      <table class="roll">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Status</th>
            <th scope="col">In</th>
            <th scope="col">Out</th>
            <th scope="col">
              <span class="quiet">More</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shift.rows.map((row) => (
            <Row key={row.instanceId} site={site} row={row} onExplain={() => onExplain(row)} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ site, row, onExplain }: { site: Site; row: DayRow; onExplain: () => void }) {
  const zone = site.time_zone;
  const place = { part: "month", employeeId: row.employeeId, month: monthOf(row.localDate) } as const;
  return (
    <tr data-instance={row.instanceId}>
      <th scope="row">
        <a href={peopleAddress(site.site_id, place)}>{row.name}</a>
      </th>
      <td class="roll-state">
        <State row={row} />
        <span class="roll-note number">{describeDelays(row, zone)}</span>
      </td>
      <td class="number">{row.checkIn ? formatMinute(row.checkIn, zone) : "–"}</td>
      <td class="number">{row.checkOut ? formatMinute(row.checkOut, zone) : "–"}</td>
      <td class="roll-more">
        <button class="button small" type="button" onClick={onExplain} aria-label={`Explain ${row.name}`}>
          Explain
        </button>
      </td>
    </tr>
  );
}

function State({ row: { statuses, presence } }: { row: DayRow }) {
  if (statuses.length) return <StatusChips statuses={statuses} />;
  return (
    <span class="chip" data-presence={presence}>
      {PRESENCE_WORDS[presence]}
    </span>
  );
}

function describeDelays(row: DayRow, zone: string): string {
  const planned = formatMinute(row.startsAt, zone);
  const words = [];
  if (row.presence === "late") words.push(`late by ${formatDelay(row.lateSeconds)}, planned ${planned}`);
  else if (row.lateSeconds) words.push(`came ${formatDelay(row.lateSeconds)} late, planned ${planned}`);
  if (row.presence === "expected") words.push(`planned ${planned}`);
  if (row.earlySeconds) words.push(`left ${formatDelay(row.earlySeconds)} early`);
  return words.join("; ");
}
