/** Times of audit events, RFC 3339 with up to nine digits after the point. */

const FORM =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const NS_PER_MS = 1_000_000n;
/** Times are 64 bits of nanoseconds. */
const MAX_MS = 2 ** 64 / 1e6;

/** Nanoseconds since the Unix epoch; absent when it is no time, or none from 1970 to 2554. */
export function parseTimestamp(text: string): bigint | undefined {
  const parts = text.length <= 64 ? FORM.exec(text) : null;
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts.map(Number) as number[];
  const whole = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  const date = new Date(whole);
  // Days that are not there become others: 2021-02-30. Second 60 is that of a leap second.
  const isThere = date.getUTCMonth() === month! - 1 && date.getUTCDate() === day! &&
    hour! < 24 && minute! < 60 && second! < 60;
  if (!isThere) return undefined;
  const east = (Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0)) * (parts[8] === "-" ? -1 : 1);
  const ms = whole - east * 60_000;
  if (ms < 0 || ms >= MAX_MS) return undefined;
  const fraction = Number((parts[7] ?? "").slice(0, 9).padEnd(9, "0"));
  return BigInt(ms) * NS_PER_MS + BigInt(fraction);
}
