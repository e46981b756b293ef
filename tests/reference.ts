/** Documents with tables that code fills in: between `<!-- name -->` and `<!-- end -->`. */
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
