// Who is kept out, who is let in, who visits.

import { useSignal } from "@preact/signals";
import type { Listing, ListName, ListedVehicle, Site } from "../api/types";
import { exportVehicles, listVehicles } from "../api/vehicles";
import { isOperator } from "../app/account";
import { FileButton } from "../app/file_button";
import { usePoll, useSettled } from "../app/hooks";
import { gateAddress } from "../app/routes";
import { ImportDialog } from "./import_dialog";
import { LIST_WORDS } from "./list_words";
import { LIST_NAMES } from "./places";
import { RemoveDialog } from "./remove_dialog";
import { VehicleDialog } from "./vehicle_dialog";
import { plateOf } from "./vehicle_draft";
import { VehicleList } from "./vehicle_list";

const EVERY_MS = 10_000;

type Task = { name: "add" | "import" } | { name: "change" | "remove"; vehicle: ListedVehicle };

export function ListsPage({ site, list }: { site: Site; list: ListName }) {
  return (
    <section class="card" aria-labelledby="lists-title">
      <div class="card-head">
        <h1 id="lists-title">Vehicles</h1>
        <nav class="segments" aria-label="Lists">
          {LIST_NAMES.map((each) => (
            <a
              key={each}
              class="segment"
              href={gateAddress(site.site_id, { part: "lists", list: each })}
              aria-current={each === list ? "page" : undefined}
            >
              {LIST_WORDS[each].name}
            </a>
          ))}
        </nav>
      </div>
      <OneList key={list} site={site} list={list} />
    </section>
  );
}

function OneList({ site, list }: { site: Site; list: ListName }) {
  const found = useSignal<Listing<ListedVehicle> | null>(null);
  const pages = useSignal(1);
  const typed = useSignal("");
  const task = useSignal<Task | null>(null);
  const said = useSignal("");
  const plate = useSettled(plateOf(typed.value));
  const ask = usePoll(
    "vehicles",
    async (signal) => {
      found.value = await listVehicles(site.site_id, list, plate, pages.value, signal);
    },
    EVERY_MS,
    [site.site_id, list, plate, pages.value],
  );
  const begin = (next: Task): void => {
    said.value = "";
    task.value = next;
  };
  const close = (): void => {
    task.value = null;
  };
  const finish = (words: string): void => {
    said.value = words;
    ask();
  };
  const vehicles = found.value?.items ?? [];
  return (
    <>
      <p class="muted lead-in">{LIST_WORDS[list].about}</p>
      <div class="list-bar">
        <label class="field">
          Search
          <input
            type="search"
            maxLength={40}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            placeholder="How the plate begins"
            value={typed.value}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
            }}
          />
        </label>
        <div class="files">
          {isOperator.value && (
            <button class="button small" type="button" onClick={() => begin({ name: "import" })}>
              Import CSV…
            </button>
          )}
          <FileButton name={`${site.site_id}-${list}.csv`} fetch={() => exportVehicles(site.site_id, list)}>
            Export CSV
          </FileButton>
          {isOperator.value && (
            <button class="button primary" type="button" onClick={() => begin({ name: "add" })}>
              {LIST_WORDS[list].one}…
            </button>
          )}
        </div>
      </div>
      <p class="said" role="status">
        {said}
      </p>
      {found.value === null && <p class="chart-empty muted">Asking who is listed…</p>}
      {found.value !== null && !vehicles.length && (
        <p class="chart-empty muted">
          {plate ? `No plate of this list begins with ${plate}.` : LIST_WORDS[list].none}
        </p>
      )}
      <VehicleList
        site={site}
        vehicles={vehicles}
        onChange={(vehicle) => begin({ name: "change", vehicle })}
        onRemove={(vehicle) => begin({ name: "remove", vehicle })}
      />
      {found.value?.next_cursor && (
        <button class="button small more" type="button" onClick={() => pages.value++}>
          Show more
        </button>
      )}
      <TaskDialog site={site} list={list} task={task.value} onDone={finish} onClose={close} />
    </>
  );
}

interface TaskProps {
  site: Site;
  list: ListName;
  task: Task | null;
  /** Told in words what was done. */
  onDone: (words: string) => void;
  onClose: () => void;
}

function TaskDialog({ site, list, task, onDone, onClose }: TaskProps) {
  switch (task?.name) {
    case "add":
      return <VehicleDialog site={site} list={list} vehicle={null} onDone={onDone} onClose={onClose} />;
    case "change":
      return (
        <VehicleDialog site={site} list={list} vehicle={task.vehicle} onDone={onDone} onClose={onClose} />
      );
    case "remove":
      return <RemoveDialog vehicle={task.vehicle} onDone={onDone} onClose={onClose} />;
    case "import":
      return <ImportDialog site={site} onDone={onDone} onClose={onClose} />;
    default:
      return null;
  }
}
