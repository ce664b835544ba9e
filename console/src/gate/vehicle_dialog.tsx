// Puts a vehicle on a list, or changes what the list says of it.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ListedVehicle, ListName, ProfileTest, Site } from "../api/types";
import { addVehicle, changeVehicle, testProfiles } from "../api/vehicles";
import { useActing } from "../app/acting";
import { Dialog, DialogFoot } from "../app/dialog";
import { useSettled } from "../app/hooks";
import { LIST_WORDS } from "./list_words";
import { draftOf, fieldsOf, findFault, NEW_VEHICLE, plateOf, type VehicleDraft } from "./vehicle_draft";

interface Props {
  site: Site;
  list: ListName;
  /** Null: a new one. */
  vehicle: ListedVehicle | null;
  onDone: (words: string) => void;
  onClose: () => void;
}

type Edit = (change: Partial<VehicleDraft>) => void;

export function VehicleDialog({ site, list, vehicle, onDone, onClose }: Props) {
  const zone = site.time_zone;
  const draft = useSignal<VehicleDraft>(vehicle ? draftOf(vehicle, zone) : NEW_VEHICLE);
  const { act, busy, message, refuse } = useActing();
  const edit: Edit = (change) => {
    draft.value = { ...draft.value, ...change };
  };

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const fault = findFault(draft.value, list, zone);
    if (fault) return refuse(fault);
    const fields = fieldsOf(draft.value, list, zone, vehicle);
    await act(async () => {
      if (vehicle) {
        await changeVehicle(vehicle.vehicle_id, fields, vehicle.revision);
        onDone(`${vehicle.plate} is changed.`);
      } else {
        const body = { ...fields, site_id: site.site_id, list, plate: draft.value.plate };
        const { plate, profile, corrected_from: typed } = await addVehicle(body);
        const corrected = typed ? ` ${typed} was typed; by format ${profile} that is ${plate}.` : "";
        onDone(`${plate} is on the list “${LIST_WORDS[list].name}”.${corrected}`);
      }
      onClose();
    });
  }

  return (
    <Dialog title={vehicle ? `Change ${vehicle.plate}` : LIST_WORDS[list].one} onClose={onClose}>
      <form class="dialog-form" noValidate onSubmit={submit}>
        {!vehicle && <PlateField site={site} draft={draft} edit={edit} />}
        <ListFields list={list} draft={draft} edit={edit} />
        <TimeFields
          list={list}
          draft={draft}
          edit={edit}
          isFromFixed={list === "visitor" && vehicle !== null}
        />
        <TextField label="Note" value={draft.value.note} onInput={(note) => edit({ note })} />
        <DialogFoot
          message={message}
          action={vehicle ? "Save" : "Add"}
          isDisabled={busy.value}
          onBack={onClose}
        />
      </form>
    </Dialog>
  );
}

interface FieldProps {
  draft: Signal<VehicleDraft>;
  edit: Edit;
}

function PlateField({ site, draft, edit }: FieldProps & { site: Site }) {
  const { plate } = draft.value;
  return (
    <label class="field">
      Plate
      <input
        class="plate-input"
        maxLength={40}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        value={plate}
        onInput={(event) => edit({ plate: event.currentTarget.value })}
      />
      <PlatePreview site={site} plate={plateOf(plate)} />
    </label>
  );
}

/** What formats make of a plate; null before it is known. */
type Preview = ProfileTest | "unasked" | null;

/** What the site's formats make of what is typed, before it is saved. */
function PlatePreview({ site, plate }: { site: Site; plate: string }) {
  const settled = useSettled(plate);
  const found = useSignal<Preview>(null);
  useEffect(() => {
    let isGone = false;
    found.value = null;
    if (settled)
      void testProfiles(site.site_id, settled)
        .catch(() => "unasked" as const)
        .then(show);
    function show(answer: Preview): void {
      if (!isGone) found.value = answer;
    }
    return () => {
      isGone = true;
    };
  }, [settled]);
  return (
    <span class="hint muted" role="status">
      {describePreview(settled === plate ? found.value : null)}
    </span>
  );
}

function describePreview(found: Preview): string {
  if (!found) return "As it is written on the vehicle; spaces and hyphens don’t matter.";
  if (found === "unasked") return "It can’t be checked against the formats just now; it is when it is added.";
  const [first, ...more] = found.candidates;
  if (!first) return `No plate of this site’s formats (${found.profiles.join(", ")}) looks like that.`;
  if (more.length) return `It may be ${found.candidates.map(({ plate }) => plate).join(" or ")}.`;
  return first.plate === found.cleaned
    ? `Listed as ${first.plate}, format ${first.profile}.`
    : `Corrected to ${first.plate}, as format ${first.profile} has it.`;
}

function ListFields({ list, draft, edit }: FieldProps & { list: ListName }) {
  const { reason, host, maxVisits } = draft.value;
  if (list === "blocked")
    return <TextField label="Why it is blocked" value={reason} onInput={(text) => edit({ reason: text })} />;
  if (list === "allowed") return null;
  return (
    <div class="field-pair">
      <TextField label="Whom they visit" value={host} onInput={(text) => edit({ host: text })} />
      <label class="field">
        Visits at most
        <input
          inputMode="numeric"
          maxLength={4}
          autocomplete="off"
          placeholder="as many as they like"
          value={maxVisits}
          onInput={(event) => edit({ maxVisits: event.currentTarget.value })}
        />
      </label>
    </div>
  );
}

function TimeFields({
  list,
  draft,
  edit,
  isFromFixed,
}: FieldProps & { list: ListName; isFromFixed: boolean }) {
  return (
    <>
      <div class="field-pair time-pair">
        <label class="field">
          From
          <input
            type="datetime-local"
            disabled={isFromFixed}
            value={draft.value.validFrom}
            onInput={(event) => edit({ validFrom: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          Until
          <input
            type="datetime-local"
            value={draft.value.validUntil}
            onInput={(event) => edit({ validUntil: event.currentTarget.value })}
          />
        </label>
      </div>
      <p class="hint muted">
        Local time of the site. {describeEmpty(list)}
        {isFromFixed && " Visits are counted from the beginning, which stays."}
      </p>
    </>
  );
}

function describeEmpty(list: ListName): string {
  return list === "visitor" ? "Without a beginning: from now on." : "Empty: from now on, without end.";
}

interface TextProps {
  label: string;
  value: string;
  onInput: (text: string) => void;
}

function TextField({ label, value, onInput }: TextProps) {
  return (
    <label class="field">
      {label}
      <input
        maxLength={100}
        autocomplete="off"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
