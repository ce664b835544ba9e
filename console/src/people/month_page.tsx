// One employee's month, day by day.

import { useSignal } from "@preact/signals";
import { getSummary, listHolidays, listLeaves, listRecords, listUnplaced } from "../api/attendance";
import type { AttendanceRecord, Employee, Holiday, Leave, PlacedPunch, Site, Summary } from "../api/types";
import { usePoll } from "../app/hooks";
import { minute } from "../app/now";
import { peopleAddress } from "../app/routes";
import { dateAt, datesOf, formatMonth, monthOf } from "../app/dates";
import { daysOfMonth } from "./month";
import { MonthPicker } from "./month_picker";
import { MonthTable } from "./month_table";
import { Adjustments, MonthSums, Unplaced } from "./month_parts";
import { PayFiles } from "./pay_files";
import { RecordDialog } from "./record_dialog";

const EVERY_MS = 20_000;

interface Found {
  records: readonly AttendanceRecord[];
  summary: Summary | undefined;
  holidays: readonly Holiday[];
  leaves: readonly Leave[];
  unplaced: readonly PlacedPunch[];
}

interface Props {
  site: Site;
  employeeId: string;
  /** Null: the present one. */
  month: string | null;
  employees: readonly Employee[] | null;
}

export function MonthPage({ site, employeeId, month: chosen, employees }: Props) {
  const month = chosen ?? monthOf(dateAt(minute.value, site.time_zone));
  const employee = employees?.find((each) => each.employee_id === employeeId);
  const name = employee?.name ?? employeeId;
  return (
    <section class="card" aria-labelledby="month-title">
      <div class="card-head month-head">
        <div>
          <h1 id="month-title">{name}</h1>
          <p class="muted">
            {formatMonth(month)}
            {employee?.payroll_number && ` · ${employee.payroll_number}`} ·{" "}
            <a href={peopleAddress(site.site_id, { part: "employees", employeeId })}>Details</a>
          </p>
        </div>
        <MonthPicker
          site={site}
          month={month}
          addressOf={(of) => peopleAddress(site.site_id, { part: "month", employeeId, month: of })}
        />
        <PayFiles site={site} employeeId={employeeId} month={month} />
      </div>
      <Month key={`${employeeId} ${month}`} site={site} employeeId={employeeId} name={name} month={month} />
    </section>
  );
}

interface MonthProps {
  site: Site;
  employeeId: string;
  name: string;
  month: string;
}

function Month({ site, employeeId, name, month }: MonthProps) {
  const found = useSignal<Found | null>(null);
  const explained = useSignal<AttendanceRecord | null>(null);
  const today = dateAt(minute.value, site.time_zone);
  const ask = usePoll(
    "month",
    async (signal) => {
      found.value = await load(site.site_id, employeeId, month, signal);
    },
    EVERY_MS,
    [site.site_id, employeeId, month],
  );
  if (!found.value) return <p class="chart-empty muted">Asking for the month…</p>;
  const { records, summary, holidays, leaves, unplaced } = found.value;
  return (
    <>
      {summary && <MonthSums summary={summary} />}
      <Unplaced punches={unplaced} timeZone={site.time_zone} />
      <MonthTable
        days={daysOfMonth(month, today, records, holidays, leaves)}
        timeZone={site.time_zone}
        label={`${name}, ${formatMonth(month)}, by day`}
        onExplain={(record) => {
          explained.value = record;
        }}
      />
      {summary && <Adjustments adjustments={summary.adjustments} />}
      {explained.value && (
        <RecordDialog
          site={site}
          instanceId={explained.value.instance_id}
          name={name}
          onChanged={ask}
          onClose={() => {
            explained.value = null;
          }}
        />
      )}
    </>
  );
}

async function load(siteId: string, employeeId: string, month: string, signal: AbortSignal): Promise<Found> {
  const dates = datesOf(month);
  const [first = month, last = month] = [dates[0], dates.at(-1)];
  const [records, summary, holidays, leaves, unplaced] = await Promise.all([
    listRecords(employeeId, first, last, signal),
    getSummary(siteId, employeeId, month, signal),
    listHolidays(siteId, first, last, signal),
    listLeaves(employeeId, first, signal),
    listUnplaced(employeeId, first, last, signal),
  ]);
  return { records, summary, holidays, leaves, unplaced };
}
