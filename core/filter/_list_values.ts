/** What the names of lists stand for, read once for all that use them, and by which way a value came. */
import type { Note, Report } from "../base/mod.ts";
import type { ListDefinition, Literal, Right, TransformerUse } from "./condition.ts";
import { parseListItem } from "./parser.ts";

const parsedItems = new WeakMap<ListDefinition, readonly Literal[] | "broken">();
const commonValues = new WeakMap<ListDefinition, readonly Literal[]>();

/** Its items as written; absent where one is broken, which is reported with the first use. */
export function itemsOf(
  definition: ListDefinition,
  report: Report,
): readonly Literal[] | undefined {
  let items = parsedItems.get(definition);
  if (items === undefined) {
    const parsed = definition.items.map((item) => parseListItem(item, report));
    items = parsed.includes(undefined) ? "broken" : parsed.flatMap((item) => item ?? []);
    parsedItems.set(definition, items);
  }
  return items === "broken" ? undefined : items;
}

/** Its values, those of lists among its items in place, as `collect` finds them the first time. */
export function commonValuesOf(
  definition: ListDefinition,
  collect: (into: Literal[]) => boolean,
): readonly Literal[] | undefined {
  const known = commonValues.get(definition);
  if (known) return known;
  const values: Literal[] = [];
  if (!collect(values)) return undefined;
  commonValues.set(definition, values);
  return values;
}

/** In the order of the constants they are read to. */
export function literalsOf(right: Exclude<Right, TransformerUse>): readonly Literal[] {
  return right.kind === "values" ? right.values : [right];
}

/** The lists a value of the right side came through, outermost first. */
export function listNotes(literal: Literal, right: Right): Note[] | undefined {
  const notes: Note[] = [];
  const outermostAt = right.kind === "values" ? right.listAt : undefined;
  for (let use = literal.use; use; use = use.outer) {
    const at = use.outer ? use.at : outermostAt ?? use.at;
    notes.unshift({ message: `in list "${use.list}", used here`, at });
  }
  return notes.length > 0 ? notes : undefined;
}
