/** Rules as written: whole ones, changes to earlier ones, and the lone `enabled`. */
import type { YamlScalar } from "../base/yaml.ts";
import { PRIORITIES, type Priority } from "../alert/mod.ts";
import type { MappingReader } from "./_mapping_reader.ts";
import { trimmed } from "./_output_text.ts";
import { readExceptions } from "./_read_exceptions.ts";
import { type Override, readOverride } from "./_override.ts";
import { nearestPriority, parsePriority } from "./priority.ts";
import type { RuleEnabledItem, RuleItem, RuleParts, RuleUpdateItem } from "./rule_file.ts";

const APPENDED = ["condition", "output", "desc", "tags", "exceptions"] as const;
const REPLACED = [
  ...APPENDED,
  "priority",
  "enabled",
  "capture",
  "capture_duration",
  "warn_evttypes",
  "skip-if-unknown-filter",
] as const;
/** Every key of a rule. */
export const RULE_KEYS = ["rule", "source", "append", "override", ...REPLACED] as const;
/** Those that an item may append to, and those it may replace, of an earlier rule. */
export const APPENDABLE: readonly string[] = APPENDED;
export const REPLACEABLE: readonly string[] = REPLACED;

export function readRule(
  reader: MappingReader,
  name: YamlScalar,
): RuleItem | RuleUpdateItem | RuleEnabledItem | undefined {
  const override = readOverride(reader, {
    append: APPENDABLE,
    replace: REPLACEABLE,
    whole: NEEDED,
    switch: "enabled",
  });
  const isUnclear = !override || (reader.failed && reader.has("override"));
  const isUpdate = !isUnclear && override.append.size + override.replace.size > 0;
  const isChange = isUpdate || override?.deprecatedAppend !== undefined;
  const isLone = NEEDED.every((key) => !reader.has(key)) && reader.has("enabled");
  if (!isUnclear && !isChange && !isLone) reader.requireAll(NEEDED, insteadOfWhole(reader));
  reader.unknownKeys(RULE_KEYS);
  if (isUnclear) return undefined;
  if (isUpdate) return readUpdate(reader, name, override);
  if (isChange) return readAppend(reader, name, override);
  if (!isLone) return readWhole(reader, name);
  const enabled = reader.boolean("enabled");
  if (enabled === undefined) return undefined;
  return { kind: "rule-enabled", name: name.value, at: name.span, enabled };
}

/** Without these, an item only changes something. */
const NEEDED = ["condition", "output", "desc", "priority"] as const;

/** What somebody may mean who writes some keys of a rule only; who describes it means a new one. */
function insteadOfWhole(reader: MappingReader): string | undefined {
  if (reader.has("actions")) return "a rule with actions is falco-talon's: its file goes there";
  const given = REPLACEABLE.filter((key) => reader.has(key));
  const isNew = given.includes("desc") || ["condition", "output"].every((key) => reader.has(key));
  if (given.length === 0 || isNew) return undefined;
  const [key] = given;
  const isOne = given.length === 1 && APPENDABLE.includes(key!);
  const override = isOne ? `${key}: append` : given.map((key) => `${key}: replace`).join(", ");
  return `to change a rule that is there, write override: {${override}}${
    isOne ? ", or replace" : ""
  }`;
}

function readWhole(reader: MappingReader, name: YamlScalar): RuleItem | undefined {
  const condition = reader.optional("condition");
  const output = readOutput(reader);
  const description = reader.optional("desc");
  const priority = readPriority(reader);
  const source = reader.optional("source")?.value ?? "syscall";
  const others = readParts(reader, OPTIONAL_PARTS, false);
  if (!condition || !output) return undefined;
  // A rule with another mistake goes on, so that condition and output are judged in the same run.
  return {
    ...others,
    kind: "rule",
    name: name.value,
    at: name.span,
    source,
    condition: condition.text,
    output: trimmed(output.text),
    description: description?.value ?? "",
    priority: priority ?? "Debug",
  };
}

/** Blanks around an output come from YAML and go; there has to be something left. */
function readOutput(reader: MappingReader): YamlScalar | undefined {
  const output = reader.optional("output");
  if (output?.value.trim() !== "") return output;
  const title = `"output" of ${reader.label} is empty`;
  return reader.fail("R006", title, output.span, "say what has been seen: %proc.name, %fd.name");
}

const OPTIONAL_PARTS = REPLACEABLE.filter((key) => !(NEEDED as readonly string[]).includes(key));

