// From month to month.

import type { Site } from "../api/types";
import { minute } from "../app/now";
import { goTo } from "../app/place";
import { addMonths, dateAt, isMonth, monthOf } from "../app/dates";

interface Props {
  site: Site;
  month: string;
  /** Null: the present month. */
  addressOf: (month: string | null) => string;
}

export function MonthPicker({ site, month, addressOf }: Props) {
  const present = monthOf(dateAt(minute.value, site.time_zone));
  const address = (of: string): string => addressOf(of === present ? null : of);
  return (
    <div class="stepper">
      <a class="button small" href={address(addMonths(month, -1))} aria-label="The month before">
        ‹
      </a>
      <input
        class="small"
        type="month"
        aria-label="Month"
        value={month}
        onChange={({ currentTarget: { value } }) => {
          if (isMonth(value)) goTo(address(value));
        }}
      />
      <a class="button small" href={address(addMonths(month, 1))} aria-label="The month after">
        ›
      </a>
    </div>
  );
}
