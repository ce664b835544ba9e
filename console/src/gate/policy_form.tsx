// Changes how a site's gates decide: an administrator's decision.

import { type Signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Refused } from "../api/request";
import type { GatePolicy, GatePolicyFields, PlateProfile, Site } from "../api/types";
import { updateGatePolicy } from "../api/vehicles";
import { useActing } from "../app/acting";
import { describeFault } from "../app/connection";
import { DialogFoot } from "../app/dialog";
import { DEFAULT_WORDS } from "./gate_words";
import { draftOf, fieldsOf, findFault, moveEarlier, type PolicyDraft, toggleProfile } from "./policy_draft";
import { ProfileFacts } from "./policy_page";

interface Props {
  site: Site;
  policy: GatePolicy;
  profiles: readonly PlateProfile[];
  onDone: (changed: GatePolicy) => void;
  onCancel: () => void;
}

type Edit = (change: Partial<PolicyDraft>) => void;

export function PolicyForm({ site, policy, profiles, onDone, onCancel }: Props) {
  // What is read again meanwhile changes neither what is typed nor the version that it is a change of.
  const before = useRef(policy).current;
  const draft = useSignal<PolicyDraft>(draftOf(before));
  const { act, busy, message, refuse } = useActing(describeRefusal);
  const edit: Edit = (change) => {
    draft.value = { ...draft.value, ...change };
  };

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const fault = findFault(draft.value);
    if (fault) return refuse(fault);
    await act(async () =>
      onDone(await updateGatePolicy(site.site_id, fieldsOf(draft.value), before.revision)),
    );
  }

  return (
    <form class="dialog-form" noValidate onSubmit={submit}>
      <label class="field short-field">
        Least confidence, %
        <input
          type="number"
          min="50"
          max="100"
          step="any"
          inputMode="decimal"
          value={draft.value.confidence}
          onInput={(event) => edit({ confidence: event.currentTarget.value })}
        />
      </label>
      <fieldset class="choices stacked">
        <legend>A vehicle on no list</legend>
        {(Object.keys(DEFAULT_WORDS) as GatePolicyFields["default"][]).map((each) => (
          <label key={each} class="choice">
            <input
              type="radio"
              name="default"
              checked={draft.value.default === each}
              onChange={() => edit({ default: each })}
            />
            {DEFAULT_WORDS[each]}
          </label>
        ))}
      </fieldset>
      <ProfileFields draft={draft} profiles={profiles} edit={edit} />
      <p class="note">
        With other formats, plates that are listed may be ones that no reading can be any more. The lists say
        which.
      </p>
      <DialogFoot message={message} action="Change" isDisabled={busy.value} onBack={onCancel} />
    </form>
  );
}

interface ProfileProps {
  draft: Signal<PolicyDraft>;
  profiles: readonly PlateProfile[];
  edit: Edit;
}

/** Those that are chosen come first, in the order in which they are tried. */
function ProfileFields({ draft, profiles, edit }: ProfileProps) {
  const { profiles: chosen } = draft.value;
  const others = profiles.map(({ name }) => name).filter((name) => !chosen.includes(name));
  return (
    <fieldset class="choices stacked">
      <legend>Formats of plates, in the order in which they are tried</legend>
      {[...chosen, ...others].map((name) => (
        <div key={name} class="profile-choice">
          <label class="choice">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={() => edit({ profiles: toggleProfile(chosen, name) })}
            />
            <ProfileFacts name={name} profile={profiles.find((each) => each.name === name)} />
          </label>
          {chosen.indexOf(name) > 0 && (
            <button
              class="button small"
              type="button"
              aria-label={`Try ${name} earlier`}
              onClick={() => edit({ profiles: moveEarlier(chosen, name) })}
            >
              Earlier
            </button>
          )}
        </div>
      ))}
    </fieldset>
  );
}

function describeRefusal(error: Error): string {
  return error instanceof Refused && error.status === 409
    ? `${error.message}. Cancel to see it as it is now.`
    : describeFault(error);
}
