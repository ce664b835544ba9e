// The days of a month as a table.

import type { AttendanceRecord } from "../api/types";
import { formatMinute } from "../app/words";
import { formatDayOfMonth, formatLongDate } from "../app/dates";
import { type MonthDay, sumOf } from "./month";
import { formatDelay, formatHours } from "./people_words";
import { RecordChips } from "./status_chips";

const COLUMNS = ["Day", "Shift", "Status", "In", "Out", "Worked", "Regular", "Overtime", "Late, early"];
const FIGURES = ["In", "Out", "Worked", "Regular", "Overtime"];

interface Props {
  days: readonly MonthDay[];
  timeZone: string;
  label: string;
  onExplain: (record: AttendanceRecord) => void;
}

export function MonthTable({ days, timeZone, label, onExplain }: Props) {
  const sums = sumOf(days.flatMap((day) => day.records));
  return (
    <section class="table-scroll tall" tabIndex={0} aria-label={label}>
      <table class="month">
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" class={FIGURES.includes(name) ? "figure" : ""}>
                {name}
              </th>
            ))}
            <th scope="col">
              <span class="quiet">More</span>
            </th>
          </tr>
        </thead>
        {days.map((day) => (
          <tbody key={day.date} data-weekend={day.isWeekend} data-today={day.isToday}>
            {day.records.length === 0 && (
              <tr class="free">
                <DayName day={day} />
                <td colSpan={COLUMNS.length}>{day.note || "–"}</td>
              </tr>
            )}
            {day.records.map((record, index) => (
              <tr key={record.instance_id} data-instance={record.instance_id}>
                {index === 0 && <DayName day={day} rows={day.records.length} />}
                <Cells record={record} timeZone={timeZone} onExplain={() => onExplain(record)} />
              </tr>
            ))}
          </tbody>
        ))}
        <tfoot>
          <tr>
            <th scope="row" colSpan={5}>
              All days as the punches say now
            </th>
            <td class="number figure">{formatHours(sums.worked)}</td>
            <td class="number figure">{formatHours(sums.regular)}</td>
            <td class="number figure">{formatHours(sums.overtime)}</td>
            <td class="number" colSpan={2}>
              {formatHours(sums.late)} late, {formatHours(sums.early)} early
            </td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function DayName({ day, rows = 1 }: { day: MonthDay; rows?: number }) {
  return (
    <th scope="rowgroup" rowSpan={rows} class="number" aria-current={day.isToday ? "date" : undefined}>
      <time dateTime={day.date}>{formatDayOfMonth(day.date)}</time>
    </th>
  );
}

interface CellsProps {
  record: AttendanceRecord;
  timeZone: string;
  onExplain: () => void;
}

function Cells({ record, timeZone, onExplain }: CellsProps) {
  const hours = (seconds: number): string => (record.stretches.length ? formatHours(seconds) : "–");
  return (
    <>
      <td>{record.shift_name}</td>
      <td>
        <RecordChips record={record} />
      </td>
      <td class="number figure">{record.check_in ? formatMinute(record.check_in, timeZone) : "–"}</td>
      <td class="number figure">{record.check_out ? formatMinute(record.check_out, timeZone) : "–"}</td>
      <td class="number figure">{hours(record.worked_seconds)}</td>
      <td class="number figure">{hours(record.regular_seconds)}</td>
      <td class="number figure">{record.overtime_seconds ? hours(record.overtime_seconds) : "–"}</td>
      <td class="number">{describeOff(record)}</td>
      <td>
        <button
          class="button small"
          type="button"
          onClick={onExplain}
          aria-label={`Explain ${formatLongDate(record.local_date)}, ${record.shift_name}`}
        >
          Explain
        </button>
      </td>
    </>
  );
}

function describeOff({ late_seconds: late, early_seconds: early }: AttendanceRecord): string {
  const parts = [late && `${formatDelay(late)} late`, early && `${formatDelay(early)} early`];
  return parts.filter(Boolean).join(", ") || "–";
}
