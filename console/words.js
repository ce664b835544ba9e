// Numbers and times in words that a person at the gate would use.

const LOCALE = "en-GB";

export function formatCount(count) {
  return count < 0 ? `−${-count}` : String(count);
}

export function people(count) {
  if (count === 0) return "nobody";
  return count === 1 ? "1 person" : `${count} people`;
}

export function formatShare(share) {
  return `${Math.round(share * 100)} %`;
}

/** Seconds, minutes, hours or days; one figure after the point while it says something. */
export function formatAge(seconds) {
  if (seconds < 9.95) return `${Math.max(seconds, 0).toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** Time of day in an IANA zone; the day too if that is not today there. */
export function formatTime(moment, timeZone) {
  const time = new Date(moment);
  const clock = time.toLocaleTimeString(LOCALE, { timeZone, hourCycle: "h23" });
  const day = (date) => date.toLocaleDateString(LOCALE, { timeZone, day: "numeric", month: "short" });
  return day(time) === day(new Date()) ? clock : `${day(time)}, ${clock}`;
}

/** The first baseline of every camera lies before any video: nobody has counted heads yet. */
function wasGiven(baseline) {
  return new Date(baseline.at).getTime() > 0;
}

/** How a camera's number came about, in sentences. */
export function explainCount(count, timeZone) {
  const { baseline, entries, exits, raw } = count;
  const start = wasGiven(baseline)
    ? `${baseline.by} set the count to ${baseline.count} at ${formatTime(baseline.at, timeZone)} (${baseline.reason}).`
    : `Nobody has given a head count yet, so counting began at ${baseline.count}.`;
  const since = ` Since then ${people(entries)} came in and ${people(exits)} went out.`;
  if (raw >= 0) return `${start}${since} That leaves ${people(raw)} inside.`;
  const missing = raw === -1 ? "1 more exit than people" : `${-raw} more exits than people`;
  return `${start}${since} That is ${missing} known to be inside: they were there before counting began, `
    + "or their way in was not seen. Fewer than nobody can't be inside, so 0 is shown.";
}
