// Why a record is what it is, and where it is put right.

import { useSignal } from "@preact/signals";
import { explainRecord } from "../api/attendance";
import type { Explanation, Punch, Site } from "../api/types";
import { Dialog } from "../app/dialog";
import { usePoll } from "../app/hooks";
import { formatMinute } from "../app/words";
import { CorrectionForm, type Task } from "./correction_form";
import { formatLongDate } from "../app/dates";
import { describeBooked, formatDifference, formatHours } from "./people_words";
import { PunchList } from "./punch_list";
import { RecordChips } from "./status_chips";

const EVERY_MS = 15_000;

interface Props {
  site: Site;
  instanceId: string;
  name: string;
  onChanged: () => void;
  onClose: () => void;
}

export function RecordDialog({ site, instanceId, name, onChanged, onClose }: Props) {
  const found = useSignal<Explanation | null>(null);
  const task = useSignal<Task | null>(null);
  const said = useSignal("");
  const ask = usePoll(
    "record",
    async (signal) => {
      found.value = await explainRecord(instanceId, signal);
    },
    EVERY_MS,
    [instanceId],
  );
  const explanation = found.value;

  function begin(next: Task): void {
    said.value = "";
    task.value = next;
  }

  return (
    <Dialog title={titleOf(name, explanation)} isWide onClose={onClose}>
      {!explanation && <p class="muted">Asking how it came about…</p>}
      {explanation && task.value && (
        <CorrectionForm
          site={site}
          record={explanation.record}
          task={task.value}
          onDone={(entered) => {
            said.value = `The correction is kept. ${describeBooked(entered.adjustments.length)}`;
            task.value = null;
            ask();
            onChanged();
          }}
          onCancel={() => {
            task.value = null;
          }}
        />
      )}
      {explanation && !task.value && (
        <>
          <p class="said" role="status">
            {said}
          </p>
          <Account site={site} explanation={explanation} onTask={begin} />
          <div class="dialog-actions">
            <button class="button" type="button" onClick={() => begin({ action: "add" })}>
              Add a punch…
            </button>
            <button class="button primary" type="button" onClick={onClose}>
              Close
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}

interface AccountProps {
  site: Site;
  explanation: Explanation;
  onTask: (task: Task) => void;
}

function Account({ site, explanation, onTask }: AccountProps) {
  const { record, punches, superseded, steps, frozen, adjustments } = explanation;
  const zone = site.time_zone;
  return (
    <div class="account-of">
      <RecordChips record={record} />
      <dl class="figures">
        <Figure name="In" value={record.check_in ? formatMinute(record.check_in, zone) : "–"} />
        <Figure name="Out" value={record.check_out ? formatMinute(record.check_out, zone) : "–"} />
        <Figure name="Worked" value={formatHours(record.worked_seconds)} />
        <Figure name="Regular" value={formatHours(record.regular_seconds)} />
        <Figure name="Overtime" value={formatHours(record.overtime_seconds)} />
        <Figure name="Breaks" value={formatHours(record.unpaid_break_seconds)} />
      </dl>
      {frozen && (
        <p class="note">
          Paid: {formatHours(frozen.seconds.worked)} worked.{" "}
          {adjustments.map((each) => (
            <span key={each.adjustment_id}>
              Adjusted by {formatDifference(each.difference.worked)} in the period from {each.booked_on}.{" "}
            </span>
          ))}
        </p>
      )}
      <h3>Punches</h3>
      <PunchList
        punches={punches}
        superseded={superseded}
        timeZone={zone}
        onReplace={(punch: Punch) => onTask({ action: "replace", punch })}
        onWithdraw={(punch: Punch) => onTask({ action: "withdraw", punch })}
      />
      <h3>How it came about</h3>
      <ol class="steps">
        {steps.map((step) => (
          <li key={`${step.rule} ${step.name}`}>
            <span class="muted">
              Rule {step.rule}, {step.name}
            </span>
            <span class="number">{step.text}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt class="muted">{name}</dt>
      <dd class="number">{value}</dd>
    </div>
  );
}

function titleOf(name: string, explanation: Explanation | null): string {
  if (!explanation) return name;
  const { shift_name: shift, local_date: date } = explanation.record;
  return `${name}, ${shift}, ${formatLongDate(date)}`;
}
