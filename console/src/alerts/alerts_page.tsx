// What is wrong at a site, and what people do about it.

import { useSignal } from "@preact/signals";
import { acknowledgeAlert, resolveAlert, snoozeAlert } from "../api/floorsight";
import { SessionEnded, session } from "../api/session";
import type { Alert, Site } from "../api/types";
import { isOperator } from "../app/account";
import { describeFault } from "../app/connection";
import { Dialog, DialogFoot } from "../app/dialog";
import { Icon } from "../app/icons";
import { now } from "../app/now";
import { toError } from "../app/polling";
import { formatAge, formatTime } from "../app/words";
import { describeState, isSnoozed } from "./alert_words";

const MINUTE_MS = 60_000;
const SNOOZES = [
  { minutes: 15, name: "15 minutes" },
  { minutes: 60, name: "1 hour" },
  { minutes: 480, name: "8 hours" },
];

interface Props {
  site: Site;
  /** Null while they are on their way. */
  alerts: readonly Alert[] | null;
  onChanged: () => void;
}

export function AlertsPage({ site, alerts, onChanged }: Props) {
  const resolving = useSignal<Alert | null>(null);
  const fault = useSignal("");

  async function change(action: Promise<void>): Promise<void> {
    fault.value = "";
    try {
      await action;
      resolving.value = null;
    } catch (error) {
      if (error instanceof SessionEnded) session.end(error.message);
      fault.value = describeFault(toError(error));
    }
    onChanged();
  }

  return (
    <main class="card">
      <div class="card-head">
        <h1>Open alerts of {site.name}</h1>
      </div>
      {fault.value && !resolving.value && (
        <p class="message" role="alert">
          {fault}
        </p>
      )}
      {alerts?.length === 0 && <p class="chart-empty muted">Nothing is wrong. No alert is open.</p>}
      <ul class="alert-list">
        {alerts?.map((alert) => (
          <AlertRow
            key={alert.alert_id}
            alert={alert}
            timeZone={site.time_zone}
            onAcknowledge={() => change(acknowledgeAlert(alert.alert_id))}
            onSnooze={(minutes) =>
              change(snoozeAlert(alert.alert_id, new Date(Date.now() + minutes * MINUTE_MS)))
            }
            onResolve={() => {
              resolving.value = alert;
            }}
          />
        ))}
      </ul>
      {resolving.value && (
        <ResolveDialog
          alert={resolving.value}
          message={fault.value}
          onResolve={(note) => resolving.value && change(resolveAlert(resolving.value.alert_id, note))}
          onClose={() => {
            resolving.value = null;
            fault.value = "";
          }}
        />
      )}
    </main>
  );
}

interface RowProps {
  alert: Alert;
  timeZone: string;
  onAcknowledge: () => void;
  onSnooze: (minutes: number) => void;
  onResolve: () => void;
}

function AlertRow({ alert, timeZone, onAcknowledge, onSnooze, onResolve }: RowProps) {
  const ageSeconds = (now.value - Date.parse(alert.raised_at)) / 1000;
  return (
    <li class="alert" data-severity={alert.severity}>
      <Icon name="alert" />
      <div class="alert-text">
        <strong>
          {alert.title}: {alert.subject_name}
        </strong>
        <span>{alert.steps.at(-1)?.text}</span>
        <span class="facts muted number">
          since {formatTime(alert.raised_at, timeZone)} ({formatAge(ageSeconds)}) ·{" "}
          {describeState(alert, timeZone, now.value)}
        </span>
      </div>
      {isOperator.value && (
        <div class="alert-actions">
          {alert.state === "open" && (
            <button class="button small" type="button" onClick={onAcknowledge}>
              Acknowledge
            </button>
          )}
          {!isSnoozed(alert, now.value) && <SnoozePicker name={alert.subject_name} onSnooze={onSnooze} />}
          <button class="button small" type="button" onClick={onResolve}>
            Resolve…
          </button>
        </div>
      )}
    </li>
  );
}

function SnoozePicker({ name, onSnooze }: { name: string; onSnooze: (minutes: number) => void }) {
  return (
    <select
      class="small"
      aria-label={`Snooze ${name}`}
      value=""
      onChange={(event) => onSnooze(Number(event.currentTarget.value))}
    >
      <option value="" disabled>
        Snooze…
      </option>
      {SNOOZES.map(({ minutes, name: length }) => (
        <option key={minutes} value={minutes}>
          for {length}
        </option>
      ))}
    </select>
  );
}

interface ResolveProps {
  alert: Alert;
  message: string;
  onResolve: (note: string) => void;
  onClose: () => void;
}

function ResolveDialog({ alert, message, onResolve, onClose }: ResolveProps) {
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const note = new FormData(event.currentTarget as HTMLFormElement).get("note");
    onResolve(String(note ?? "").trim());
  }
  return (
    <Dialog title={`Resolve “${alert.title}: ${alert.subject_name}”?`} onClose={onClose}>
      <form class="dialog-form" noValidate onSubmit={submit}>
        <p class="muted">
          It won't be raised again for the same cause before that was over, unless it gets worse.
        </p>
        <label class="field">
          Note
          <input name="note" maxLength={500} autocomplete="off" placeholder="what was done about it" />
        </label>
        <DialogFoot message={message} action="Resolve" onBack={onClose} />
      </form>
    </Dialog>
  );
}
