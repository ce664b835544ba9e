// The parts of a camera's form that few cameras need.

import type { Signal } from "@preact/signals";
import type { Camera, CameraFields } from "../api/types";
import type { Edit } from "./camera_dialog";
import { gatesOf } from "./camera_draft";

interface Props {
  draft: Signal<CameraFields>;
  edit: Edit;
}

/** Gates that are known are offered: a gate that two cameras see has one id. */
export function GateFields({ draft, cameras, edit }: Props & { cameras: readonly Camera[] }) {
  const { gate_id: gate, lane } = draft.value;
  return (
    <fieldset class="gate-fields">
      <legend>Plates of vehicles</legend>
      <div class="field-pair">
        <label class="field">
          Gate
          <input
            list="known-gates"
            maxLength={63}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            placeholder="none"
            value={gate ?? ""}
            onInput={(event) => edit({ gate_id: event.currentTarget.value })}
          />
          <datalist id="known-gates">
            {gatesOf(cameras).map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
        </label>
        <label class="field">
          Lane
          <input
            maxLength={63}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            placeholder="1"
            disabled={!gate?.trim()}
            value={lane ?? ""}
            onInput={(event) => edit({ lane: event.currentTarget.value })}
          />
        </label>
      </div>
      <p class="muted">
        With a gate, plates are read and the gate decides by the site’s lists. Cameras of one gate name the
        same one.
      </p>
    </fieldset>
  );
}

export function MoreFields({ draft, edit }: Props) {
  const { identify, analyse_fps: fps, offline_after_seconds: offline } = draft.value;
  return (
    <details>
      <summary>More</summary>
      <div class="dialog-form">
        <label class="field">
          Faces of people
          <select
            value={identify}
            onChange={(event) => edit({ identify: event.currentTarget.value as CameraFields["identify"] })}
          >
            <option value="off">Are not looked at</option>
            <option value="recognise">Who has consented is recognised</option>
            <option value="attendance">Who has consented is checked in and out</option>
          </select>
        </label>
        <div class="field-pair">
          <NumberField
            label="Frames a second"
            value={fps}
            onChange={(analyse_fps) => edit({ analyse_fps: analyse_fps ?? 0 })}
          />
          <NumberField
            label="Silent after, seconds"
            value={offline}
            onChange={(seconds) => edit({ offline_after_seconds: seconds ?? 0 })}
          />
        </div>
        <LimitFields draft={draft} edit={edit} />
      </div>
    </details>
  );
}

function LimitFields({ draft, edit }: Props) {
  const { max_occupancy: most, warning_percent: warning, exceeded_percent: exceeded } = draft.value;
  return (
    <>
      <NumberField
        label="Most people allowed (empty: no limit)"
        value={most}
        onChange={(max_occupancy) => edit({ max_occupancy })}
      />
      {most !== null && (
        <div class="field-pair">
          <NumberField
            label="Warned from, %"
            value={warning}
            onChange={(percent) => edit({ warning_percent: percent ?? 0 })}
          />
          <NumberField
            label="Exceeded from, %"
            value={exceeded}
            onChange={(percent) => edit({ exceeded_percent: percent ?? 0 })}
          />
        </div>
      )}
    </>
  );
}

interface NumberProps {
  label: string;
  value: number | null;
  /** Null: it is empty. */
  onChange: (value: number | null) => void;
}

function NumberField({ label, value, onChange }: NumberProps) {
  return (
    <label class="field">
      {label}
      <input
        type="number"
        min="1"
        step="1"
        inputMode="numeric"
        value={value || ""}
        onInput={({ currentTarget: { valueAsNumber: typed } }) =>
          onChange(Number.isNaN(typed) ? null : Math.round(typed))
        }
      />
    </label>
  );
}
