// A camera's lines and zones by name.

import { isOperator } from "../app/account";
import type { Draft } from "./draft";

interface Props {
  shapes: readonly Draft[];
  onEdit: (shape: Draft) => void;
  onAdd: (kind: Draft["kind"]) => void;
}

export function ShapeList({ shapes, onEdit, onAdd }: Props) {
  return (
    <>
      <Group title="Lines" kind="line" shapes={shapes} onEdit={onEdit} onAdd={onAdd} />
      <Group title="Zones" kind="zone" shapes={shapes} onEdit={onEdit} onAdd={onAdd} />
    </>
  );
}

function Group({ title, kind, shapes, onEdit, onAdd }: Props & { title: string; kind: Draft["kind"] }) {
  const mine = shapes.filter((shape) => shape.kind === kind);
  return (
    <div class="shape-group">
      <div class="card-head">
        <h2>{title}</h2>
        {isOperator.value && (
          <button class="button small" type="button" onClick={() => onAdd(kind)}>
            Add a {kind}
          </button>
        )}
      </div>
      {mine.length === 0 && <p class="muted">None yet.</p>}
      <ul class="shape-list">
        {mine.map((shape) => (
          <li key={shape.id}>
            <span class={`swatch ${kind}`} aria-hidden="true" />
            <span class="shape-name">{shape.body.name}</span>
            {shape.kind === "zone" && shape.body.restricted && <span class="tag">restricted</span>}
            {isOperator.value && (
              <button
                class="button small"
                type="button"
                aria-label={`Edit ${shape.body.name}`}
                onClick={() => onEdit(shape)}
              >
                Edit
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
