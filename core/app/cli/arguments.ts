/** What options of several commands are made of, and how their values are read. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { didYouMean } from "../../base/mod.ts";
import { isCalledCapture } from "./file_meant.ts";

/** A repeatable flag that Falco once had; `--help` has one line for all of them. */
export function oldList<const Flags extends string>(flags: Flags, description: string) {
  return new Option(flags, description).argParser(collect).default([] as string[]).hideHelp();
}

/** An option with a value of these. */
export function oneOf<const Flags extends string, const Names extends readonly string[]>(
  flags: Flags,
  description: string,
  names: Names,
) {
  const option = new Option(flags, description).choices(names);
  option.parseArg = <T>(value: string): T => {
    if (names.includes(value)) return value as T;
    const near = didYouMean(value, names);
    throw new InvalidArgumentError(near ? `D${near.slice(1)}` : `There are: ${names.join(", ")}.`);
  };
  return option;
}

/** `-r`; `standard` says what holds without it. */
export function ruleFiles(description: string, standard: string) {
  return new Option("-r <path>", `${description}; repeatable`)
    .argParser(collectRules).default([] as string[], standard);
}

/** `-r` is the capture in sysdig and tcpdump. */
function collectRules(path: string, previous: string[]): string[] {
  if (isCalledCapture(path)) {
    throw new InvalidArgumentError("Of a capture only the path is written: falcod replay <path>.");
  }
  return collect(path, previous);
}

/** `-o` */
export function keyOptions() {
  return new Option("-o, --option <key=value>", "set a key of the configuration; repeatable")
    .argParser(collect).default([] as string[], "none");
}

/** Of a repeatable option all values, in order. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

/** Days enough for anybody, and what a timer can hold. */
const MAX_SECONDS = 2_000_000;

/** Refused with what is wanted, as by the others here. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds > MAX_SECONDS) {
    throw new InvalidArgumentError(`A number of seconds up to ${MAX_SECONDS} is wanted.`);
  }
  return seconds;
}

const MEGABYTE = 1 << 20, MAX_MEGABYTES = 1 << 20;

/** The result is in bytes. */
export function parseMegabytes(text: string): number {
  const megabytes = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || megabytes <= 0 || megabytes > MAX_MEGABYTES) {
    throw new InvalidArgumentError(`A number of megabytes up to ${MAX_MEGABYTES} is wanted.`);
  }
  return megabytes * MEGABYTE;
}

/** A period: the result is in milliseconds. */
export function parsePeriod(text: string): number {
  const seconds = parseSeconds(text);
  if (seconds < 1) throw new InvalidArgumentError("At least one second is wanted.");
  return seconds * 1000;
}

/** Of things of which there is at least one. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new InvalidArgumentError("A number from 1 to 999999 is wanted.");
  }
  return Number(text);
}

/** Names with commas or blanks between them; those in brackets belong to an argument. */
export function parseFields(text: string): string {
  const names = (text.match(/(?:\[[^\]]*\]|\([^)]*\)|[^,\s[(])+/g) ?? []) as string[];
  if (names.length === 0) {
    throw new InvalidArgumentError("Names of fields are wanted, as in evt.num,proc.name.");
  }
  const marked = names.find((name) => name.startsWith("%"));
  if (marked !== undefined) {
    throw new InvalidArgumentError(`Write ${marked.slice(1)} without %, or an output for --print.`);
  }
  return names.join(",");
}

export function parseOutput(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("An output is wanted, as in '%evt.num %proc.name'.");
}

/** The number in `pid:1234`. */
export function parseScope(text: string): number {
  const [, digits] = /^pid:(\d{1,10})$/.exec(text) ?? [];
  if (!digits || Number(digits) < 1) {
    throw new InvalidArgumentError("A process is wanted, as in pid:1234.");
  }
  return Number(digits);
}

/** As Falco's own command line reads them. */
const TRUE = /^(?:[tT](?:rue)?|1)$/, FALSE = /^(?:[fF](?:alse)?|0)$/;

/**
 * `--dry-run=true` is `--dry-run`, and `--dry-run=false` nothing at all: so manifests have flags that take
 * no value. `switches`: those flags.
 */
export function withoutTruths(args: readonly string[], switches: ReadonlySet<string>): string[] {
  const end = args.indexOf("--");
  return args.flatMap((arg, index) => {
    const equals = arg.indexOf("=");
    const flag = arg.slice(0, equals), value = arg.slice(equals + 1);
    if (equals < 0 || end >= 0 && index > end || !switches.has(flag)) return arg;
    return TRUE.test(value) ? flag : FALSE.test(value) ? [] : arg;
  });
}
