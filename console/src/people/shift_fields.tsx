// Parts of a shift's form: breaks, and the rules that few shifts change.

import type { Edit } from "./shift_dialog";
import type { ShiftDraft } from "./shift_draft";

interface MinuteProps {
  label: string;
  value: number;
  onChange: (minutes: number) => void;
}

export function MinuteField({ label, value, onChange }: MinuteProps) {
  return (
    <label class="field">
      {label}
      <input
        type="number"
        min="0"
        step="1"
        inputMode="numeric"
        value={Number.isNaN(value) ? "" : value}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}

/** Empty is none. */
function OptionalMinutes({
  label,
  value,
  onChange,
}: {
  label: string;
  value: number | null;
  onChange: (minutes: number | null) => void;
}) {
  return (
    <MinuteField
      label={label}
      value={value ?? Number.NaN}
      onChange={(minutes) => onChange(Number.isNaN(minutes) ? null : minutes)}
    />
  );
}

export function BreakFields({ breaks, edit }: { breaks: ShiftDraft["breaks"]; edit: Edit }) {
  const change = (index: number, part: Partial<ShiftDraft["breaks"][number]>): void =>
    edit({ breaks: breaks.map((each, at) => (at === index ? { ...each, ...part } : each)) });
  return (
    <fieldset class="breaks">
      <legend>Breaks</legend>
      {breaks.map((each, index) => (
        <div key={index} class="break">
          <input
            type="time"
            aria-label={`Start of break ${index + 1}`}
            value={each.start}
            onInput={(event) => change(index, { start: event.currentTarget.value })}
          />
          <input
            type="time"
            aria-label={`End of break ${index + 1}`}
            value={each.end}
            onInput={(event) => change(index, { end: event.currentTarget.value })}
          />
          <label class="choice">
            <input
              type="checkbox"
              checked={each.paid}
              onChange={(event) => change(index, { paid: event.currentTarget.checked })}
            />
            paid
          </label>
          <button
            class="button small"
            type="button"
            aria-label={`Remove break ${index + 1}`}
            onClick={() => edit({ breaks: breaks.filter((_, at) => at !== index) })}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        class="button small"
        type="button"
        onClick={() => edit({ breaks: [...breaks, { start: "", end: "", paid: false }] })}
      >
        Add a break
      </button>
    </fieldset>
  );
}

export function RuleFields({ draft, edit }: { draft: ShiftDraft; edit: Edit }) {
  const { overtime } = draft;
  return (
    <details class="rules">
      <summary>Windows, overtime and half days</summary>
      <div class="dialog-form">
        <div class="field-row">
          <MinuteField
            label="Punches count from, minutes before the start"
            value={draft.opens_before_minutes}
            onChange={(opens_before_minutes) => edit({ opens_before_minutes })}
          />
          <MinuteField
            label="to, minutes after the end"
            value={draft.closes_after_minutes}
            onChange={(closes_after_minutes) => edit({ closes_after_minutes })}
          />
        </div>
        <div class="choices">
          <label class="choice">
            <input
              type="checkbox"
              checked={overtime.counts_before_start}
              onChange={(event) =>
                edit({ overtime: { ...overtime, counts_before_start: event.currentTarget.checked } })
              }
            />
            Work before the start is overtime
          </label>
          <label class="choice">
            <input
              type="checkbox"
              checked={overtime.counts_after_end}
              onChange={(event) =>
                edit({ overtime: { ...overtime, counts_after_end: event.currentTarget.checked } })
              }
            />
            Work after the end is overtime
          </label>
        </div>
        <div class="field-row">
          <MinuteField
            label="Overtime counts from, minutes"
            value={overtime.threshold_minutes}
            onChange={(threshold_minutes) => edit({ overtime: { ...overtime, threshold_minutes } })}
          />
          <MinuteField
            label="in steps of, minutes"
            value={overtime.step_minutes}
            onChange={(step_minutes) => edit({ overtime: { ...overtime, step_minutes } })}
          />
        </div>
        <div class="field-row">
          <OptionalMinutes
            label="A full day is, minutes (empty: any)"
            value={draft.full_day_minutes ?? null}
            onChange={(full_day_minutes) => edit({ full_day_minutes })}
          />
          <OptionalMinutes
            label="Half a day is, minutes (empty: none)"
            value={draft.half_day_minutes ?? null}
            onChange={(half_day_minutes) => edit({ half_day_minutes })}
          />
        </div>
        <label class="field">
          Times at work
          <select
            value={draft.pairing}
            onChange={(event) => edit({ pairing: event.currentTarget.value as ShiftDraft["pairing"] })}
          >
            <option value="first_last">from the first coming to the last going</option>
            <option value="alternate">coming and going in turns</option>
          </select>
        </label>
      </div>
    </details>
  );
}
