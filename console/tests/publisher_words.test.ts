import { expect, test } from "vitest";
import type { Publisher } from "../src/api/types";
import { describePublisher } from "../src/live/publisher_words";

const WELL: Publisher = {
  camera_id: "door-1",
  reported_at: "2026-11-21T12:00:00Z",
  report_age_seconds: 20,
  publisher_version: "0.1.0",
  stopped: false,
  connected: true,
  frames_per_second: 12.49,
  bits_per_second: 1_810_000,
  reconnects: 0,
  chunks_skipped: 0,
  camera_error: null,
  link_up: true,
  link_error: null,
  queue: { chunks: 0, bytes: 0, seconds: 0, chunks_dropped: 0, chunks_damaged: 0, disk_error: null },
  clock_ahead_seconds: 0.4,
};

const WAITING = { ...WELL.queue, chunks: 90, seconds: 92 };

test.each([
  [{}, "Publisher delivers 12.5 frames a second, 1.8 Mbit/s", false],
  [{ stopped: true, connected: false }, "Publisher stopped 20 s ago", true],
  [{ report_age_seconds: 600, connected: false }, "Publisher silent for 10 min", true],
  [
    { connected: false, camera_error: "connection refused" },
    "Publisher gets nothing from the camera: connection refused",
    true,
  ],
  [{ link_up: false, queue: WAITING }, "Publisher can't send; 90 chunks wait, the oldest for 92 s", true],
  [{ queue: WAITING }, "Publisher is catching up; 90 chunks wait, the oldest for 92 s", true],
  [{ clock_ahead_seconds: -3600 }, "Publisher's clock is 60 min behind", true],
  [{ clock_ahead_seconds: 2.5 }, "Publisher's clock is 2.5 s ahead", true],
  [
    { queue: { ...WELL.queue, disk_error: "No space left on device" } },
    "Publisher can't write its spool: No space left on device",
    true,
  ],
])("%o", (changes, text, bad) => {
  expect(describePublisher({ ...WELL, ...changes })).toEqual({ text, bad });
});
