/** Durations as Prometheus writes them, which `metrics.interval` takes: `1h30m`, `500ms`. */

const DURATION =
  /^(?:(\d{1,15})y)?(?:(\d{1,15})w)?(?:(\d{1,15})d)?(?:(\d{1,15})h)?(?:(\d{1,15})m)?(?:(\d{1,15})s)?(?:(\d{1,15})ms)?$/;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A year has 365 days in Prometheus, whichever year it is. */
const UNITS_MS = [365 * DAY_MS, 7 * DAY_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, 1];

/** In milliseconds; 0 when it is no duration. Blanks do not count. */
export function parseDuration(text: string): number {
  const match = DURATION.exec(text.replaceAll(/\s/g, ""));
  if (!match) return 0;
  return UNITS_MS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
}
