// A site's holidays.

import { useSignal } from "@preact/signals";
import { deleteHoliday, listHolidays, putHoliday } from "../api/attendance";
import type { Holiday, Site } from "../api/types";
import { useActing } from "../app/acting";
import { usePoll } from "../app/hooks";
import { minute } from "../app/now";
import { addDays, dateAt, formatLongDate } from "../app/dates";

const EVERY_MS = 60_000;
const DAYS_AHEAD = 366;
const DAYS_BACK = 31;

export function HolidaysCard({ site }: { site: Site }) {
  const holidays = useSignal<readonly Holiday[] | null>(null);
  const today = dateAt(minute.value, site.time_zone);
  const { act, busy, message, refuse } = useActing();
  const ask = usePoll(
    "holidays",
    async (signal) => {
      const [first, last] = [addDays(today, -DAYS_BACK), addDays(today, DAYS_AHEAD)];
      holidays.value = await listHolidays(site.site_id, first, last, signal);
    },
    EVERY_MS,
    [site.site_id],
  );

  async function enter(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const [on, name] = [String(data.get("on") ?? ""), String(data.get("name") ?? "").trim()];
    if (!on || !name) return refuse("Enter the day and its name.");
    if (!(await act(() => putHoliday(site.site_id, { on, name })))) return;
    form.reset();
    ask();
  }

  return (
    <section class="card" aria-labelledby="holidays-title">
      <div class="card-head">
        <h2 id="holidays-title">Holidays</h2>
      </div>
      {holidays.value?.length === 0 && <p class="muted facts">None in the year to come.</p>}
      <ul class="dated">
        {holidays.value?.map(({ on, name }) => (
          <li key={on}>
            <span>
              <b>{name}</b> <span class="muted number">{formatLongDate(on)}</span>
            </span>
            <button
              class="button small"
              type="button"
              disabled={busy.value}
              onClick={async () => {
                if (await act(() => deleteHoliday(site.site_id, on))) ask();
              }}
              aria-label={`Remove ${name}`}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <form noValidate onSubmit={enter}>
        <div class="field-row">
          <label class="field">
            Day
            <input name="on" type="date" />
          </label>
          <label class="field">
            Name
            <input name="name" maxLength={100} autocomplete="off" />
          </label>
          <button class="button" type="submit" disabled={busy.value}>
            Enter holiday
          </button>
        </div>
        <p class="message" role="alert">
          {message}
        </p>
      </form>
    </section>
  );
}
