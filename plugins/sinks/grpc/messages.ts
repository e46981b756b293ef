/**
 * What clients of `falco.outputs.service` and `falco.version.service` get.
 *
 * Numbers of fields: falco 0.43 userspace/falco/outputs.proto, schema.proto and version.proto; those of
 * 2020 have the same, and fewer of them.
 */
import {
  encodeWireMessage,
  type FormattedAlert,
  INTERNAL_SOURCE,
  isoTimeWithOffset,
  type OutputValue,
  outputValueJson,
  PRIORITIES,
  timeOfDay,
} from "../../../core/mod.ts";

const NS_PER_SECOND = 1_000_000_000n;

/** `falco.schema.source`, which clients of before plugins know; others are a plugin's. */
const SOURCES: Readonly<Record<string, number>> = { syscall: 0, k8s_audit: 1, internal: 2 };
const PLUGIN_SOURCE = 3;

export interface ResponseOptions {
  /** The time is among the fields, as the one that stands in front of every line. */
  readonly isoTime: boolean;
}

/** `falco.outputs.response` */
export function responseOf({ alert, line }: FormattedAlert, options: ResponseOptions): Uint8Array {
  const { timeNs, priority, source, rule, hostname, tags } = alert;
  return encodeWireMessage({
    1: encodeWireMessage({ 1: Number(timeNs / NS_PER_SECOND), 2: Number(timeNs % NS_PER_SECOND) }),
    2: PRIORITIES.indexOf(priority),
    3: Object.hasOwn(SOURCES, source) ? SOURCES[source]! : PLUGIN_SOURCE,
    4: rule,
    5: line,
    6: [...fieldsOf(alert, options)].map(([name, value]) =>
      encodeWireMessage({ 1: name, 2: value })
    ),
    7: hostname,
    8: [...new Set(tags)].sort(),
    9: source,
  });
}

function fieldsOf(
  { fields, source, timeNs }: FormattedAlert["alert"],
  { isoTime }: ResponseOptions,
): Map<string, string> {
  const all = new Map([...fields].map(([name, value]) => [name, textOf(value)]));
  if (source === INTERNAL_SOURCE) return all;
  return isoTime
    ? all.set("evt.time.iso8601", isoTimeWithOffset(timeNs))
    : all.set("evt.time", timeOfDay(timeNs));
}

/** As in the text of an alert. */
function textOf(value: OutputValue): string {
  if (value === null) return "<NA>";
  return typeof value === "string" ? value : outputValueJson(value);
}

/** `falco.version.response` */
export function versionResponse(
  { version, engineVersion }: { readonly version: string; readonly engineVersion: string },
): Uint8Array {
  const [core = "", ...build] = version.split("+");
  const [numbers = "", ...prerelease] = core.split("-");
  const [major = 0, minor = 0, patch = 0] = numbersOf(numbers);
  const [engineMajor = 0, engineMinor = 0, enginePatch = 0] = numbersOf(engineVersion);
  return encodeWireMessage({
    1: version,
    2: major,
    3: minor,
    4: patch,
    5: prerelease.join("-"),
    6: build.join("+"),
    7: engineMinor,
    9: engineMajor,
    10: enginePatch,
    11: engineVersion,
  });
}

function numbersOf(version: string): number[] {
  return version.split(".").map((part) => Number(/^\d{1,9}/.exec(part)?.[0] ?? 0));
}
