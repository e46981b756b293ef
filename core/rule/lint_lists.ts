/** Items of lists that are nearly the names of other lists. */
import type { Effort, Report } from "../base/mod.ts";
import { MAX_LISTS_NAMED, nearListFinding } from "../filter/mod.ts";
import type { ListDraft } from "./merge.ts";

/** Items looked at: each is held against the names of all lists. */
const MAX_ITEMS = 5000;

export function lintLists(
  lists: ReadonlyMap<string, ListDraft>,
  { report, effort }: { readonly report: Report; readonly effort: Effort },
): void {
  let looked = 0;
  for (const { name, items } of lists.values()) {
    if (items.length > MAX_LISTS_NAMED) continue;
    for (const item of items) {
      if (lists.has(item.text)) continue;
      if (++looked > MAX_ITEMS || report.isFullOfWarnings) return;
      const asText = `write it with quotes of its own: '"${item.text}"'`;
      const found = nearListFinding(item.text, others(lists, name), {
        at: item.all,
        asText,
        effort,
      });
      if (found) report.add(found);
    }
  }
}

function* others(lists: ReadonlyMap<string, ListDraft>, name: string): Generator<string> {
  for (const other of lists.keys()) if (other !== name) yield other;
}
