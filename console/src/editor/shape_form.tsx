// Everything about a line or zone as a form: what is drawn on the picture, in numbers, and what can't be.

import type { ComponentChildren } from "preact";
import type { Schemas } from "../api/types";
import { along, type Point } from "../camera/geometry";
import {
  cornersOf,
  type Draft,
  insertCorner,
  type LineDraft,
  MAX_CORNERS,
  MIN_CORNERS,
  moveCorner,
  removeCorner,
  type ZoneDraft,
} from "./draft";

interface Props {
  draft: Draft;
  message: string;
  busy: boolean;
  onDraft: (draft: Draft) => void;
  onSave: () => void;
  onCancel: () => void;
  onDelete: () => void;
}

export function ShapeForm({ draft, message, busy, onDraft, onSave, onCancel, onDelete }: Props) {
  return (
    <form
      class="shape-form"
      noValidate
      aria-label={draft.kind === "line" ? "Line" : "Zone"}
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <Field name="Name">
        <input
          name="name"
          value={draft.body.name}
          maxLength={100}
          autocomplete="off"
          onInput={(event) => onDraft(withBody(draft, { name: event.currentTarget.value }))}
        />
      </Field>
      {draft.kind === "line" ? (
        <LineFields draft={draft} onDraft={onDraft} />
      ) : (
        <ZoneFields draft={draft} onDraft={onDraft} />
      )}
      <Corners draft={draft} onDraft={onDraft} />
      <Settling draft={draft} onDraft={onDraft} />
      <p class="message" role="alert">
        {message}
      </p>
      <div class="form-actions">
        <button class="button primary" type="submit" disabled={busy}>
          {busy ? "Saving…" : "Save"}
        </button>
        <button class="button" type="button" onClick={onCancel}>
          Cancel
        </button>
        {draft.id && (
          <button class="button danger" type="button" disabled={busy} onClick={onDelete}>
            Delete…
          </button>
        )}
      </div>
    </form>
  );
}

function LineFields({ draft, onDraft }: { draft: LineDraft; onDraft: (draft: Draft) => void }) {
  const { body } = draft;
  return (
    <>
      <div class="field-pair">
        <Field name="One way is called">
          <input
            name="in_label"
            value={body.in_label}
            onInput={(event) => onDraft(withBody(draft, { in_label: event.currentTarget.value }))}
          />
        </Field>
        <Field name="The other way">
          <input
            name="out_label"
            value={body.out_label}
            onInput={(event) => onDraft(withBody(draft, { out_label: event.currentTarget.value }))}
          />
        </Field>
      </div>
      <Check
        name="Swap in and out (the green arrow points in)"
        checked={body.inverted ?? false}
        onChange={(inverted) => onDraft(withBody(draft, { inverted }))}
      />
    </>
  );
}

function ZoneFields({ draft, onDraft }: { draft: ZoneDraft; onDraft: (draft: Draft) => void }) {
  const { body } = draft;
  return (
    <>
      <Check
        name="Restricted: nobody should be in it"
        checked={body.restricted ?? false}
        onChange={(restricted) => onDraft(withBody(draft, { restricted }))}
      />
      <Field name="Most people allowed (optional)">
        <input
          name="max_occupancy"
          type="number"
          min="1"
          value={body.max_occupancy ?? ""}
          onInput={({ currentTarget: { value } }) =>
            onDraft(withBody(draft, { max_occupancy: value === "" ? null : Math.round(Number(value)) }))
          }
        />
      </Field>
    </>
  );
}

function Corners({ draft, onDraft }: { draft: Draft; onDraft: (draft: Draft) => void }) {
  const corners = cornersOf(draft);
  const isZone = draft.kind === "zone";
  return (
    <fieldset class="corners">
      <legend>Percent from the left and from the top</legend>
      {corners.map((corner, index) => (
        <CornerRow
          key={index}
          name={isZone ? `Corner ${index + 1}` : (["Start", "End"][index] ?? "")}
          corner={corner}
          onMove={(to) => onDraft(moveCorner(draft, index, to))}
          onRemove={
            isZone && corners.length > MIN_CORNERS ? () => onDraft(removeCorner(draft, index)) : undefined
          }
        />
      ))}
      {isZone && corners.length < MAX_CORNERS && (
        <button class="button small" type="button" onClick={() => onDraft(addCorner(draft))}>
          Add a corner
        </button>
      )}
    </fieldset>
  );
}

interface CornerProps {
  name: string;
  corner: Point;
  onMove: (to: Point) => void;
  onRemove: (() => void) | undefined;
}

function CornerRow({ name, corner, onMove, onRemove }: CornerProps) {
  const axis = (which: "x" | "y", label: string) => (
    <input
      type="number"
      min="0"
      max="100"
      step="0.5"
      aria-label={`${name}, ${label}`}
      value={Number((corner[which] * 100).toFixed(2))}
      onInput={({ currentTarget: { value } }) => {
        if (value !== "") onMove({ ...corner, [which]: Number(value) / 100 });
      }}
    />
  );
  return (
    <div class="corner">
      <span>{name}</span>
      {axis("x", "from the left")}
      {axis("y", "from the top")}
      {onRemove && (
        <button
          class="button small"
          type="button"
          aria-label={`Remove ${name.toLowerCase()}`}
          onClick={onRemove}
        >
          ×
        </button>
      )}
    </div>
  );
}

function Settling({ draft, onDraft }: { draft: Draft; onDraft: (draft: Draft) => void }) {
  return (
    <div class="field-pair">
      <Field name="Point of a person">
        <select
          name="anchor"
          value={draft.body.anchor ?? "bottom_center"}
          onChange={(event) =>
            onDraft(withBody(draft, { anchor: event.currentTarget.value as Schemas["Anchor"] }))
          }
        >
          <option value="bottom_center">Feet</option>
          <option value="center">Middle</option>
        </select>
      </Field>
      <Field name="Frames to settle">
        <input
          name="settle_frames"
          type="number"
          min="1"
          max="10"
          value={draft.body.settle_frames ?? 2}
          onInput={(event) =>
            onDraft(withBody(draft, { settle_frames: Math.round(Number(event.currentTarget.value)) }))
          }
        />
      </Field>
    </div>
  );
}

function Field({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <label class="field">
      {name}
      {children}
    </label>
  );
}

function Check({
  name,
  checked,
  onChange,
}: {
  name: string;
  checked: boolean;
  onChange: (on: boolean) => void;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {name}
    </label>
  );
}

function withBody<D extends Draft>(draft: D, change: Partial<D["body"]>): D {
  return { ...draft, body: { ...draft.body, ...change } };
}

/** In the middle of the last edge. */
function addCorner(draft: Draft): Draft {
  const corners = cornersOf(draft);
  const [first, last] = [corners[0], corners.at(-1)];
  return first && last ? insertCorner(draft, corners.length, along(last, first, 0.5)) : draft;
}
