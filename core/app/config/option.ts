/**
 * `-o key=value`: one value of falco.yaml given on the command line.
 *
 *   key   := name ('.' name)*
 *   name  := (character | escape)+ ('[' index? ']')*
 *   escape := '\' one of '.', '[', ']', '\'
 *
 * `list[]=x` appends, `list[2]=x` sets an element. The value is text, or a YAML flow mapping when it
 * stands in braces: `rules[]={"disable": {"tag": "network"}}`. For a list it may stand in brackets:
 * `list=[x, y]`.
 */
import { type Report, SourceText, type Span, toFile } from "../../base/mod.ts";
import {
  type ConfigNode,
  type ConfigPath,
  emptyMapping,
  type MappingNode,
  nodeAt,
  type SequenceNode,
  spell,
} from "./tree.ts";

/** A step into a mapping, into a sequence, or behind its last element. */
export type OptionStep =
  | { readonly kind: "name"; readonly name: string; readonly at: Span }
  | { readonly kind: "index"; readonly index: number; readonly at: Span }
  | { readonly kind: "append"; readonly at: Span };

export interface ConfigOption {
  readonly steps: readonly OptionStep[];
  /** What stands behind the first `=`. */
  readonly value: Span;
}

/** What options are called where they are shown. */
export const OPTION_SOURCE = "<-o>";
/** Far beyond any list in falco.yaml; `-o list[99999999]=x` must not fill memory. */
const MAX_INDEX = 10_000;
const MAX_STEPS = 64;

/** Reads one option; `undefined` when it is malformed, which the report then says. */
export function parseOption(text: string, report: Report): ConfigOption | undefined {
  const source = new SourceText(OPTION_SOURCE, text);
  const fail = (title: string, start: number, end: number, help?: string) => {
    report.add({ code: "C008", title, at: source.span(start, Math.max(start, end)), help });
    return undefined;
  };
  const equals = text.indexOf("=");
  if (equals < 0) {
    return fail(`option "${text}" has no value`, 0, text.length, "write it as key=value");
  }
  const steps: OptionStep[] = [];
  let position = 0;
  while (position < equals) {
    const start = position;
    let name = "";
    while (position < equals && text[position] !== "." && text[position] !== "[") {
      if (text[position] === "\\") {
        const escaped = text[position + 1];
        if (position + 1 >= equals || !escaped || !".[]\\".includes(escaped)) {
          const help = String.raw`only \. \[ \] and \\ may follow a backslash`;
          return fail("nothing to escape here", position, position + 1, help);
        }
        position++;
      }
      name += text[position++];
    }
    if (name === "") return fail("a key is missing here", position, position + 1);
    steps.push({ kind: "name", name, at: source.span(start, position) });
    while (position < equals && text[position] === "[") {
      const close = text.indexOf("]", position);
      if (close < 0 || close >= equals) {
        return fail("this bracket is never closed", position, position + 1);
      }
      const index = text.slice(position + 1, close);
      const at = source.span(position, close + 1);
      if (index === "") steps.push({ kind: "append", at });
      else if (/^\d{1,9}$/.test(index) && Number(index) <= MAX_INDEX) {
        steps.push({ kind: "index", index: Number(index), at });
      } else {
        const help = `write a number up to ${MAX_INDEX}, or [] to append`;
        return fail(`"${index}" is not the number of an element`, position + 1, close, help);
      }
      position = close + 1;
    }
    if (steps.length > MAX_STEPS) return fail("this key is nested too deeply", 0, equals);
    if (position === equals) break;
    if (text[position] !== ".") {
      return fail(`a "." is missing before this`, position, position + 1);
    }
    position++;
    if (position === equals) return fail("a key is missing after this", position - 1, position);
  }
  if (steps.length === 0) return fail("the key is missing", 0, 1, "write it as key=value");
  return { steps, value: source.span(equals + 1, text.length) };
}

/** Where it leads; an element that is appended counts as the first. */
export function pathOf({ steps }: ConfigOption): ConfigPath {
  return steps.map((step) =>
    step.kind === "name" ? step.name : step.kind === "index" ? step.index : 0
  );
}

/**
 * All of the option that switches on the section which a path leads into. Absent: a file does, or another
 * option says what stands at the path.
 */
export function switchedOnBy(root: MappingNode, path: ConfigPath): Span | undefined {
  const enabled = nodeAt(root, [...path.slice(0, -1), "enabled"]);
  const option = enabled && optionOf(enabled);
  const own = nodeAt(root, path);
  return own && optionOf(own) ? undefined : option?.all;
}

/** What to write in place of what an option has for `name`; absent: a file has it, or its form is right. */
export function formMeant(
  name: string,
  node: ConfigNode | undefined,
  wanted: string,
): string | undefined {
  if (!node || !optionOf(node)) return undefined;
  if (node.kind === "mapping" && wanted === "a sequence") {
    return `write -o ${name}[]={…} to append it, or -o ${name}=[{…}] to have no other`;
  }
  if (node.kind !== "scalar") return undefined;
  const end = { "{": "}", "[": "]" }[node.text[0] ?? ""];
  return end && !node.text.endsWith(end) ? `there is no "${end}" at its end` : undefined;
}

function optionOf({ at }: ConfigNode): SourceText | undefined {
  const { source } = toFile(at);
  return source.name === OPTION_SOURCE ? source : undefined;
}

export interface OptionGap {
  /** The list, as `-o` spells it. */
  readonly list: string;
  /** Elements it has. */
  readonly length: number;
  /** The number behind them. */
  readonly at: Span;
}

/** Where an option would leave elements out. */
export function gapBefore(root: MappingNode, option: ConfigOption): OptionGap | undefined {
  const path = pathOf(option);
  for (const [position, step] of option.steps.entries()) {
    if (step.kind === "append") return undefined;
    if (step.kind === "name") continue;
    const place = path.slice(0, position);
    const list = nodeAt(root, place);
    // A scalar counts as a list of one.
    const length = list?.kind === "sequence" ? list.items.length : list?.kind === "scalar" ? 1 : 0;
    if (step.index > length) return { list: spell(place), length, at: step.at };
  }
  return undefined;
}

/**
 * Puts a value where an option says, making mappings and sequences on the way; what is there and of
 * another kind is replaced, the command line has the last word.
 */
export function applyOption(root: MappingNode, option: ConfigOption, value: ConfigNode): void {
  let node: MappingNode | SequenceNode = root;
  const { steps } = option;
  for (const [position, step] of steps.entries()) {
    const next = steps[position + 1];
    const settle = (present: ConfigNode | undefined): ConfigNode => {
      if (!next) return value;
      if (next.kind === "name") {
        return present?.kind === "mapping" ? present : emptyMapping(step.at);
      }
      if (present?.kind === "sequence") return present;
      const items = present?.kind === "scalar" ? [present] : [];
      return { kind: "sequence", items, at: step.at };
    };
    let settled: ConfigNode;
    if (step.kind === "name") {
      // The loop keeps it a mapping: `settle` looked at this step before.
      const mapping = node as MappingNode;
      const entry = mapping.entries.get(step.name);
      settled = settle(entry?.value);
      // What is wrong with a value is told where that value is, not where another one was.
      const keyAt = entry && next ? entry.keyAt : step.at;
      mapping.entries.set(step.name, { keyAt, value: settled });
    } else {
      const { items } = node as SequenceNode;
      const index = step.kind === "append" ? items.length : step.index;
      while (items.length < index) items.push({ kind: "null", at: step.at });
      settled = settle(items[index]);
      items[index] = settled;
    }
    if (settled.kind === "mapping" || settled.kind === "sequence") node = settled;
  }
}
