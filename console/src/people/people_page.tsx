// The people of a site: who is here, what they worked, who they are.

import { useSignal } from "@preact/signals";
import { listEmployees, listReviews } from "../api/people";
import type { Employee, Site } from "../api/types";
import { isOperator, me } from "../app/account";
import { usePoll } from "../app/hooks";
import { peopleAddress } from "../app/routes";
import { EmployeePage } from "./employee_page";
import { EmployeesPage } from "./employees_page";
import { MonthPage } from "./month_page";
import { PayrollPage } from "./payroll_page";
import type { PeoplePart, PeoplePlace } from "./places";
import { ReviewPage, type ReviewQueue } from "./review_page";
import { ShiftsPage } from "./shifts_page";
import { TodayPage } from "./today_page";

const EMPLOYEES_EVERY_MS = 30_000;
const REVIEWS_EVERY_MS = 10_000;

const PARTS: { place: PeoplePlace; name: string; also?: PeoplePart }[] = [
  { place: { part: "today", on: null }, name: "Today" },
  { place: { part: "payroll", month: null }, name: "Month", also: "month" },
  { place: { part: "review" }, name: "Review" },
  { place: { part: "employees", employeeId: null }, name: "Employees" },
  { place: { part: "shifts" }, name: "Shifts" },
];

interface Props {
  site: Site;
  place: PeoplePlace;
}

/** Names, times and faces are personal data: for operators and admins. */
export function PeoplePage({ site, place }: Props) {
  if (!me.value) return <p class="card nothing">Asking who you are…</p>;
  if (!isOperator.value)
    return (
      <p class="card nothing">
        Who is here and what they worked is for operators and administrators. Ask one of them for the role.
      </p>
    );
  return <People site={site} place={place} />;
}

function People({ site, place }: Props) {
  const employees = useSignal<readonly Employee[] | null>(null);
  const queue = useSignal<ReviewQueue | null>(null);
  const askForEmployees = usePoll(
    "employees",
    async (signal) => {
      employees.value = await listEmployees(site.site_id, signal);
    },
    EMPLOYEES_EVERY_MS,
    [site.site_id],
  );
  const askForReviews = usePoll(
    "reviews",
    async (signal) => {
      const { items, next_cursor: next } = await listReviews(site.site_id, signal);
      queue.value = { reviews: items, hasMore: next !== null };
    },
    REVIEWS_EVERY_MS,
    [site.site_id],
  );
  return (
    <main class="room">
      <PartTabs siteId={site.site_id} current={place.part} queue={queue.value} />
      <Part
        site={site}
        place={place}
        employees={employees.value}
        queue={queue.value}
        onEmployeesChanged={askForEmployees}
        onReviewsChanged={askForReviews}
      />
    </main>
  );
}

interface PartProps extends Props {
  /** Null while they are on their way. */
  employees: readonly Employee[] | null;
  queue: ReviewQueue | null;
  onEmployeesChanged: () => void;
  onReviewsChanged: () => void;
}

function Part({ site, place, employees, queue, onEmployeesChanged, onReviewsChanged }: PartProps) {
  switch (place.part) {
    case "today":
      return <TodayPage key={place.on} site={site} on={place.on} employees={employees} />;
    case "payroll":
      return <PayrollPage site={site} month={place.month} />;
    case "month":
      return (
        <MonthPage site={site} employeeId={place.employeeId} month={place.month} employees={employees} />
      );
    case "review":
      return <ReviewPage site={site} queue={queue} employees={employees} onChanged={onReviewsChanged} />;
    case "employees":
      return place.employeeId ? (
        <EmployeePage
          key={place.employeeId}
          site={site}
          employeeId={place.employeeId}
          onChanged={onEmployeesChanged}
        />
      ) : (
        <EmployeesPage site={site} employees={employees} onChanged={onEmployeesChanged} />
      );
    case "shifts":
      return <ShiftsPage site={site} />;
  }
}

function PartTabs({
  siteId,
  current,
  queue,
}: {
  siteId: string;
  current: PeoplePart;
  queue: ReviewQueue | null;
}) {
  const waiting = queue?.reviews.length ?? 0;
  return (
    <nav class="part-tabs" aria-label="People of this site">
      {PARTS.map(({ place, name, also }) => (
        <a
          key={name}
          class="part-tab"
          href={peopleAddress(siteId, place)}
          aria-current={current === place.part || current === also ? "page" : undefined}
        >
          {name}
          {place.part === "review" && waiting > 0 && (
            <span class="badge quiet-badge number">
              {waiting}
              {queue?.hasMore && "+"}
              <span class="quiet"> to look at</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}
