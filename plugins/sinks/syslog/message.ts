/** Alerts as syslog messages. */
import {
  clockText,
  escapeUnprintable,
  type FormattedAlert,
  isoTimeZulu,
  PRIORITIES,
} from "../../../core/mod.ts";

export interface MessageSettings {
  /** Number of the facility. */
  readonly facility: number;
  readonly format: "rfc3164" | "rfc5424";
  readonly tag: string;
  /** Whether the name of this machine stands in an RFC 3164 head: a local daemon knows it. */
  readonly isRemote: boolean;
}

const encoder = new TextEncoder();
const CUT_MARK = encoder.encode("…");

/** One line of UTF-8 without control characters. */
export function messageOf(
  { alert, line }: FormattedAlert,
  settings: MessageSettings,
  now: Date,
): Uint8Array<ArrayBuffer> {
  const { facility, format, tag, isRemote } = settings;
  const priority = `<${facility * 8 + PRIORITIES.indexOf(alert.priority)}>`;
  const host = headWord(alert.hostname, 255);
  const text = escapeUnprintable(line);
  if (format === "rfc5424") {
    const source = headWord(alert.source, 32);
    const time = microsecondTime(alert.timeNs);
    return encoder.encode(
      `${priority}1 ${time} ${host} ${tag} ${Deno.pid} ${source} - ${text}`,
    );
  }
  // As glibc's syslog(3) does it, in local time.
  return encoder.encode(
    `${priority}${oldTime(now)} ${isRemote ? `${host} ` : ""}${tag}: ${text}`,
  );
}

/** At most so many bytes; what is cut ends in "…", and in no half of a character. */
export function cutMessage(
  message: Uint8Array<ArrayBuffer>,
  maxBytes: number,
): Uint8Array<ArrayBuffer> {
  if (message.length <= maxBytes) return message;
  let end = maxBytes - CUT_MARK.length;
  while (end > 0 && (message[end]! & 0xc0) === 0x80) end--;
  const cut = new Uint8Array(end + CUT_MARK.length);
  cut.set(message.subarray(0, end));
  cut.set(CUT_MARK, end);
  return cut;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** RFC 3164 4.1.2: "Nov  2 17:04:05". */
function oldTime(date: Date): string {
  const clock = clockText(BigInt(date.getTime()) * 1_000_000n);
  return `${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2)} ${clock}`;
}

/** RFC 5424 6.2.3: microseconds at most. */
function microsecondTime(timeNs: bigint): string {
  return isoTimeZulu(timeNs).replace(/\d{3}Z$/, "Z");
}

/** A word of the head of RFC 5424: printable ASCII; "-" where there is nothing. */
function headWord(text: string, limit: number): string {
  return text.replace(/[^!-~]/g, "_").slice(0, limit) || "-";
}
