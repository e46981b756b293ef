/** Live = replay: what a recording raises held against what was raised live, field by field. */
import type { SeenAlert } from "./harness.ts";

/** Fields that differ, and why. */
export const EXCEPTED: Readonly<Record<string, string>> = {
  "evt.num": "a capture also counts the events that only change state",
  "evt.time": "each falcod measures for itself what its clocks differ by",
  "fd.realpath": "captures have no place for the kernel's path",
  "fd.nameraw": "shown beside it only where both are known",
  "fd.lproto": "as fd.lport",
  "fd.rproto": "as fd.rport",
  "evt.arg.target": "likewise, of a link",
  "evt.rawarg.target": "likewise",
  "fd.lport":
    "which end is this machine's tell its interfaces, not those of other network namespaces",
  "fd.rport": "likewise",
  "fd.lip": "likewise",
  "fd.rip": "likewise",
  "fd.is_server": "likewise",
  "fd.connected": "captures tell it by the calls they hold, the kernel by what is",
  "fd.name_changed": "live there is no table of descriptors that knows the name before",
  "evt.is_compat": "captures have no place for it",
};

/** The same for events of one type. */
const EXCEPTED_OF: Readonly<Record<string, readonly string[]>> = {
  // Of an empty path, which Falco does not take for the descriptor's.
  fchownat: ["evt.abspath", "fs.path.name"],
  // The directory as the call named it, in a chroot; from the next event on as the kernel has it.
  chdir: ["proc.cwd"],
  // As whoever reads captures believes; from the next event on as it is.
  unshare: ["thread.cap_inheritable"],
};
/** In captures, events that Falco knows nothing about but their name have no result and no descriptor. */
const OF_RESULT = /^(?:evt\.(?:res|rawres|failed|count\.error.*)|fd\..*)$/;
/** Memory and page faults the kernel tells with most events, captures with few. */
const OF_USAGE = /^(?:proc\.vm|thread\.(?:vm|pf))/;
/** Not told live of what is done through io_uring. */
const LIMIT = "proc.fdlimit";
/** When the event was, since the first of the run and since the one before. */
const OF_CLOCK = /^evt\.(?:(?:raw|rel|delta|output)?time|datetime)\b/;
/** When something else was: the clocks of two runs, and doubles, differ by less. */
const TOLD_TIME = /(?:duration|_ts|\.ts)(?:_|$)/;
const CLOCK_TOLERANCE_NS = 50_000_000;

/** What of an alert has to be the same to the letter. */
export function comparable({ rule, priority, source, tags, output_fields }: SeenAlert) {
  const fields = Object.entries(output_fields)
    .filter(([name]) => !Object.hasOwn(EXCEPTED, name) && !TOLD_TIME.test(name))
    .map(([name, value]) => [name, typeof value === "string" ? withoutCgroup(value) : value]);
  return { rule, priority, source, tags, fields: Object.fromEntries(fields) };
}

/**
 * Of tests that run in a container whoever reads captures must not think so. An environment without
 * variables is told as one of an empty one: as none it would stay as it was.
 */
function withoutCgroup(text: string): string {
  return text.replace(/cgroups=\S+/, "cgroups=…").replace(/env=(?:NULL|\.) /, "env=… ");
}

function isSameTime(own: unknown, other: unknown): boolean {
  return typeof own === "number" && typeof other === "number" &&
    Math.abs(own - other) < CLOCK_TOLERANCE_NS;
}

/** One that only the kernel's name of a file raised has no counterpart in a replay. */
export function isOfResolvedName(alert: SeenAlert): boolean {
  const { "fd.realpath": real, "fd.name": name } = alert.output_fields;
  return real !== undefined && real === name;
}

/** What a recording tells otherwise than was told live, one sentence each. */
export function replayDifferences(
  live: readonly SeenAlert[],
  replayed: readonly SeenAlert[],
): string[] {
  const left = [...replayed];
  const wrong: string[] = [];
  for (const alert of live) {
    const at = left.findIndex((other) => isSameCall(alert, other));
    const [other] = at < 0 ? [] : left.splice(at, 1);
    if (other) wrong.push(...differencesOf(alert, other));
    else wrong.push(`${shown(alert)} is not replayed`);
  }
  return [...wrong, ...left.map((alert) => `${shown(alert)} is only replayed`)];
}

/** The first that is not taken yet of a thread's calls. */
function isSameCall(live: SeenAlert, replayed: SeenAlert): boolean {
  const rawResult = replayed.output_fields["evt.rawres"];
  return ["evt.type", "thread.tid"].every((field) =>
    live.output_fields[field] === replayed.output_fields[field]
  ) && (rawResult === null || rawResult === live.output_fields["evt.rawres"]);
}

function differencesOf(live: SeenAlert, replayed: SeenAlert): string[] {
  const { fields: own } = comparable(live), { fields: other } = comparable(replayed);
  return [...new Set([...Object.keys(own), ...Object.keys(other)])]
    .filter((field) => !EXCEPTED_OF[String(own["evt.type"])]?.includes(field))
    .filter((field) => other["evt.rawres"] !== null || !OF_RESULT.test(field))
    .filter((field) => field !== LIMIT || own[field] !== null)
    .filter((field) => !OF_USAGE.test(field) && !OF_CLOCK.test(field))
    .filter((field) => !TOLD_TIME.test(field) || !isSameTime(own[field], other[field]))
    .filter((field) => JSON.stringify(own[field]) !== JSON.stringify(other[field]))
    .map((field) =>
      `${shown(live)}: ${field} is ${JSON.stringify(own[field])}, replayed ${
        JSON.stringify(other[field])
      }`
    );
}

function shown({ output_fields: fields }: SeenAlert): string {
  return `${fields["evt.type"]} ${fields["evt.args"]}`;
}