function readUpdate(
  reader: MappingReader,
  name: YamlScalar,
  override: Override,
): RuleUpdateItem | undefined {
  for (const { key } of reader.map.entries) {
    const known = REPLACEABLE.includes(key.value);
    if (!known || override.append.has(key.value) || override.replace.has(key.value)) continue;
    const title = `"${key.value}" has no entry under "override", so what to do with it is not said`;
    reader.fail("R019", title, key.span, `add "${key.value}: replace" under "override"`);
  }
  const append = readParts(reader, [...override.append.keys()], true);
  const replace = readParts(reader, [...override.replace.keys()], false);
  return {
    kind: "rule-update",
    name: name.value,
    at: name.span,
    source: readSource(reader),
    append: override.append.size > 0 ? append : undefined,
    replace: override.replace.size > 0 ? replace : undefined,
    deprecatedAppend: undefined,
  };
}

/** `append: true` takes condition and exceptions; Falco ignores the rest of what the item says. */
function readAppend(
  reader: MappingReader,
  name: YamlScalar,
  { deprecatedAppend }: Override,
): RuleUpdateItem | undefined {
  const keys = ["condition", "exceptions"].filter((key) => reader.has(key));
  if (keys.length === 0) {
    const title = `${reader.label} appends neither a condition nor exceptions`;
    const others = REPLACEABLE.filter((key) => reader.has(key));
    const help = others.length === 0
      ? 'add "condition: and …" or "exceptions: […]"'
      : `write override: {${others.map(asOverride).join(", ")}} in place of "append: true"`;
    return reader.fail("R020", title, deprecatedAppend ?? name.span, help);
  }
  for (const key of REPLACEABLE) {
    if (!reader.has(key) || keys.includes(key)) continue;
    reader.report.add({
      code: "R021",
      severity: "warning",
      title: `"append: true" does not look at "${key}", which is ignored`,
      at: reader.keySpan(key),
      help: `write override: {${asOverride(key)}} instead`,
    });
  }
  return {
    kind: "rule-update",
    name: name.value,
    at: name.span,
    source: readSource(reader),
    append: readParts(reader, keys, true),
    replace: undefined,
    deprecatedAppend,
  };
}

function asOverride(key: string): string {
  return `${key}: ${APPENDABLE.includes(key) ? "append" : "replace"}`;
}

/** Of a change the source may be there and say nothing. */
function readSource(reader: MappingReader): string | undefined {
  const value = reader.value("source");
  if (!value || value.kind === "null" || (value.kind === "scalar" && value.value === "")) {
    return undefined;
  }
  return reader.optional("source")?.value;
}

function readParts(reader: MappingReader, keys: readonly string[], append: boolean): RuleParts {
  const parts: { -readonly [Key in keyof RuleParts]: RuleParts[Key] } = {};
  for (const key of keys) {
    if (!reader.has(key)) continue;
    switch (key) {
      case "condition":
      case "output": {
        const scalar = reader.optional(key);
        if (scalar) parts[key] = scalar.text;
        break;
      }
      case "desc": {
        const scalar = reader.optional(key);
        if (scalar) parts.description = scalar.value;
        break;
      }
      case "tags": {
        const tags = reader.scalars(key);
        if (tags) parts.tags = tags.map((tag) => tag.value);
        break;
      }
      case "exceptions":
        parts.exceptions = readExceptions(reader, append);
        break;
      case "priority": {
        const priority = readPriority(reader);
        if (priority) parts.priority = priority;
        break;
      }
      case "capture_duration": {
        const duration = reader.unsigned(key);
        if (duration !== undefined) parts.captureDurationMs = duration;
        break;
      }
      default: {
        const flag = reader.boolean(key);
        if (flag !== undefined) parts[FLAGS[key]!] = flag;
      }
    }
  }
  return parts;
}

type Flag = "enabled" | "capture" | "warnEventTypes" | "skipIfUnknownFilter";
const FLAGS: Readonly<Record<string, Flag>> = {
  enabled: "enabled",
  capture: "capture",
  warn_evttypes: "warnEventTypes",
  "skip-if-unknown-filter": "skipIfUnknownFilter",
};

function readPriority(reader: MappingReader): Priority | undefined {
  const scalar = reader.optional("priority");
  if (!scalar) return undefined;
  const priority = parsePriority(scalar.value);
  if (priority) return priority;
  const title = `"${scalar.value}" is none of the eight priorities`;
  const near = nearestPriority(scalar.value);
  const help = near ? `did you mean "${near}"?` : `they are ${PRIORITIES.join(", ")}`;
  return reader.fail("R012", title, scalar.span, help);
}
