/** What the engine hands to formatters and sinks: all copies, nothing borrowed from an event. */

/** Falco's eight, most severe first; the index is the syslog severity (RFC 5424 6.2.1). */
export const PRIORITIES = [
  "Emergency",
  "Alert",
  "Critical",
  "Error",
  "Warning",
  "Notice",
  "Informational",
  "Debug",
] as const;
export type Priority = typeof PRIORITIES[number];

/** A value in `output_fields`: native JSON types; `bigint` prints as a JSON integer. */
export type OutputValue = string | number | bigint | boolean | null | readonly OutputValue[];

/** Source of alerts that no rule raised: falcod tells of itself (Falco's name for it). */
export const INTERNAL_SOURCE = "internal";

export interface Alert {
  readonly rule: string;
  readonly priority: Priority;
  readonly source: string;
  readonly tags: readonly string[];
  /** Epoch nanoseconds of the event. */
  readonly timeNs: bigint;
  /** Empty: whoever has sent the alert told none. */
  readonly hostname: string;
  /** What other systems know it by, of one that is forwarded; absent: nobody has given it one. */
  readonly uuid?: string;
  /**
   * The rule's output with every field filled in and escaped; no time, no priority in front. One line,
   * spelled as `escapeText` does; `unescapeText` gives the plain text.
   */
  readonly message: string;
  /**
   * The whole line, plain, of an alert that somebody else has sent: with time and priority in front, as
   * it came or as it was asked for. Absent: it is made of these.
   */
  readonly output?: string;
  /** Keyed as the template wrote the fields, `fd.name`, `proc.aname[2]`. Text is plain, not escaped. */
  readonly fields: ReadonlyMap<string, OutputValue>;
}
