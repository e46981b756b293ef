/** Times of audit events, RFC 3339 with up to nine digits after the point. */

const FORM = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const NS_PER_MS = 1_000_000n;
/** Times are 64 bits of nanoseconds. */
const MAX_MS = 2 ** 64 / 1e6;
const MS_PER_DAY = 86_400_000;

/** The day that was asked for last: most events are of the same. */
let lastDay = "";
let lastDayMs: number | undefined;

/** Nanoseconds since the Unix epoch; absent when it is no time, or none from 1970 to 2554. */
export function parseTimestamp(text: string): bigint | undefined {
  const parts = text.length <= 64 ? FORM.exec(text) : null;
  if (!parts) return undefined;
  const day = text.slice(0, 10);
  if (day !== lastDay) {
    lastDayMs = dayOf(day);
    lastDay = day;
  }
  const hour = twoDigits(text, 11), minute = twoDigits(text, 14), second = twoDigits(text, 17);
  // Second 60 is that of a leap second, which Unix does not count.
  if (lastDayMs === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const [, fraction = "", sign, hours = "0", minutes = "0"] = parts;
  const east = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  const ms = lastDayMs + ((hour * 60 + minute - east) * 60 + second) * 1000;
  if (ms < 0 || ms >= MAX_MS) return undefined;
  return BigInt(ms) * NS_PER_MS + BigInt(nanoseconds(fraction));
}

/** Midnight, in milliseconds; days that are not there, such as 2021-02-30, have none. */
function dayOf(text: string): number | undefined {
  const ms = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(ms)) return undefined;
  return new Date(ms).toISOString().startsWith(text) && ms % MS_PER_DAY === 0 ? ms : undefined;
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}

/** Of the digits behind the point; those beyond nine are left out. */
function nanoseconds(fraction: string): number {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    value = value * 10 + (i < fraction.length ? fraction.charCodeAt(i) - 48 : 0);
  }
  return value;
}
