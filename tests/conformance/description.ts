/** What Falco tells about loaded rules (`falco_describe_results`), held against what falcod tells. */
import { syscallFields } from "../../core/field/mod.ts";
import { describeRuleset, type Description, type Ruleset } from "../../core/rule/mod.ts";

export type { Description };

type Plugin = Description["required_plugin_versions"][number];

/** Listed by Falco for rules, whatever their condition: no rule sees them. */
const NO_EVENTS = ["asyncevent", "NA"];

/** The first thing that differs. */
export function compareDescription(ruleset: Ruleset, theirs: Description): string | undefined {
  const ours = describeRuleset(ruleset, syscallFields);
  return [...differences(ours, theirs)].find((text) => text !== undefined);
}

function* differences(ours: Description, theirs: Description): Generator<string | undefined> {
  yield differ(
    "required_engine_version",
    ours.required_engine_version,
    theirs.required_engine_version,
  );
  yield differ(
    "required_plugin_versions",
    ours.required_plugin_versions.map(pluginText),
    theirs.required_plugin_versions.map(pluginText),
  );
  yield differ("rules", ours.rules.map(nameOf), theirs.rules.map(nameOf));
  for (const [i, rule] of theirs.rules.entries()) {
    const name = nameOf(rule);
    const own = ours.rules[i]!;
    yield* differInfo(`rule "${name}"`, own.info, trimmed(rule.info));
    yield* differDetails(`rule "${name}"`, part(own.details), part(rule.details));
  }
  for (const macro of theirs.macros) {
    const own = ours.macros.find((candidate) => nameOf(candidate) === nameOf(macro));
    if (!own) yield `no macro "${nameOf(macro)}"`;
    else {
      yield* differInfo(`macro "${nameOf(macro)}"`, own.info, trimmed(macro.info));
      yield* differDetails(`macro "${nameOf(macro)}"`, part(own.details), part(macro.details));
    }
  }
  for (const list of theirs.lists) {
    const own = ours.lists.find((candidate) => nameOf(candidate) === nameOf(list));
    if (!own) yield `no list "${nameOf(list)}"`;
    else {
      yield* differInfo(`list "${nameOf(list)}"`, own.info, list.info);
      yield* differDetails(`list "${nameOf(list)}"`, own.details, list.details);
    }
  }
}

type Part = Readonly<Record<string, unknown>>;

/** An interface is no record to the compiler. */
const part = (value: object): Part => ({ ...value });

function* differInfo(of: string, ours: Part, theirs: Part): Generator<string | undefined> {
  for (const [key, value] of Object.entries(theirs)) {
    yield differ(`${key} of ${of}`, inOrder(key, ours[key]), inOrder(key, value));
  }
}

function* differDetails(of: string, ours: Part, theirs: Part): Generator<string | undefined> {
  for (const [key, value] of Object.entries(theirs)) {
    // Falco's container fields come from a plugin.
    if (key === "plugins") continue;
    // Falco overlooks lists with blanks in their names, and tells of events no rule sees.
    // Formats of append_output count as fields there, and names in them here.
    if (["events", "lists", "output_fields"].includes(key)) {
      const missing = (value as readonly string[])
        .filter((name) => !(ours[key] as readonly string[]).includes(name))
        .filter((name) => !NO_EVENTS.includes(name) && !name.includes("%"));
      if (missing.length > 0) yield `${key} of ${of} lack ${missing.slice(0, 10)}`;
    } else yield differ(`${key} of ${of}`, inOrder(key, ours[key]), inOrder(key, value));
  }
}

/** Falco's order is that of a hash table, except of items. */
function inOrder(key: string, value: unknown): unknown {
  return Array.isArray(value) && !key.startsWith("items") ? [...value].sort() : value;
}

function trimmed(info: Part): Part {
  return Object.fromEntries(
    Object.entries(info).map(([key, value]) => [
      key,
      key !== "name" && typeof value === "string" ? value.trim() : value,
    ]),
  );
}

function pluginText({ name, version, alternatives }: Plugin): string {
  return [{ name, version }, ...alternatives].map((one) => `${one.name} ${one.version}`).join(
    " or ",
  );
}

function nameOf({ info }: { readonly info: { readonly name: string } }): string {
  return info.name;
}

function differ(what: string, ours: unknown, theirs: unknown): string | undefined {
  const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return a === b ? undefined : `${what} is ${a}, Falco ${b}`;
}
