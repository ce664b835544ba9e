// A blocked vehicle is at a gate: nobody who looks at these pages misses it.

import { signal } from "@preact/signals";
import { serverTime } from "../api/server_time";
import type { Passage, Site } from "../api/types";
import { Icon } from "../app/icons";
import { minute } from "../app/now";
import { gateAddress } from "../app/routes";
import { noticeOf, openAlarms } from "./alarms";
import { describeAlarm, isBlocked } from "./passage_words";

/** Of which somebody at this page has taken notice. */
const noticed = signal<ReadonlySet<string>>(new Set());

export function AlarmBanner({ site, passages }: { site: Site; passages: readonly Passage[] }) {
  const alarms = openAlarms(passages, noticed.value, serverTime(Math.max(minute.value, Date.now())));
  return (
    <div class="alarms" role="alert">
      {alarms.map((passage) => (
        <div key={passage.decision_id} class="alarm" data-blocked={isBlocked(passage)}>
          <Icon name="alert" />
          <strong>{describeAlarm(passage, site.time_zone)}</strong>
          <span class="alarm-actions">
            <a
              class="button small"
              href={gateAddress(site.site_id, { part: "log", decisionId: passage.decision_id })}
            >
              Look
            </a>
            <button
              class="button small"
              type="button"
              onClick={() => {
                noticed.value = new Set([...noticed.value, noticeOf(passage)]);
              }}
            >
              Understood
            </button>
          </span>
        </div>
      ))}
    </div>
  );
}
