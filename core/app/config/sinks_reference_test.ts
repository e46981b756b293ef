/** core/delivery/README.md names every key of sinks and every field of alerts. */
import { z } from "zod";
import { alertFields } from "../../delivery/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { assertDocumented, markdownTable } from "../../../tests/reference.ts";
import { COMMON_KEYS, sinkEntry } from "./sink_options.ts";

const FILE = new URL("../../delivery/README.md", import.meta.url);

interface Row {
  readonly key: string;
  readonly standard: string;
  readonly description: string;
}

function opened(type: z.core.$ZodType): z.core.$ZodType {
  return type instanceof z.ZodDefault || type instanceof z.ZodPrefault ||
      type instanceof z.ZodOptional
    ? opened(type.unwrap())
    : type;
}

function* rowsOf(shape: z.core.$ZodLooseShape, before = ""): Generator<Row> {
  for (const [name, type] of Object.entries(shape)) {
    if (name === "name" || name === "type") continue;
    const inner = opened(type);
    const key = before + name;
    const description = (type as z.ZodType).description;
    assert(description, `${key} has no description`);
    if (inner instanceof z.ZodObject) {
      yield* rowsOf(inner.shape, `${key}.`);
      continue;
    }
    const standard = (type as z.ZodType).safeParse(undefined).data;
    yield { key, standard: spelled(standard), description };
  }
}

function spelled(value: unknown): string {
  if (value === undefined || value === "") return "";
  return typeof value === "object" ? "" : `\`${String(value)}\``;
}

function keyTable(): string {
  const rows = [...rowsOf(sinkEntry.shape)];
  return markdownTable([
    ["key", "default", "what it is"],
    ...rows.map(({ key, standard, description }) => [`\`${key}\``, standard, description]),
  ]);
}

function fieldTable(): string {
  const own = [...alertFields.values()].filter(({ name }) => name.startsWith("alert."));
  return markdownTable([
    ["field", "what it is"],
    ...own.map(({ name, summary, argument }) => [`\`${name}${argument ? "[…]" : ""}\``, summary]),
  ]);
}

Deno.test("the keys of sinks and the fields of alerts are documented", () => {
  assertDocumented(FILE, { keys: keyTable(), fields: fieldTable() });
});

Deno.test("every common key of sinks is one of the entry's", () => {
  assertEquals([...COMMON_KEYS].sort(), Object.keys(sinkEntry.shape).sort());
});
