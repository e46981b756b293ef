/** What was probably meant in falco.yaml by a key that there is not, or a value that does not fit. */
import { didYouMean } from "../../base/mod.ts";
import { isList, keyNames } from "./known_keys.ts";
import { OPTION_SOURCE } from "./option.ts";
import { COMMON_KEYS } from "./sink_options.ts";
import {
  type ConfigNode,
  type ConfigPath,
  isVariable,
  type MappingNode,
  nodeAt,
  spell,
} from "./tree.ts";

/** Shorter names are in too many others. */
const MIN_PART = 3;

/** The known name that is near by its letters, else the only one that this is a part of. */
export function nameMeant(name: string, known: readonly string[]): string | undefined {
  const near = didYouMean(name, known);
  if (near !== undefined || name.length < MIN_PART) return near;
  const wanted = name.toLowerCase();
  const longer = known.filter((candidate) => candidate.toLowerCase().includes(wanted));
  return longer.length === 1 ? `did you mean "${longer[0]}"?` : undefined;
}

/** `known`: the keys there are beside it. */
export function keyMeant(
  root: MappingNode,
  path: ConfigPath,
  known: readonly string[],
): string | undefined {
  const key = String(path.at(-1));
  const sections = keyNames([], undefined) ?? [];
  if (path.length > 1) {
    const near = sinkMeant(path) ?? nameMeant(key, known);
    if (near !== undefined) return near;
    if (path[0] === "http_output" && /header/i.test(key)) {
      return 'http_output has none: a sink of type webhook takes "headers"';
    }
    const homes = homesOf(root, path, known);
    if (homes.length > 0) return `it belongs under ${homes.join(" or ")}`;
    if (sections.includes(key)) return "it belongs at the top, not under another key";
    const isTooDeep = keyNames(path.slice(0, -2), undefined)?.includes(key);
    return isTooDeep ? `it belongs beside "${path.at(-2)}", not under it` : undefined;
  }
  const before = keyBefore(root, key);
  if (before !== undefined && nodeAt(root, [before])?.kind === "null" && has(before, key)) {
    return `indent it: it is a key of "${before}"`;
  }
  const [section = "", ...inner] = key.split(".");
  if (inner.length > 0 && sections.includes(section)) {
    return `names with dots are for -o: in a file, "${inner[0]}" stands under "${section}"`;
  }
  const value = nodeAt(root, path);
  return foreignHelp(key, value) ?? nameMeant(key, known) ?? sectionHelp(key, sections);
}

/**
 * What sinks take that are like Falco's outputs, beside the keys of all sinks; `tests/sink_pages_test.ts`
 * holds it against them.
 */
export const MORE_OF_SINKS: ReadonlyMap<string, readonly string[]> = new Map([
  ["stdout", []],
  ["file", ["mode", "rotate"]],
  [
    "syslog",
    [
      ...["address", "protocol", "tls", "framing", "facility", "message_format", "content", "tag"],
      "max_length",
    ],
  ],
  ["http", ["proxy"]],
  ["program", ["check_status"]],
]);

function sinkMeant([section, key]: ConfigPath): string | undefined {
  const type = /^(.*)_output$/.exec(String(section))?.[1] ?? "";
  const more = MORE_OF_SINKS.get(type);
  if (!more || ![...COMMON_KEYS, ...more].includes(String(key))) return undefined;
  return `${section} has none: under sinks, one of type ${type} takes "${key}"`;
}

/** The mappings beside a key that have one of its name, as `match` has `source`. */
function homesOf(root: MappingNode, path: ConfigPath, known: readonly string[]): readonly string[] {
  const parent = path.slice(0, -1);
  const name = nodeAt(root, [...parent, "name"]);
  const plugin = path[0] === "plugins" && name?.kind === "scalar" ? name.text : undefined;
  return known
    .filter((home) => keyNames([...parent, home], plugin)?.includes(String(path.at(-1))))
    .map((home) => `"${home}"`);
}

function has(section: string, key: string): boolean {
  return keyNames([section], undefined)?.includes(key) ?? false;
}

function keyBefore(root: MappingNode, key: string): string | undefined {
  const keys = [...root.entries.keys()];
  return keys[keys.indexOf(key) - 1];
}

function sectionHelp(key: string, sections: readonly string[]): string | undefined {
  const homes = sections.filter((section) => has(section, key));
  return homes.length === 1 ? `it belongs under "${homes[0]}"` : undefined;
}

/** Keys that every output of falcosidekick may have, or the best known of them. */
const SIDEKICK_KEYS = ["webhookurl", "hostport", "minimumpriority", "checkcert", "mutualtls"];

