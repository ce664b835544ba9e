// What a gate would do about a plate: nothing is changed, nothing opens.

import { useSignal } from "@preact/signals";
import { validatePlate } from "../api/vehicles";
import type { Direction, PlateTrialResult, Site } from "../api/types";
import { useActing } from "../app/acting";
import { toBase64, toJpeg } from "../app/images";
import { PictureDrop } from "../app/picture_drop";
import { instantAt } from "../app/time";
import { TrialResult } from "./trial_result";
import { plateOf } from "./vehicle_draft";

type Way = Direction | "";

export function TryPage({ site }: { site: Site }) {
  const result = useSignal<PlateTrialResult | null>(null);
  const text = useSignal("");
  const picture = useSignal<File | null>(null);
  const way = useSignal<Way>("in");
  const at = useSignal("");
  const { act, busy, message, refuse } = useActing();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const file = picture.peek();
    if (!file && !plateOf(text.peek())) return refuse("Enter a plate, or choose a photograph.");
    const moment = instantAt(at.peek(), site.time_zone);
    result.value = null;
    await act(async () => {
      result.value = await validatePlate({
        site_id: site.site_id,
        ...(file ? { image: await toBase64(await toJpeg(file)) } : { text: text.peek() }),
        direction: way.peek() || null,
        at: Number.isNaN(moment) ? null : new Date(moment).toISOString(),
      });
    });
  }

  return (
    <section class="card try" aria-labelledby="try-title">
      <div class="card-head">
        <h1 id="try-title">Try a plate</h1>
      </div>
      <p class="note">
        What a gate would decide. <b>Nothing is changed and nothing opens</b>; no visit is used and nobody is
        told.
      </p>
      <div class="try-parts">
        <form class="dialog-form" noValidate onSubmit={submit}>
          <label class="field">
            Plate
            <input
              class="plate-input"
              maxLength={40}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              disabled={picture.value !== null}
              value={text.value}
              onInput={(event) => {
                text.value = event.currentTarget.value;
              }}
            />
          </label>
          <PictureChoice
            picture={picture.value}
            onChoose={(file) => {
              picture.value = file;
            }}
          />
          <div class="field-pair time-pair">
            <label class="field">
              Direction
              <select
                value={way.value}
                onChange={(event) => {
                  way.value = event.currentTarget.value as Way;
                }}
              >
                <option value="in">Coming in</option>
                <option value="out">Going out</option>
                <option value="">Not known</option>
              </select>
            </label>
            <label class="field">
              When
              <input
                type="datetime-local"
                value={at.value}
                onInput={(event) => {
                  at.value = event.currentTarget.value;
                }}
              />
            </label>
          </div>
          <p class="hint muted">Local time of the site; empty: now.</p>
          <p class="message" role="alert">
            {message}
          </p>
          <button class="button primary" type="submit" disabled={busy.value}>
            {busy.value ? "Asking…" : "What would it do?"}
          </button>
        </form>
        <div class="try-result" role="status">
          {result.value ? (
            <TrialResult site={site} result={result.value} />
          ) : (
            <p class="chart-empty muted">The answer comes here.</p>
          )}
        </div>
      </div>
    </section>
  );
}

interface ChoiceProps {
  picture: File | null;
  onChoose: (file: File | null) => void;
}

function PictureChoice({ picture, onChoose }: ChoiceProps) {
  if (!picture)
    return <PictureDrop isFull={false} isOne onFiles={(files) => files[0] && onChoose(files[0])} />;
  return (
    <div class="chosen-picture">
      <span class="muted">{picture.name}</span>
      <button class="button small" type="button" onClick={() => onChoose(null)}>
        Leave out
      </button>
    </div>
  );
}
