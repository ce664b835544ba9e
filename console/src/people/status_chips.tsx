// What is said of a record, each in a word.

import type { ComponentChildren } from "preact";
import type { AttendanceRecord, Status } from "../api/types";
import { now } from "../app/now";
import { STATUS_WORDS } from "./people_words";

interface Props {
  statuses: readonly Status[];
  children?: ComponentChildren;
}

export function StatusChips({ statuses, children }: Props) {
  return (
    <span class="chips">
      {statuses.map((status) => (
        <span key={status} class="chip" data-status={status}>
          {STATUS_WORDS[status]}
        </span>
      ))}
      {children}
    </span>
  );
}

/** With how far the record is. */
export function RecordChips({ record }: { record: AttendanceRecord }) {
  const isAhead = !record.punch_ids.length && now.value < Date.parse(record.starts_at);
  return (
    <StatusChips statuses={record.statuses}>
      {!record.closed && <span class="chip">{isAhead ? "Planned" : "Not over yet"}</span>}
      {record.locked && <span class="chip">Locked</span>}
    </StatusChips>
  );
}