/** For files, or parts of them, that are somebody else's. */
function foreignHelp(key: string, value: ConfigNode | undefined): string | undefined {
  if (value?.kind !== "mapping" || value.entries.size === 0) return undefined;
  const keys = [...value.entries.keys()];
  if (SIDEKICK_KEYS.some((name) => value.entries.has(name))) {
    return "outputs of falcosidekick stand in a file of their own, for falcod sidekick -c; " +
      "those of falcod stand under sinks";
  }
  const sections = keyNames([], undefined) ?? [];
  return keys.every((name) => sections.includes(name))
    ? `what is under it belongs at the top: leave "${key}" out`
    : undefined;
}

/** For a key that is missing in a mapping. */
export function missingMeant(parent: ConfigNode | undefined, key: string): string | undefined {
  if (parent?.kind !== "mapping" || key !== "type") return undefined;
  const slip = [...parent.entries.keys()].find((written) => didYouMean(written, [key]));
  if (slip !== undefined) return `write "${key}" in place of "${slip}"`;
  if (parent.entries.size !== 1) return undefined;
  const [name] = parent.entries.keys();
  return nodeAt(parent, [name!])?.kind === "mapping"
    ? `write - type: ${name}, and its keys beside that`
    : undefined;
}

/** Falco's parser takes none of these for a truth, and then leaves the key at its default. */
function flagMeant(text: string): string | undefined {
  if (/^(?:1|enabled?|t)$/i.test(text)) return 'did you mean "true"?';
  return /^(?:0|disabled?|f)$/i.test(text) ? 'did you mean "false"?' : undefined;
}

function bindAddressMeant(text: string): string | undefined {
  const address = text.replace(/^(?:tcp|https?|grpcs?):\/\//, "");
  if (address !== text) return `did you mean "${address}"?`;
  if (/^\/./.test(text)) return `did you mean "unix://${text}"?`;
  return /^\d{1,5}$/.test(text) ? `did you mean "0.0.0.0:${text}"?` : undefined;
}

/** Numbers of milliseconds, where people write units. */
const IN_MS: ReadonlySet<string> = new Set(["output_timeout", "capture.default_duration"]);

/** From a second on, whoever writes no unit thinks of milliseconds. */
const BARE_DURATION = /^0*[1-9]\d{0,2}$/;

/** For a duration; absent where nothing else seems to be meant. */
export function unitMeant(text: string): string | undefined {
  if (!BARE_DURATION.test(text)) return undefined;
  const number = Number(text);
  return `write ${number}s for seconds, ${number}ms for milliseconds`;
}

/** For a value that is not what is wanted there. */
export function valueMeant(
  path: ConfigPath,
  node: ConfigNode | undefined,
  { wanted, choices }: { readonly wanted: string; readonly choices: readonly string[] },
): string | undefined {
  const key = String(path.at(-1));
  switch (node?.kind) {
    case "mapping":
      return wanted === "a sequence" ? 'it is a list: each item of it begins with "- "' : undefined;
    case "sequence":
      if (!wanted.startsWith("a mapping")) {
        return isList(path) ? undefined : "it is no list: write one value";
      }
      return node.items.some(({ kind }) => kind === "mapping")
        ? 'it is no list: write its keys without "- "'
        : undefined;
    case "scalar":
      break;
    default:
      return undefined;
  }
  const { text } = node;
  const parts = text.split(/[\s,]+/);
  if (parts.length > 1 && parts.every((part) => choices.includes(part))) {
    return `write a list: [${parts.join(", ")}]`;
  }
  if (IN_MS.has(spell(path)) && /^\d+\s*(ms|s|m|h)$/.test(text)) {
    return "write a number without a unit: it is in milliseconds";
  }
  if (/^\$\{\w+\}$/.test(text) && node.at.source.name === OPTION_SOURCE) {
    return "variables are replaced in files alone: leave those of -o to the shell";
  }
  const port = key === "listen_address" && /^(?:[^:]+|\[.+\]):(\d{1,5})$/.exec(text)?.[1];
  if (port) return `the port goes to listen_port: ${port}`;
  // So many milliseconds are too few here.
  if (wanted.startsWith("a duration") && BARE_DURATION.test(text)) {
    return `write ${Number(text)}s if seconds are meant`;
  }
  if (wanted === "true or false") return flagMeant(text) ?? nameMeant(text, choices);
  if (key === "init_config") return "write its keys below it as they are: a text is read as JSON";
  if (key === "bind_address") return bindAddressMeant(text);
  const inside = keyNames(path, undefined) ?? [];
  if (inside.includes("enabled")) {
    const isOff = /^(false|no|off|n|disabled)$/i.test(text);
    return `write ${key}: {enabled: ${!isOff}}`;
  }
  const home = ["kind", "actions", "rule"].find((name) => inside.includes(name));
  if (home !== undefined) {
    const isShown = !isVariable(node) && /^\w{1,20}$/.test(text);
    return `write ${key}: {${home}: ${isShown ? text : "…"}}`;
  }
  return nameMeant(text, choices);
}
