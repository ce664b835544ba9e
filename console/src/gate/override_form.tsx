// A guard opens or refuses, whatever was decided, and says why.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { overrideDecision } from "../api/vehicles";
import type { Evidence, Override } from "../api/types";
import { useActing } from "../app/acting";
import { DialogFoot } from "../app/dialog";
import { isBlocked, isOverridden } from "./passage_words";

const LONGEST_REASON = 100;

type Action = Override["action"];

const CHOICES: { action: Action; begin: string; confirm: string; placeholder: string }[] = [
  {
    action: "open",
    begin: "Open…",
    confirm: "Open the gate",
    placeholder: "such as: delivery note 4711 shown",
  },
  {
    action: "refuse",
    begin: "Refuse…",
    confirm: "Refuse it",
    placeholder: "such as: sent to the other gate",
  },
];

interface Props {
  evidence: Evidence;
  onDone: () => void;
}

export function OverrideForm({ evidence, onDone }: Props) {
  const chosen = useSignal<Action | null>(null);
  const reasonField = useRef<HTMLInputElement>(null);
  // Once, and not each time that the passage is asked for again.
  useEffect(() => reasonField.current?.focus(), [chosen.value]);
  // The decision as it was when they chose: what is decided meanwhile, or for a passage that turns out to be
  // the same one, they may not have seen.
  const seen = useRef(evidence);
  const { act, busy, message, refuse } = useActing();
  const done = isOverridden(evidence) ? evidence.overrides.at(-1)?.action : null;
  const choice = CHOICES.find(({ action }) => action === chosen.value);
  if (!choice)
    return (
      <div class="override-choices">
        <span class="muted">
          {done
            ? "If that was a slip, or things have changed, you can do otherwise; all of it stays in the log."
            : "You can do otherwise; the decision stays in the log, with who did and why."}
        </span>
        {CHOICES.filter(({ action }) => action !== done).map(({ action, begin }) => (
          <button
            key={action}
            class="button"
            type="button"
            onClick={() => {
              seen.current = evidence;
              chosen.value = action;
            }}
          >
            {begin}
          </button>
        ))}
      </div>
    );

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement).get("reason");
    const reason = String(given ?? "").trim();
    if (!choice) return;
    if (!reason) return refuse("Say why: it is kept with your name.");
    await act(async () => {
      await overrideDecision(seen.current, choice.action, reason);
      chosen.value = null;
      onDone();
    });
  }

  return (
    <form class="dialog-form override-form" noValidate onSubmit={submit}>
      {choice.action === "open" && isBlocked(evidence) && (
        <p class="note">
          <b>This vehicle is blocked.</b> Security was told of it.
        </p>
      )}
      <label class="field">
        Why
        <input
          name="reason"
          maxLength={LONGEST_REASON}
          autocomplete="off"
          placeholder={choice.placeholder}
          ref={reasonField}
        />
      </label>
      <DialogFoot
        message={message}
        action={choice.confirm}
        isDangerous={choice.action === "refuse" || isBlocked(evidence)}
        isDisabled={busy.value}
        back="Back"
        onBack={() => {
          chosen.value = null;
        }}
      />
    </form>
  );
}
