// What a camera's publisher says of itself, in one line.

import type { Publisher } from "../api/types";
import { formatAge } from "../app/words";

const SILENT_SECONDS = 150; // it reports once a minute
const BEHIND_SECONDS = 30;
const CLOCK_SECONDS = 2;

export interface PublisherWords {
  text: string;
  bad: boolean;
}

export function describePublisher(publisher: Publisher): PublisherWords {
  const { report_age_seconds: age, queue, clock_ahead_seconds: ahead } = publisher;
  if (publisher.stopped) return bad(`Publisher stopped ${formatAge(age)} ago`);
  if (age > SILENT_SECONDS) return bad(`Publisher silent for ${formatAge(age)}`);
  const waiting = `${queue.chunks} chunks wait, the oldest for ${formatAge(queue.seconds)}`;
  if (!publisher.connected)
    return bad(`Publisher gets nothing from the camera: ${publisher.camera_error ?? "not connected yet"}`);
  if (!publisher.link_up) return bad(`Publisher can't send; ${waiting}`);
  if (queue.disk_error !== null) return bad(`Publisher can't write its spool: ${queue.disk_error}`);
  if (ahead !== null && Math.abs(ahead) > CLOCK_SECONDS)
    return bad(`Publisher's clock is ${formatAge(Math.abs(ahead))} ${ahead > 0 ? "ahead" : "behind"}`);
  if (queue.seconds > BEHIND_SECONDS) return bad(`Publisher is catching up; ${waiting}`);
  return { text: `Publisher delivers ${formatRates(publisher)}`, bad: false };
}

function formatRates({ frames_per_second, bits_per_second }: Publisher): string {
  return `${frames_per_second.toFixed(1)} frames a second, ${(bits_per_second / 1e6).toFixed(1)} Mbit/s`;
}

function bad(text: string): PublisherWords {
  return { text, bad: true };
}
