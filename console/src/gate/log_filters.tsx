// What of the log one wants to see.

import type { Verdict } from "../api/types";
import { isDate } from "../app/dates";
import { VERDICT_WORDS } from "./gate_words";
import { ANY, isAny, type LogFilter } from "./log_filter";

interface Props {
  filter: LogFilter;
  gates: readonly string[];
  today: string;
  onFilter: (filter: LogFilter) => void;
}

export function LogFilters({ filter, gates, today, onFilter }: Props) {
  const edit = (change: Partial<LogFilter>): void => onFilter({ ...filter, ...change });
  return (
    <div class="log-filters" role="group" aria-label="Show only">
      <label class="field">
        Gate
        <select value={filter.gate} onChange={(event) => edit({ gate: event.currentTarget.value })}>
          <option value="">All</option>
          {gates.map((gate) => (
            <option key={gate} value={gate}>
              {gate}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Decision
        <select
          value={filter.verdict}
          onChange={(event) => edit({ verdict: event.currentTarget.value as Verdict | "" })}
        >
          <option value="">All</option>
          {(Object.keys(VERDICT_WORDS) as Verdict[]).map((verdict) => (
            <option key={verdict} value={verdict}>
              {VERDICT_WORDS[verdict]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Plate
        <input
          type="search"
          class="plate-input"
          maxLength={40}
          autocomplete="off"
          spellcheck={false}
          value={filter.plate}
          onInput={(event) => edit({ plate: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        Day
        <input
          type="date"
          max={today}
          value={filter.day}
          onChange={({ currentTarget: { value } }) => {
            if (!value || isDate(value)) edit({ day: value });
          }}
        />
      </label>
      {!isAny(filter) && (
        <button class="button" type="button" onClick={() => onFilter(ANY)}>
          Show all
        </button>
      )}
    </div>
  );
}
