// What comes through the gates, as it happens; newest first.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { exportPassages, listGates, listPassages } from "../api/vehicles";
import type { Listing, Passage, Site } from "../api/types";
import { useActing } from "../app/acting";
import { dateAt } from "../app/dates";
import { FileButton } from "../app/file_button";
import { usePoll, useSettled } from "../app/hooks";
import { minute } from "../app/now";
import { goTo } from "../app/place";
import { gateAddress } from "../app/routes";
import { DecisionDialog } from "./decision_dialog";
import { describePassage } from "./passage_words";
import { addOlder, type Log, showHeld, startLog, takePage } from "./log";
import { ANY, isAny, type LogFilter, queryOf } from "./log_filter";
import { LogFilters } from "./log_filters";
import { PassageRow } from "./passage_row";

const EVERY_MS = 3000;
const GATES_EVERY_MS = 60_000;
// Whoever has scrolled further than this reads.
const TOP_PIXELS = 140;

interface Props {
  site: Site;
  decisionId: string | null;
  onOverridden: () => void;
}

export function LogPage({ site, decisionId, onOverridden }: Props) {
  const filter = useSignal<LogFilter>(ANY);
  const plate = useSettled(filter.value.plate);
  const wanted = { ...filter.value, plate };
  const query = queryOf(wanted, site.time_zone);
  const key = JSON.stringify(query);
  const newest = useSignal<Newest | null>(null);
  const ask = usePoll(
    "log",
    async (signal) => {
      newest.value = { key, ...(await listPassages(site.site_id, query, null, signal)) };
    },
    EVERY_MS,
    [site.site_id, key],
  );
  return (
    <section class="card log" aria-labelledby="log-title">
      <div class="card-head">
        <h1 id="log-title">Log</h1>
        <FileButton name={`${site.site_id}-gate-log.csv`} fetch={() => exportPassages(site.site_id, query)}>
          Export CSV
        </FileButton>
      </div>
      <Filters site={site} filter={filter} />
      <Passages
        key={key}
        site={site}
        filter={wanted}
        isReading={decisionId !== null}
        newest={newest.value?.key === key ? newest.value : null}
      />
      {decisionId && (
        <DecisionDialog
          key={decisionId}
          site={site}
          decisionId={decisionId}
          onOverridden={() => {
            ask();
            onOverridden();
          }}
          onClose={() => goTo(gateAddress(site.site_id, { part: "log", decisionId: null }))}
        />
      )}
    </section>
  );
}

/** The newest passages that a query finds, `key` being the query's. */
interface Newest extends Listing<Passage> {
  key: string;
}

function Filters({ site, filter }: { site: Site; filter: Signal<LogFilter> }) {
  const gates = useSignal<readonly string[]>([]);
  usePoll(
    "gates",
    async (signal) => {
      gates.value = (await listGates(site.site_id, signal)).items.map((gate) => gate.gate_id);
    },
    GATES_EVERY_MS,
    [site.site_id],
  );
  return (
    <LogFilters
      filter={filter.value}
      gates={gates.value}
      today={dateAt(minute.value, site.time_zone)}
      onFilter={(changed) => {
        filter.value = changed;
      }}
    />
  );
}

interface PassagesProps {
  site: Site;
  filter: LogFilter;
  /** Somebody looks at one of them. */
  isReading: boolean;
  /** Null while they are on their way. */
  newest: Listing<Passage> | null;
}

function Passages({ site, filter, isReading, newest }: PassagesProps) {
  const log = useSignal<Log<Passage> | null>(null);
  const told = useSignal("");
  useEffect(() => {
    if (!newest) return;
    const before = log.peek();
    const { items, next_cursor: cursor } = newest;
    log.value = before ? takePage(before, items, cursor, isReading || isScrolled()) : startLog(items, cursor);
    const first = log.value.held[0] ?? log.value.shown[0];
    if (before && first && !holds(before, first)) told.value = describePassage(first);
  }, [newest]);
  useEffect(() => {
    const show = (): void => {
      if (log.value && !isScrolled() && !isReading) log.value = showHeld(log.value);
    };
    show();
    addEventListener("scroll", show, { passive: true });
    return () => removeEventListener("scroll", show);
  }, [isReading]);
  if (!log.value) return <p class="chart-empty muted">Asking what came…</p>;
  const { shown, held, restart } = log.value;
  return (
    <>
      <p class="quiet" role="status">
        {told}
      </p>
      {held.length > 0 && (
        <button
          class="button primary news"
          type="button"
          onClick={() => {
            scrollTo({ top: 0 });
            if (log.value) log.value = showHeld(log.value);
          }}
        >
          {held.length}
          {restart && "+"} new
        </button>
      )}
      {!shown.length && <Nothing filter={filter} log={log.value} />}
      <ol class="passages">
        {shown.map((passage) => (
          <PassageRow
            key={passage.decision_id}
            passage={passage}
            timeZone={site.time_zone}
            address={gateAddress(site.site_id, { part: "log", decisionId: passage.decision_id })}
          />
        ))}
      </ol>
      <Older site={site} filter={filter} log={log} />
    </>
  );
}

function Nothing({ filter, log }: { filter: LogFilter; log: Log<Passage> }) {
  if (log.cursor) return <p class="chart-empty muted">Nothing among the latest. There are older ones.</p>;
  return (
    <p class="chart-empty muted">
      {isAny(filter)
        ? "Nothing has come through a gate yet. Plates are read by cameras that have a gate: see Cameras."
        : "Nothing that came through is like that."}
    </p>
  );
}

interface OlderProps {
  site: Site;
  filter: LogFilter;
  log: Signal<Log<Passage> | null>;
}

function Older({ site, filter, log }: OlderProps) {
  const { act, busy, message } = useActing();
  const cursor = log.value?.cursor;
  if (!cursor) return null;
  return (
    <div class="older">
      <button
        class="button"
        type="button"
        disabled={busy.value}
        onClick={() =>
          act(async () => {
            const query = queryOf(filter, site.time_zone);
            const page = await listPassages(site.site_id, query, cursor);
            // Unless the log began anew meanwhile.
            if (log.value?.cursor === cursor) log.value = addOlder(log.value, page.items, page.next_cursor);
          })
        }
      >
        {busy.value ? "Asking…" : "Show older ones"}
      </button>
      <p class="message" role="alert">
        {message}
      </p>
    </div>
  );
}

function isScrolled(): boolean {
  return scrollY > TOP_PIXELS;
}

function holds({ shown, held }: Log<Passage>, { decision_id: id }: Passage): boolean {
  return [...shown, ...held].some((passage) => passage.decision_id === id);
}
