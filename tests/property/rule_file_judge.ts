/** Rule files changed at random; each has to load or be diagnosed, with places inside the file. */
import { decodeText, renderJson, renderText, Report } from "../../core/base/mod.ts";
import { syscallFields } from "../../core/field/mod.ts";
import { emitCondition, EmitRefusal } from "../../core/filter/mod.ts";
import { lintShadows, loadRules, readRuleFile } from "../../core/rule/mod.ts";
import { assert } from "../assert.ts";
import { Random } from "./random.ts";

/** A rule file in pieces: its items as text, each beginning with a dash in the first column. */
export interface Pieces {
  readonly items: readonly string[];
  /** Items that define a macro or a list, by that name. */
  readonly definitions: ReadonlyMap<string, string>;
}

export function piecesOf(text: string): Pieces {
  const items = text.split(/^(?=- )/m);
  const definitions = new Map<string, string>();
  for (const item of items) {
    const name = /^- (?:macro|list): *(\w+)/.exec(item)?.[1];
    if (name !== undefined) definitions.set(name, item);
  }
  return { items, definitions };
}

/** Items with those before them that they need. */
function withDefinitions(chosen: readonly string[], { definitions }: Pieces): readonly string[] {
  const visited = new Set<string>();
  const needed: string[] = [];
  const visit = (item: string) => {
    if (visited.has(item)) return;
    visited.add(item);
    for (const [word] of item.matchAll(/\b[a-z]\w+/g)) {
      const definition = definitions.get(word);
      if (definition !== undefined) visit(definition);
    }
    needed.push(item);
  };
  for (const item of chosen) visit(item);
  return needed;
}

export interface RuleFileTally {
  loaded: number;
  diagnosed: number;
  bytes: number;
  /** The most time a byte of a file took. */
  slowest: { readonly msPerKiB: number; readonly ms: number; readonly where: string };
}

/** Throws at the first failure; the message says how to repeat it. */
export function judgeRuleFiles(
  seed: number,
  count: number,
  files: readonly Pieces[],
): RuleFileTally {
  const random = new Random(seed);
  const tally = {
    loaded: 0,
    diagnosed: 0,
    bytes: 0,
    slowest: { msPerKiB: 0, ms: 0, where: "" },
  };
  for (let i = 0; i < count; i++) {
    const bytes = changedBytes(mutated(random, files), random);
    const where = `seed ${seed}, file ${i}`;
    const start = performance.now();
    try {
      if (loads(bytes)) tally.loaded++;
      else tally.diagnosed++;
    } catch (error) {
      throw new Error(`${where}:\n${new TextDecoder().decode(bytes)}`, { cause: error });
    }
    const ms = performance.now() - start;
    const msPerKiB = ms / Math.max(1, bytes.length / 1024);
    tally.bytes += bytes.length;
    if (msPerKiB > tally.slowest.msPerKiB) tally.slowest = { msPerKiB, ms, where };
  }
  return tally;
}

/** Whether the file gives a ruleset; fails where it neither does nor says why. */
export function loads(bytes: Uint8Array): boolean {
  const report = new Report();
  const source = decodeText("random.yaml", bytes, report);
  const file = source && readRuleFile(source, report);
  const ruleset = file && loadRules([file], {
    fieldsOf: (source) => source === "syscall" ? syscallFields : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
    lintsMeaning: "hints",
  }, report);
  if (ruleset) lintShadows(ruleset, report);
  assert((ruleset === undefined) === (report.hasErrors || file?.complete === false), "no reason");
  renderText(report.diagnostics);
  for (const { at } of renderJson(report.diagnostics)) {
    const length = source?.text.length ?? bytes.length;
    assert(at && at.offset >= 0 && at.endOffset >= at.offset && at.endOffset <= length);
  }
  for (const { condition } of ruleset?.rules ?? []) {
    try {
      emitCondition(condition);
    } catch (error) {
      if (!(error instanceof EmitRefusal)) throw error;
    }
  }
  return ruleset !== undefined;
}

const PIECES = [
  ..." :'\"[]{},()#|>\\\t~%é&*-!?@",
  "\n",
  "\n- ",
  "  ",
  ": ",
  "&a ",
  "*a",
  "<<: *a",
  "!!map ",
  "---\n",
  "and",
  "or",
  "not ",
  "in ",
  "=",
  "rule",
  "macro",
  "list",
  "override",
  "append",
  "true",
  "exceptions",
  "values",
  "proc.name",
  "evt.type",
  "%x[",
  "- rule: x\n",
  "  append: true\n",
  "  enabled: false\n",
  "  condition: and evt.type=open\n",
];

