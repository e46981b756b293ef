/** For tests: fields whose values the test hands in, and conditions over them in one step. */
import assert from "node:assert/strict";
import { Report, SourceText } from "../base/mod.ts";
import type { Event } from "../event/mod.ts";
import {
  defineField,
  type FieldDefinition,
  type FieldTable,
  type FieldValue,
} from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import {
  checkCondition,
  type CheckedCondition,
  emitCondition,
  expandCondition,
  interpretCondition,
  leafPredicate,
  type ListDefinition,
  type MacroDefinition,
  parseCondition,
} from "./mod.ts";

/** Values of fields by name. */
export type Values = Readonly<Record<string, FieldValue>>;

/** A field whose values the test hands in. */
export function field(definition: Omit<FieldDefinition, "extract" | "summary">): FieldDefinition {
  return defineField({
    ...definition,
    summary: "For tests",
    extract: (event, _state, argument) => {
      const values = event as unknown as Values;
      return argument === undefined
        ? values[definition.name]
        : values[`${definition.name}[${argument}]`];
    },
  });
}

/** One field of every kind. */
export const testFields: FieldTable = new Map(
  [
    field({ name: "evt.type", type: "CHARBUF" }),
    field({ name: "evt.num", type: "UINT64" }),
    field({ name: "syscall.type", type: "CHARBUF" }),
    field({ name: "proc.name", type: "CHARBUF" }),
    field({ name: "proc.exe", type: "CHARBUF" }),
    field({ name: "ka.verb", type: "CHARBUF" }),
    field({ name: "jevt.value", type: "CHARBUF", argument: { required: true, kind: "key" } }),
    field({ name: "fd.name", type: "FSPATH" }),
    field({ name: "proc.pid", type: "INT64" }),
    field({ name: "user.uid", type: "UINT32" }),
    field({ name: "evt.rawtime", type: "ABSTIME" }),
    field({ name: "test.around", type: "UINT64", equalsUpTo: true, only: "filter" }),
    field({ name: "test.small", type: "UINT8" }),
    field({ name: "test.double", type: "DOUBLE" }),
    field({ name: "evt.is_open", type: "BOOL" }),
    field({ name: "evt.buffer", type: "BYTEBUF" }),
    field({ name: "fd.sip", type: "IPADDR" }),
    field({ name: "fd.ip", type: "IPADDR", candidates: "none-differs", only: "filter" }),
    field({ name: "fd.net", type: "IPNET", candidates: "none-differs", only: "filter" }),
    field({ name: "fd.port", type: "PORT", candidates: "none-differs", only: "filter" }),
    field({ name: "fd.sip.name", type: "CHARBUF", candidates: "empty-differs" }),
    field({
      name: "proc.aname",
      type: "CHARBUF",
      candidates: "any",
      argument: { required: false, kind: "index" },
    }),
    field({ name: "fd.types", type: "CHARBUF", list: true }),
    field({ name: "test.numbers", type: "UINT64", list: true }),
    field({ name: "test.addresses", type: "IPADDR", list: true }),
    field({ name: "proc.env", type: "CHARBUF", argument: { required: true, kind: "key" } }),
    field({
      name: "evt.arg",
      type: "CHARBUF",
      argument: {
        required: true,
        kind: "either",
        dotted: true,
        check: (argument) => argument === "nothing" ? `has no argument "${argument}"` : undefined,
      },
    }),
    field({ name: "out.only", type: "CHARBUF", only: "output" }),
    field({ name: "evt.dir", type: "CHARBUF", deprecated: "drop the comparison" }),
  ].map((definition) => [definition.name, definition]),
);

export interface Definitions {
  readonly macros?: Readonly<Record<string, string>>;
  readonly lists?: Readonly<Record<string, readonly string[]>>;
}

/** A condition taken as far as it gets, with what was reported on the way. */
export function check(
  text: string,
  { macros = {}, lists = {} }: Definitions = {},
  fields: FieldTable = testFields,
): { readonly condition: CheckedCondition | undefined; readonly report: Report } {
  const report = new Report();
  const macroDefinitions = new Map<string, MacroDefinition>(
    Object.entries(macros).map(([name, condition]) => [name, {
      name,
      condition: parseCondition(new SourceText(name, condition), report),
    }]),
  );
  const listDefinitions = new Map<string, ListDefinition>(
    Object.entries(lists).map(([name, items]) => [name, {
      name,
      items: items.map((item) => new SourceText(name, item)),
    }]),
  );
  const parsed = parseCondition(new SourceText("<test>", text), report);
  const expanded = parsed && expandCondition(parsed, {
    macro: (name) => macroDefinitions.get(name),
    list: (name) => listDefinitions.get(name),
    macroNames: () => macroDefinitions.keys(),
    listNames: () => listDefinitions.keys(),
  }, report);
  return { condition: expanded && checkCondition(expanded, fields, report), report };
}

/** The one truth of a condition over values; fails where the evaluators disagree. */
export function evaluate(
  text: string,
  values: Values = {},
  definitions: Definitions = {},
): boolean {
  const { condition, report } = check(text, definitions);
  assert.ok(condition, `${text}: ${report.diagnostics[0]?.title}`);
  return bothWays(condition, values, text);
}

export function bothWays(condition: CheckedCondition, values: Values, text: string): boolean {
  const event = values as unknown as Event;
  const state = {} as State;
  const interpreted = interpretCondition(condition, event, state);
  assert.equal(emitCondition(condition)(event, state), interpreted, `emitted: ${text}`);
  if (condition.kind === "comparison" || condition.kind === "exists") {
    assert.equal(leafPredicate(condition)(event, state), interpreted, `as a leaf: ${text}`);
  }
  return interpreted;
}
