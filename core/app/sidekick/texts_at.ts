/** Lists of texts and texts by name, from the file or from a variable; what is neither is told. */
import type { Report } from "../../base/mod.ts";
import { shownText } from "../config/check.ts";
import { type ConfigNode, isVariable } from "../config/tree.ts";
import type { SidekickFile, Written } from "./file.ts";
import { pairs, split } from "./output.ts";

/** Those of the file, and those of the variable on top. */
export function fieldsAt(
  file: SidekickFile,
  key: string,
  report: Report,
): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const section = file.section(key);
  for (const [name, { value }] of section?.entries ?? []) {
    if (value.kind === "scalar") fields.set(name, value.text);
    else if (value.kind !== "null") tell(`${key}.${name}`, "text", value, report);
  }
  const written = file.value(key);
  if (!written || written.node === section || saysNone(written.node)) return fields;
  const { name, node } = written;
  const wanted = "a mapping of names to texts, or name:text with commas between";
  const isPairs = node.kind === "scalar" &&
    split(node.text).every((part) => part.indexOf(":") > 0);
  if (!isPairs) tell(name, wanted, node, report);
  else for (const [name, text] of Object.entries(pairs(node.text))) fields.set(name, text);
  return fields;
}

/** A list, or texts with commas between. */
export function textsAt(file: SidekickFile, key: string, report: Report): readonly string[] {
  const written = file.value(key);
  if (!written) return [];
  const { name, node }: Written = written;
  if (node.kind === "scalar") return split(node.text);
  if (node.kind !== "sequence") {
    if (saysNone(node)) return [];
    tell(name, "a list of texts, or texts with commas between", node, report);
    return [];
  }
  return node.items.flatMap((item, index) => {
    if (item.kind === "scalar") return item.text === "" ? [] : item.text;
    if (item.kind !== "null") tell(`${name}[${index}]`, "text", item, report);
    return [];
  });
}

/** `false` for a mapping, or what is empty of another kind: falcosidekick goes on with none, too. */
export function saysNone(node: ConfigNode): boolean {
  switch (node.kind) {
    case "scalar":
      return /^(?:false|no|off)$/i.test(node.text);
    case "sequence":
      return node.items.length === 0;
    case "mapping":
      return node.entries.size === 0;
    case "null":
      return true;
    default:
      return node satisfies never;
  }
}

function tell(name: string, wanted: string, node: ConfigNode, report: Report): void {
  report.add({
    code: "C004",
    title: `"${name}" wants ${wanted}, found ${foundText(node)}`,
    at: node.at,
  });
}

/** Not what a variable holds, which is read by others here. */
export function foundText(node: ConfigNode): string {
  if (node.kind !== "scalar") return `a ${node.kind}`;
  return isVariable(node) ? `what ${node.written?.value} holds` : shownText(node);
}
