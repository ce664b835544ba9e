// Who is on the site now, and who has visited it.

import { useSignal } from "@preact/signals";
import { listOnSite, listVisits } from "../api/vehicles";
import type { Listing, Site, Visit } from "../api/types";
import { usePoll, useSettled } from "../app/hooks";
import { minute } from "../app/now";
import { formatTime } from "../app/words";
import { describePresence, describeStay } from "./passage_words";
import { Plate } from "./plate";
import { plateOf } from "./vehicle_draft";

// All pages of them are asked for; their number is no news of the second.
const ON_SITE_EVERY_MS = 30_000;
const VISITS_EVERY_MS = 10_000;

export function VisitsPage({ site }: { site: Site }) {
  return (
    <div class="visits">
      <OnSite site={site} />
      <Visits site={site} />
    </div>
  );
}

function OnSite({ site }: { site: Site }) {
  const found = useSignal<readonly Visit[] | null>(null);
  usePoll(
    "on-site",
    async (signal) => {
      found.value = await listOnSite(site.site_id, signal);
    },
    ON_SITE_EVERY_MS,
    [site.site_id],
  );
  return (
    <section class="card" aria-labelledby="on-site-title">
      <div class="card-head">
        <h1 id="on-site-title">On site now</h1>
        {found.value && <b class="on-site-number number">{found.value.length}</b>}
      </div>
      {!found.value && <p class="chart-empty muted">Asking who is here…</p>}
      {found.value?.length === 0 && <p class="chart-empty muted">No vehicle that was let in is here.</p>}
      <ul class="on-site">
        {found.value?.map((visit) => (
          <li key={visit.visit_id}>
            <Plate text={visit.plate} />
            <span class="number">
              {visit.entry && `since ${formatTime(visit.entry.first_seen_at, site.time_zone)}`}
              <span class="muted"> {describePresence(visit, site.time_zone, minute.value)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Visits({ site }: { site: Site }) {
  const found = useSignal<Listing<Visit> | null>(null);
  const pages = useSignal(1);
  const typed = useSignal("");
  const plate = useSettled(plateOf(typed.value));
  usePoll(
    "visits",
    async (signal) => {
      found.value = await listVisits(site.site_id, plate, pages.value, signal);
    },
    VISITS_EVERY_MS,
    [site.site_id, plate, pages.value],
  );
  return (
    <section class="card" aria-labelledby="visits-title">
      <div class="card-head">
        <h2 id="visits-title">Visits</h2>
      </div>
      <div class="list-bar">
        <label class="field">
          Plate
          <input
            type="search"
            maxLength={40}
            autocomplete="off"
            spellcheck={false}
            placeholder="The whole plate"
            value={typed.value}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
            }}
          />
        </label>
      </div>
      {!found.value && <p class="chart-empty muted">Asking for visits…</p>}
      {found.value?.items.length === 0 && (
        <p class="chart-empty muted">
          {plate ? `No visit of ${plate} is known.` : "No visit is known yet: it begins with a passage in."}
        </p>
      )}
      {found.value && found.value.items.length > 0 && (
        <VisitTable visits={found.value.items} timeZone={site.time_zone} />
      )}
      {found.value?.next_cursor && (
        <button class="button small more" type="button" onClick={() => pages.value++}>
          Show more
        </button>
      )}
    </section>
  );
}

function VisitTable({ visits, timeZone }: { visits: readonly Visit[]; timeZone: string }) {
  return (
    <section class="table-scroll tall" tabIndex={0} aria-label="Visits, newest first">
      <table class="visit-table">
        <thead>
          <tr>
            {["Plate", "Came", "Went", "Stayed"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {visits.map((visit) => (
            <tr key={visit.visit_id}>
              <th scope="row">
                <Plate text={visit.plate} />
              </th>
              <PassageCell passage={visit.entry} timeZone={timeZone} />
              <PassageCell passage={visit.exit} timeZone={timeZone} />
              <td class="number">{describeStay(visit, minute.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface CellProps {
  passage: Visit["entry"];
  timeZone: string;
}

function PassageCell({ passage, timeZone }: CellProps) {
  if (!passage) return <td class="muted">–</td>;
  return (
    <td class="number">
      {formatTime(passage.first_seen_at, timeZone)} <span class="muted">gate {passage.gate_id}</span>
    </td>
  );
}
