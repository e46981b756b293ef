/** Times of events as Falco writes them. All take nanoseconds since the Unix epoch, 0 to 2^64 - 1. */

const NS_PER_SECOND = 1_000_000_000n;

/** `HH:MM:SS.nnnnnnnnn`, local time of this host. */
export function timeOfDay(timeNs: bigint): string {
  const { date, nanoseconds } = split(timeNs);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
  return `${clock}.${nanoseconds}`;
}

/** `YYYY-MM-DDTHH:MM:SS.nnnnnnnnn+0000`: what `time_format_iso_8601` puts in front of a line. */
export function isoTimeWithOffset(timeNs: bigint): string {
  return `${isoTime(timeNs)}+0000`;
}

/** `YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ`: `time` in JSON alerts. */
export function isoTimeZulu(timeNs: bigint): string {
  return `${isoTime(timeNs)}Z`;
}

function isoTime(timeNs: bigint): string {
  const { date, nanoseconds } = split(timeNs);
  return `${date.toISOString().slice(0, 19)}.${nanoseconds}`;
}

/** 2^64 ns end in the year 2554: every time that passes the mask is a valid Date of four digits. */
function split(timeNs: bigint): { date: Date; nanoseconds: string } {
  const bounded = BigInt.asUintN(64, timeNs);
  return {
    date: new Date(Number(bounded / NS_PER_SECOND) * 1000),
    nanoseconds: String(bounded % NS_PER_SECOND).padStart(9, "0"),
  };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
