// What everybody at a site worked in a month, and the files that payroll takes.

import { useSignal } from "@preact/signals";
import { listSummaries } from "../api/attendance";
import type { Site, Summary } from "../api/types";
import { usePoll } from "../app/hooks";
import { minute } from "../app/now";
import { peopleAddress } from "../app/routes";
import { dateAt, formatDate, formatMonth, monthOf } from "../app/dates";
import { MonthPicker } from "./month_picker";
import { PayFiles } from "./pay_files";
import { formatHours } from "./people_words";

const EVERY_MS = 60_000;

interface Props {
  site: Site;
  /** Null: the present one. */
  month: string | null;
}

export function PayrollPage({ site, month: chosen }: Props) {
  const month = chosen ?? monthOf(dateAt(minute.value, site.time_zone));
  return (
    <section class="card" aria-labelledby="payroll-title">
      <div class="card-head month-head">
        <h1 id="payroll-title">{formatMonth(month)}</h1>
        <MonthPicker
          site={site}
          month={month}
          addressOf={(of) => peopleAddress(site.site_id, { part: "payroll", month: of })}
        />
        <PayFiles site={site} employeeId={null} month={month} />
      </div>
      <Summaries key={month} site={site} month={month} />
    </section>
  );
}

function Summaries({ site, month }: { site: Site; month: string }) {
  const summaries = useSignal<readonly Summary[] | null>(null);
  usePoll(
    "summaries",
    async (signal) => {
      summaries.value = await listSummaries(site.site_id, month, signal);
    },
    EVERY_MS,
    [site.site_id, month],
  );
  const found = summaries.value;
  if (!found) return <p class="chart-empty muted">Adding up the month…</p>;
  if (!found.length) return <p class="chart-empty muted">Nobody works here yet.</p>;
  const lockedUntil = found[0]?.locked_until;
  return (
    <>
      <p class="muted lead-in">
        Hours and minutes, adjustments included.{" "}
        {lockedUntil
          ? `Everything up to ${formatDate(lockedUntil)} is locked; corrections of it are adjustments.`
          : "Nothing is locked yet."}
      </p>
      <SummaryTable site={site} month={month} summaries={found} />
    </>
  );
}

const COLUMNS = ["Shifts", "Worked", "Regular", "Overtime", "Late", "Missing", "Absent", "Leave", "Adjusted"];

interface TableProps {
  site: Site;
  month: string;
  summaries: readonly Summary[];
}

function SummaryTable({ site, month, summaries }: TableProps) {
  const inOrder = summaries.toSorted((one, other) => one.name.localeCompare(other.name));
  return (
    <section
      class="table-scroll tall"
      tabIndex={0}
      aria-label={`What everybody worked in ${formatMonth(month)}`}
    >
      <table class="history payroll">
        <thead>
          <tr>
            {["Name", ...COLUMNS].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {inOrder.map((summary) => (
            <tr key={summary.employee_id}>
              <th scope="row">
                <a
                  href={peopleAddress(site.site_id, {
                    part: "month",
                    employeeId: summary.employee_id,
                    month,
                  })}
                >
                  {summary.name}
                </a>{" "}
                <span class="muted number">{summary.payroll_number}</span>
              </th>
              <Numbers summaries={[summary]} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All {summaries.length}</th>
            <Numbers summaries={summaries} />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function Numbers({ summaries }: { summaries: readonly Summary[] }) {
  const add = (of: (summary: Summary) => number): number =>
    summaries.reduce((sum, each) => sum + of(each), 0);
  const missing = add(({ days }) => days.missing_punch ?? 0);
  return (
    <>
      <td class="number">{add(({ records }) => records)}</td>
      <td class="number">{formatHours(add(({ seconds }) => seconds.worked))}</td>
      <td class="number">{formatHours(add(({ seconds }) => seconds.regular))}</td>
      <td class="number">{formatHours(add(({ seconds }) => seconds.overtime))}</td>
      <td class="number">{formatHours(add(({ seconds }) => seconds.late))}</td>
      <td class="number" data-attention={missing > 0}>
        {missing}
      </td>
      <td class="number">{add(({ days }) => days.absent ?? 0)}</td>
      <td class="number">{add(({ days }) => days.on_leave ?? 0)}</td>
      <td class="number">{add(({ adjustments }) => adjustments.length)}</td>
    </>
  );
}
