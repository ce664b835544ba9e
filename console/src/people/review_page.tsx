// People whom nobody knew: a person looks, and names or dismisses them.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { dismissReview, nameReview } from "../api/people";
import type { Employee, Review, Site } from "../api/types";
import { useActing } from "../app/acting";
import { DialogFoot } from "../app/dialog";
import { formatTime } from "../app/words";
import { EmployeePicker } from "./employee_picker";
import { describeNaming, describeReason } from "./people_words";

export interface ReviewQueue {
  reviews: readonly Review[];
  hasMore: boolean;
}

interface Props {
  site: Site;
  /** Null while it is on its way. */
  queue: ReviewQueue | null;
  employees: readonly Employee[] | null;
  onChanged: () => void;
}

export function ReviewPage({ site, queue, employees, onChanged }: Props) {
  const settled = useSignal<ReadonlySet<string>>(new Set());
  const said = useSignal("");
  const list = useRef<HTMLUListElement>(null);
  const open = queue?.reviews.filter((review) => !settled.value.has(review.review_id));

  /** What is settled goes at once, and the next one has the focus. */
  function settle(review: Review, words: string): void {
    const next = open?.[open.indexOf(review) + 1] ?? open?.[open.indexOf(review) - 1];
    settled.value = new Set([...settled.value, review.review_id]);
    said.value = words;
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLElement>(`[data-review="${next?.review_id}"] input`)?.focus(),
    );
    onChanged();
  }

  return (
    <section class="card" aria-labelledby="review-title">
      <div class="card-head">
        <h1 id="review-title">Who is this?</h1>
        {open && open.length > 0 && (
          <span class="muted number">
            {open.length}
            {queue?.hasMore && "+"} to look at
          </span>
        )}
      </div>
      <p class="muted lead-in">
        Cameras saw these people and no enrolled face was like theirs. A name is told to attendance, and the
        face is enrolled; the employee must have consented. Dismissing forgets the face.
      </p>
      <p class="said" role="status">
        {said}
      </p>
      {!open && <p class="chart-empty muted">Asking who waits for a name…</p>}
      {open?.length === 0 && <p class="chart-empty muted">Nobody is waiting for a name.</p>}
      <ul class="review-list" ref={list}>
        {open?.map((review) => (
          <ReviewCard
            key={review.review_id}
            review={review}
            site={site}
            employees={employees}
            onSettled={(words) => settle(review, words)}
          />
        ))}
      </ul>
      {queue?.hasMore && <p class="muted">There are more: they come up as these are settled.</p>}
    </section>
  );
}

interface CardProps {
  review: Review;
  site: Site;
  employees: readonly Employee[] | null;
  onSettled: (words: string) => void;
}

function ReviewCard({ review, site, employees, onSettled }: CardProps) {
  const chosen = useSignal<Employee | null>(null);
  const { act, busy, message, refuse } = useActing();
  const zone = site.time_zone;

  async function name(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const employee = chosen.peek();
    if (!employee) return refuse("Choose somebody from the list first.");
    let words = "";
    const isDone = await act(async () => {
      const named = await nameReview(review.review_id, employee.employee_id);
      words = describeNaming(employee.name, named.enrolled, named.not_enrolled);
    });
    if (isDone) onSettled(words);
  }

  async function dismiss(): Promise<void> {
    const isDone = await act(() => dismissReview(review.review_id));
    if (isDone) onSettled("Dismissed: the face is forgotten.");
  }

  return (
    <li class="review" data-review={review.review_id}>
      <FacePicture url={review.snapshot_url} />
      <form class="review-form" noValidate onSubmit={name}>
        <p class="review-where">
          <strong>{review.camera_id}</strong>
          <span class="number">{formatTime(review.occurred_at, zone)}</span>
          <span class="muted">{describeReason(review.reason)}</span>
        </p>
        <EmployeePicker
          label="Who it is"
          employees={employees}
          chosen={chosen.value}
          noteOf={(employee) => (employee.may_be_recognised ? employee.payroll_number : "no consent")}
          onChoose={(employee) => {
            chosen.value = employee;
          }}
        />
        <DialogFoot
          message={message}
          action="Name"
          isDisabled={busy.value}
          back="Dismiss"
          isBackDisabled={busy.value}
          onBack={dismiss}
        />
      </form>
    </li>
  );
}

/** Links are new with every answer; the first one serves as long as the picture is shown. */
function FacePicture({ url }: { url: string | null }) {
  const first = useRef(url).current;
  if (!first) return <div class="face none muted">No picture is kept</div>;
  return <img class="face" src={first} alt="Somebody unknown" width={160} height={160} />;
}
