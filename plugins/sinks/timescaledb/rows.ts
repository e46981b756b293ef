/** Alerts as rows of a table. */
import {
  type Alert,
  falcoOutput,
  isoTimeZulu,
  type OutputValue,
  replaceInvalid,
  sortedTags,
  valueText,
} from "../../../core/mod.ts";

/** Values by column; absent: the column has its default. */
export type Row = ReadonlyMap<string, string | null>;

export interface RowOptions {
  readonly field_columns: readonly string[];
}

export function rowOf(alert: Alert, { field_columns }: RowOptions): Row {
  const { rule, priority, source, hostname, timeNs, fields } = alert;
  const row = new Map<string, OutputValue>([
    ["time", isoTimeZulu(timeNs)],
    ["rule", rule],
    ["priority", priority],
    ["source", source],
    ["output", falcoOutput(alert)],
  ]);
  const tags = sortedTags(alert).join(",");
  if (tags !== "") row.set("tags", tags);
  if (hostname !== "") row.set("hostname", hostname);
  for (const name of field_columns) {
    const value = fields.get(name);
    const column = columnOf(name);
    if (value !== undefined && !row.has(column)) row.set(column, value);
  }
  return new Map([...row].map(([column, value]) => [column, valueOf(value)]));
}

/** As falcosidekick: "null" is none, whoever says it. */
function valueOf(value: OutputValue): string | null {
  if (value === null) return null;
  const text = replaceInvalid(valueText(value)).replaceAll("\0", "\ufffd");
  return text.toLowerCase() === "null" ? null : text;
}

/** As SQL reads a plain word. */
export function columnOf(field: string): string {
  return field.toLowerCase().replace(/[^a-z0-9_]/g, "_").slice(0, 63);
}

/** One statement for all rows; `table` as SQL writes it. */
export function insertion(
  table: string,
  rows: readonly Row[],
): { readonly sql: string; readonly values: readonly (string | null)[] } {
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const values: (string | null)[] = [];
  const lists = rows.map((row) => {
    const items = columns.map((column) => {
      const value = row.get(column);
      return value === undefined ? "DEFAULT" : `$${values.push(value)}`;
    });
    return `(${items.join(",")})`;
  });
  const names = columns.map((column) => `"${column}"`).join(",");
  return { sql: `INSERT INTO ${table} (${names}) VALUES ${lists.join(",")}`, values };
}
