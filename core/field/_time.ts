/** Times as outputs print them. Formats are upstream's: libs userspace/libsinsp/utils.cpp ts_to_string. */

const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

/** The part below a second. */
export function fractionNs(timeNs: bigint): bigint {
  return timeNs % NS_PER_SECOND;
}

export function wholeSeconds(timeNs: bigint): bigint {
  return timeNs / NS_PER_SECOND;
}

/** Nine digits after the point. */
export function fractionText(timeNs: bigint): string {
  return String(fractionNs(timeNs)).padStart(9, "0");
}

/** `HH:MM:SS`, local time. */
export function clockText(timeNs: bigint): string {
  const date = dateOf(timeNs);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `YYYY-MM-DD`, local time. */
export function dayText(timeNs: bigint): string {
  const date = dateOf(timeNs);
  const year = String(date.getFullYear()).padStart(4, "0");
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `YYYY-MM-DDTHH:MM:SS.nnnnnnnnn+0000`, UTC. */
export function iso8601Text(timeNs: bigint): string {
  return `${dateOf(timeNs).toISOString().slice(0, 19)}.${fractionText(timeNs)}+0000`;
}

/** `YYYY-MM-DD HH:MM:SS.nnnnnnnnn +HHMM`, local time: how parameters of type ABSTIME print. */
export function zonedText(timeNs: bigint): string {
  const minutesEast = -dateOf(timeNs).getTimezoneOffset();
  const size = Math.abs(minutesEast);
  const zone = `${minutesEast < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
  return `${dayText(timeNs)} ${clockText(timeNs)}.${fractionText(timeNs)} ${zone}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** End of the year 9999: a hostile time stamp is cut to what four digits of a year can show. */
const LAST_MS = 253_402_300_799_999;

function dateOf(timeNs: bigint): Date {
  const ms = Number(timeNs / NS_PER_MS);
  return new Date(ms < 0 ? 0 : Math.min(ms, LAST_MS));
}