/** A few items of one of the files with what they need, and what becomes of them. */
function mutated(random: Random, files: readonly Pieces[]): string {
  const file = random.pick(files);
  const start = random.below(file.items.length);
  let text = withDefinitions(file.items.slice(start, start + 1 + random.below(4)), file).join("");
  // The middle of a list of thousands is as good as the whole.
  if (text.length > MAX_LENGTH) text = text.slice(text.length - MAX_LENGTH);
  for (let changes = random.below(5); changes > 0; changes--) {
    text = random.pick(CHANGES)(text, random);
  }
  return text;
}

const MAX_LENGTH = 20_000;

type Change = (text: string, random: Random) => string;

const CHANGES: readonly Change[] = [
  changeStretch,
  changeStretch,
  changeLines,
  swapLines,
  doubleKey,
  shiftLines,
  nest,
  alias,
  cut,
];

/** Deletes, doubles, moves or inserts a stretch. */
function changeStretch(text: string, random: Random): string {
  const start = random.below(text.length + 1);
  const end = Math.min(text.length, start + random.below(random.below(5) === 0 ? 200 : 12));
  const from = random.below(text.length);
  const insert = random.pick(["", random.pick(PIECES), text.slice(from, from + random.below(300))]);
  return text.slice(0, start) + insert + text.slice(random.below(2) === 0 ? start : end);
}

function onLines(text: string, change: (lines: string[]) => void): string {
  const lines = text.split("\n");
  change(lines);
  return lines.join("\n");
}

/** Removes some lines, or writes them twice. */
function changeLines(text: string, random: Random): string {
  return onLines(text, (lines) => {
    const at = random.below(lines.length);
    const some = lines.slice(at, at + 1 + random.below(3));
    lines.splice(at, random.below(2) * some.length, ...(random.below(2) ? some : []), ...some);
  });
}

function swapLines(text: string, random: Random): string {
  return onLines(text, (lines) => {
    const one = random.below(lines.length), other = random.below(lines.length);
    [lines[one], lines[other]] = [lines[other]!, lines[one]!];
  });
}

/** A key again, with a value of another place. */
function doubleKey(text: string, random: Random): string {
  return onLines(text, (lines) => {
    const at = random.below(lines.length);
    const key = /^[- ]*\w+:/.exec(lines[at]!)?.[0].replace("-", " ");
    const value = /:.*$/s.exec(random.pick(lines))?.[0].slice(1) ?? " [a, {b: c}]";
    if (key !== undefined) lines.splice(at + random.below(4), 0, key + value);
  });
}

function shiftLines(text: string, random: Random): string {
  const by = " ".repeat(1 + random.below(4));
  return onLines(text, (lines) => {
    const at = random.below(lines.length);
    for (let i = at; i < Math.min(lines.length, at + 1 + random.below(8)); i++) {
      lines[i] = random.below(2) ? by + lines[i] : lines[i]!.replace(by, "");
    }
  });
}

/** A value inside brackets, many times. */
function nest(text: string, random: Random): string {
  const [open, close] = random.pick([["[", "]"], ["{a: ", "}"], ["(", ")"], ["not (", ")"]]);
  const times = random.pick([1, 3, 70, 300]);
  return onLines(text, (lines) => {
    const at = random.below(lines.length);
    lines[at] = lines[at]!.replace(
      /(: )(.*)$/,
      (_, colon, value) =>
        colon + open.repeat(times) + value + close.repeat(random.below(8) ? times : times - 1),
    );
  });
}

/** One value gets an anchor, another one becomes its alias, not always in this order. */
function alias(text: string, random: Random): string {
  return onLines(text, (lines) => {
    const values = [...lines.keys()].filter((at) => /: \S/.test(lines[at]!));
    if (values.length < 2) return;
    const anchor = random.pick(values), use = random.pick(values);
    lines[anchor] = lines[anchor]!.replace(": ", ": &a ");
    lines[use] = lines[use]!.replace(/: .*/s, ": *a");
  });
}

function cut(text: string, random: Random): string {
  return random.below(4) ? text : text.slice(0, random.below(text.length + 1));
}

/** As bytes, sometimes with some of them wrong. */
function changedBytes(text: string, random: Random): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (random.below(20) === 0 && bytes.length > 0) {
    bytes[random.below(bytes.length)] = random.below(256);
  }
  return bytes;
}
