/**
 * What a place of a rule file belongs to, from the outside in and in Falco's words: the file, the rule,
 * its condition. falco userspace/engine/rule_loader.cpp, `item_type_strings`
 */
import { Report, type SourceText } from "../base/mod.ts";
import { readYaml, type YamlEntry, type YamlMap, type YamlNode } from "../base/yaml.ts";

export interface ChainLink {
  /** `rule`, `rule condition`, `condition expression`. */
  readonly type: string;
  /** Empty for what has none. */
  readonly name: string;
  /** Offset in the file, in UTF-16 units. */
  readonly start: number;
}

/** One rule file, read again to tell what encloses what. */
export class ItemChains {
  readonly #items: readonly YamlNode[];

  constructor(source: SourceText) {
    // What is wrong with the YAML is told elsewhere; what can be read is enough here.
    this.#items = readYaml(source, new Report(0)).flatMap(({ root }) =>
      root.kind === "seq" ? root.items : []
    );
  }

  /** The file comes first, then what holds `offset`. `code` is Falco's for what was found there. */
  of(offset: number, code: string): readonly ChainLink[] {
    const file = { type: "rules content", name: "", start: 0 };
    if (code === "LOAD_ERR_YAML_PARSE") {
      return [file, { type: "value for", name: "", start: offset }];
    }
    const item = this.#items.find((item) => holds(item, offset));
    if (!item) return [file];
    const map = item.kind === "map" ? item : undefined;
    const kind = map && KINDS.find((key) => entryOf(map, key));
    if (!map || kind === undefined) {
      return [file, { type: "rules content item", name: "", start: item.span.start }];
    }
    const name = nameOf(map, kind);
    const own = { type: TYPES[kind] ?? kind, name, start: item.span.start };
    const entry = map.entries.find(({ value }) => holds(value, offset));
    return [file, own, ...entry ? innerChain(kind, entry, { offset, code }) : []];
  }
}

/** The first of them that an item has is what it is. */
const KINDS = ["required_engine_version", "required_plugin_versions", "list", "macro", "rule"];
const TYPES: Readonly<Record<string, string>> = {
  required_plugin_versions: "required plugin versions",
};

interface Found {
  readonly offset: number;
  readonly code: string;
}

/** Behind the item: what its key holds, so far as Falco names it. */
function innerChain(kind: string, { key, value }: YamlEntry, found: Found): readonly ChainLink[] {
  const { offset, code } = found;
  const link = (type: string, name = "", start = value.span.start) => ({ type, name, start });
  switch (key.value) {
    case "condition": {
      const expression = link("condition expression", "", offset);
      // Names that are not there are missed when the condition has been read already.
      return code === "LOAD_ERR_VALIDATE" ? [expression] : [link(`${kind} condition`), expression];
    }
    case "output":
      return [link("rule output")];
    case "exceptions":
    case "required_plugin_versions": {
      const type = key.value === "exceptions" ? "exception" : "required plugin versions entry";
      const items = value.kind === "seq" ? value.items : [value];
      const inner = items.find((item) => holds(item, offset));
      if (inner?.kind !== "map") return [];
      return [link(type, nameOf(inner, "name"), inner.span.start)];
    }
    case "override":
      return [link("overrides")];
    case "priority":
      return [link("rule priority")];
    default:
      return code === "LOAD_ERR_YAML_VALIDATE" && key.value !== kind
        ? [link("value for", key.value)]
        : [];
  }
}

function holds({ span }: YamlNode, offset: number): boolean {
  return span.start <= offset && offset < Math.max(span.end, span.start + 1);
}

function entryOf(map: YamlMap, name: string): YamlEntry | undefined {
  return map.entries.find(({ key }) => key.value === name);
}

function nameOf(map: YamlMap, key: string): string {
  const value = entryOf(map, key)?.value;
  return value?.kind === "scalar" && !key.startsWith("required_") ? value.value : "";
}
