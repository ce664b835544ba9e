// Makes a shift, or changes one from a date on.

import { type Signal, useSignal } from "@preact/signals";
import { changeShift, createShift, retireShift } from "../api/attendance";
import type { Shift, Site } from "../api/types";
import { useActing } from "../app/acting";
import { Dialog, DialogFoot } from "../app/dialog";
import { suggestId } from "../app/names";
import { minute } from "../app/now";
import { addDays, dateAt, formatDate, formatWeekdayName } from "../app/dates";
import { draftOf, findFault, NEW_SHIFT, type ShiftDraft } from "./shift_draft";
import { BreakFields, MinuteField, RuleFields } from "./shift_fields";

interface Props {
  site: Site;
  /** Null: a new one. */
  shift: Shift | null;
  onDone: () => void;
  onClose: () => void;
}

export type Edit = (change: Partial<ShiftDraft>) => void;

export function ShiftDialog({ site, shift, onDone, onClose }: Props) {
  const today = dateAt(minute.peek(), site.time_zone);
  const latest = shift?.versions.findLast((version) => !version.retired);
  const draft = useSignal<ShiftDraft>(latest ? draftOf(latest) : NEW_SHIFT);
  const from = useSignal(shift ? addDays(today, 1) : today);
  const isEnding = useSignal(false);
  const { act, busy, message, refuse } = useActing();
  const edit: Edit = (change) => {
    draft.value = { ...draft.value, ...change };
  };

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const fault = findFault(draft.value) || (from.value ? "" : "Enter the first day.");
    if (fault) return refuse(fault);
    const body = { ...draft.value, name: draft.value.name.trim(), valid_from: from.value };
    await finish(() =>
      shift
        ? changeShift(shift.shift_id, { ...body, revision: shift.revision })
        : createShift({
            ...body,
            shift_id: `${site.site_id}-${suggestId(body.name)}`,
            site_id: site.site_id,
          }),
    );
  }

  async function finish(change: () => Promise<unknown>): Promise<void> {
    if (!(await act(change))) return;
    onDone();
    onClose();
  }

  return (
    <Dialog title={latest ? `Change ${latest.name}` : "Add a shift"} isWide onClose={onClose}>
      <form class="dialog-form" noValidate onSubmit={submit}>
        <ShiftFields draft={draft} edit={edit} />
        <label class="field">
          {shift ? "Valid from" : "First day"}
          <input
            type="date"
            value={from.value}
            onInput={(event) => {
              from.value = event.currentTarget.value;
            }}
          />
          {shift && <span class="hint muted">Days before stay as they were; they must not be locked.</span>}
        </label>
        <DialogFoot
          message={message}
          action={shift ? "Change" : "Add"}
          isDisabled={busy.value}
          onBack={onClose}
        >
          {shift && (
            <button
              class="button danger apart"
              type="button"
              disabled={busy.value || !from.value}
              onClick={() => {
                if (!isEnding.value) isEnding.value = true;
                else void finish(() => retireShift(shift.shift_id, from.value));
              }}
            >
              {isEnding.value ? `Really: nobody has it from ${formatDate(from.value)} on` : "End it…"}
            </button>
          )}
        </DialogFoot>
      </form>
    </Dialog>
  );
}

function ShiftFields({ draft, edit }: { draft: Signal<ShiftDraft>; edit: Edit }) {
  const { name, start, end, days } = draft.value;
  return (
    <>
      <div class="field-row">
        <label class="field">
          Name
          <input
            maxLength={100}
            autocomplete="off"
            value={name}
            onInput={(event) => edit({ name: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          Start
          <input type="time" value={start} onInput={(event) => edit({ start: event.currentTarget.value })} />
        </label>
        <label class="field">
          End
          <input type="time" value={end} onInput={(event) => edit({ end: event.currentTarget.value })} />
          {start !== "" && end !== "" && end <= start && <span class="hint muted">on the next day</span>}
        </label>
      </div>
      <fieldset class="choices">
        <legend>It starts on</legend>
        {[1, 2, 3, 4, 5, 6, 7].map((day) => (
          <label key={day} class="choice">
            <input
              type="checkbox"
              checked={days.includes(day)}
              onChange={(event) =>
                edit({
                  days: event.currentTarget.checked ? [...days, day] : days.filter((each) => each !== day),
                })
              }
            />
            {formatWeekdayName(day)}
          </label>
        ))}
      </fieldset>
      <BreakFields breaks={draft.value.breaks} edit={edit} />
      <div class="field-row">
        <MinuteField
          label="Grace when late, minutes"
          value={draft.value.grace_late_minutes}
          onChange={(grace_late_minutes) => edit({ grace_late_minutes })}
        />
        <MinuteField
          label="Grace when early, minutes"
          value={draft.value.grace_early_minutes}
          onChange={(grace_early_minutes) => edit({ grace_early_minutes })}
        />
      </div>
      <RuleFields draft={draft.value} edit={edit} />
    </>
  );
}
