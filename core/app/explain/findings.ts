/** What is odd about a rule itself, beside what becomes of an event. */
import { type Diagnostic, type SourceText, toFile } from "../../base/mod.ts";
import type { Explanation } from "../../filter/mod.ts";
import { ItemChains } from "../item_chain.ts";
import type { RuleExplanation } from "./explain_rule.ts";

/** Warnings about the rule and the macros of its condition, wherever they are defined or added to. */
export function findingsAbout(
  { rule, condition }: RuleExplanation,
  diagnostics: readonly Diagnostic[],
): readonly Diagnostic[] {
  const macros = new Set(macrosIn(condition));
  const files = new Map<SourceText, ItemChains>();
  return diagnostics.filter(({ severity, at, code }) => {
    if (severity !== "warning" || !at) return false;
    const { source, start } = toFile(at);
    const chains = files.get(source) ?? new ItemChains(source);
    files.set(source, chains);
    const [, item] = chains.of(start, code);
    return item?.type === "rule" && item.name === rule.name ||
      item?.type === "macro" && macros.has(item.name);
  });
}

function macrosIn({ kind, text, children }: Explanation): readonly string[] {
  return [...kind === "macro" ? [text] : [], ...children.flatMap(macrosIn)];
}
