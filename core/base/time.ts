/**
 * Times of events as Falco prints them (libs userspace/libsinsp/utils.cpp ts_to_string). All take
 * nanoseconds since the Unix epoch, of which 64 bits count: every such time ends before the year 2555.
 */

const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

/** Alerts come many in a second: what is the same for all of them is made once. */
const isoSecond = ofLastSecond((date) => date.toISOString().slice(0, 19));
const localSecond = ofLastSecond((date) =>
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
);

/** The part below a second. */
export function fractionNs(timeNs: bigint): bigint {
  return BigInt.asUintN(64, timeNs) % NS_PER_SECOND;
}

export function wholeSeconds(timeNs: bigint): bigint {
  return BigInt.asUintN(64, timeNs) / NS_PER_SECOND;
}

/** `HH:MM:SS`, local time of this host. */
export function clockText(timeNs: bigint): string {
  return localSecond(Number(wholeSeconds(timeNs)));
}

/** `YYYY-MM-DD`, local time. */
export function dayText(timeNs: bigint): string {
  const date = dateOf(timeNs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `HH:MM:SS.nnnnnnnnn`, local time. */
export function timeOfDay(timeNs: bigint): string {
  return `${clockText(timeNs)}.${fractionText(timeNs)}`;
}

/** `YYYY-MM-DDTHH:MM:SS.nnnnnnnnn+0000`: what `time_format_iso_8601` puts in front of a line. */
export function isoTimeWithOffset(timeNs: bigint): string {
  return `${isoTime(timeNs)}+0000`;
}

/** `YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ`: `time` in JSON alerts. */
export function isoTimeZulu(timeNs: bigint): string {
  return `${isoTime(timeNs)}Z`;
}

/** `YYYY-MM-DD HH:MM:SS.nnnnnnnnn +HHMM`, local time: how parameters of type ABSTIME print. */
export function zonedText(timeNs: bigint): string {
  const minutesEast = -dateOf(timeNs).getTimezoneOffset();
  const size = Math.abs(minutesEast);
  const zone = `${minutesEast < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
  return `${dayText(timeNs)} ${timeOfDay(timeNs)} ${zone}`;
}

function isoTime(timeNs: bigint): string {
  return `${isoSecond(Number(wholeSeconds(timeNs)))}.${fractionText(timeNs)}`;
}

function ofLastSecond(textOf: (date: Date) => string): (seconds: number) => string {
  let lastSeconds = NaN;
  let text = "";
  return (seconds) => {
    if (seconds !== lastSeconds) {
      text = textOf(new Date(seconds * 1000));
      lastSeconds = seconds;
    }
    return text;
  };
}

/** Nine digits after the point. */
function fractionText(timeNs: bigint): string {
  return String(Number(fractionNs(timeNs))).padStart(9, "0");
}

function dateOf(timeNs: bigint): Date {
  return new Date(Number(BigInt.asUintN(64, timeNs) / NS_PER_MS));
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
