/** Documents with tables that code fills in: between `<!-- name -->` and `<!-- end -->`. */
import { z } from "zod";
import { durationText, isDuration } from "../core/plugin/duration.ts";
import { assert, assertEquals } from "./assert.ts";

/** Rows, the first of which is the head, as `deno fmt` wants tables. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length), 3)
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const [head, ...rest] = rows;
  return [line(head!), line(widths.map((width) => "-".repeat(width))), ...rest.map(line)].join(
    "\n",
  );
}

/** Fails where the document has something else; `UPDATE_GOLDEN=1` writes it anew. */
export function assertDocumented(file: URL, parts: Readonly<Record<string, string>>): void {
  const text = Deno.readTextFileSync(file);
  for (const part of Object.keys(parts)) assert(text.includes(`<!-- ${part} -->\n`), part);
  const right = text.replaceAll(
    /(<!-- (\w+) -->\n)[^]*?(\n<!-- end -->)/g,
    (_, before, part, after) => `${before}\n${parts[part]}\n${after}`,
  );
  if (Deno.env.get("UPDATE_GOLDEN") === "1") Deno.writeTextFileSync(file, right);
  else assertEquals(text, right, "UPDATE_GOLDEN=1 writes it anew");
}

/** The keys of a mapping, those inside of its mappings with a dot, with defaults and descriptions. */
export function keyTable(shape: z.core.$ZodLooseShape): string {
  const rows = [...keysOf(shape, "")];
  return markdownTable([
    ["key", "default", "what it is"],
    ...rows.map(({ key, standard, description }) => [`\`${key}\``, standard, description]),
  ]);
}

interface Key {
  readonly key: string;
  readonly standard: string;
  readonly description: string;
}

function* keysOf(shape: z.core.$ZodLooseShape, before: string): Generator<Key> {
  for (const [name, type] of Object.entries(shape)) {
    const inner = opened(type);
    const key = before + name;
    const description = (type as z.ZodType).description;
    if (inner instanceof z.ZodObject) {
      yield* keysOf(inner.shape, `${key}.`);
      continue;
    }
    const standard = (type as z.ZodType).safeParse(undefined).data;
    assert(description, `${key} has no description`);
    const isLong = isDuration(inner) && typeof standard === "number" && standard > 0;
    yield { key, standard: spelled(isLong ? durationText(standard) : standard), description };
  }
}

function opened(type: z.core.$ZodType): z.core.$ZodType {
  return type instanceof z.ZodDefault || type instanceof z.ZodPrefault ||
      type instanceof z.ZodOptional
    ? opened(type.unwrap())
    : type;
}

function spelled(value: unknown): string {
  if (value === undefined || value === "") return "";
  return typeof value === "object" ? "" : `\`${String(value)}\``;
}
