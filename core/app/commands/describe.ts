/** `falcod describe`: what the rules are made of, as Falco's `-L` and `-l` tell it. */
import type { FieldTable } from "../../field/mod.ts";
import { describeRuleset, type Description, type Ruleset } from "../../rule/mod.ts";
import { escapeUnprintable } from "../../alert/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { allFields } from "../fields.ts";
import { findRule } from "../find_rule.ts";
import type { Host } from "../host.ts";
import { jsonText } from "../json.ts";
import { tellErrors, tellOfOptions } from "../report.ts";
import { prepare } from "../start.ts";
import { type UsedPlugins, usedPlugins } from "../used_plugins.ts";

export interface DescribeRequest {
  /** Only this one, by its name or a part of it. */
  readonly rule: string | undefined;
  /** `configured`: when the configuration wants alerts as JSON. */
  readonly json: boolean | "configured";
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options?: readonly string[];
}

/** Exit code 1 when the rules are not valid, or have no rule of that name. */
export async function describeCommand(request: DescribeRequest, host: Host): Promise<number> {
  const { options = [], json } = request;
  const { report, ruleset, registry, loaded, natives, packages } = await prepare(
    { ...request, options, undelivered: "checked" },
    host,
  );
  if (!ruleset) {
    tellErrors(report, host);
    return EXIT_FAILURE;
  }
  tellOfOptions(report, host);
  const libraries = natives.map(({ plugin }) => plugin);
  const wanted = describeWanted(ruleset, {
    ...request,
    fields: await allFields(registry),
    pluginsOf: usedPlugins({ natives: libraries, packages }),
  });
  if ("missing" in wanted) {
    host.error.write(wanted.missing);
    return EXIT_FAILURE;
  }
  if (json === "configured" ? loaded.config.json_output : json) {
    host.out.write(`${jsonText(wanted)}\n`);
  } else host.out.write(descriptionText(wanted));
  return EXIT_OK;
}

/** All rules, or the one asked for; `missing` says that there is none like that. */
export function describeWanted(
  ruleset: Ruleset,
  request: {
    readonly rule: string | undefined;
    readonly configPath: string | undefined;
    readonly rulePaths: readonly string[];
    readonly fields: FieldTable;
    readonly pluginsOf: UsedPlugins;
  },
): Description | { readonly missing: string } {
  const { rule, fields, pluginsOf } = request;
  const whole = describeRuleset(ruleset, fields, pluginsOf);
  if (rule === undefined) return whole;
  const found = findRule(whole.rules.map(({ info }) => info.name), { ...request, asked: rule });
  return found.kind === "none" ? { missing: found.text } : onlyRule(whole, found.name);
}

/** The rule with the macros and lists it is made of, however deep inside. */
function onlyRule(whole: Description, name: string): Description {
  const rules = whole.rules.filter(({ info }) => info.name === name);
  const macros = new Map(whole.macros.map((macro) => [macro.info.name, macro]));
  const lists = new Map(whole.lists.map((list) => [list.info.name, list]));
  const used = new Set<object>();
  const pending = rules.map(({ details }) => ({ macros: details.macros, lists: details.lists }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const macro of next.macros.flatMap((inner) => macros.get(inner) ?? [])) {
      if (used.has(macro)) continue;
      used.add(macro);
      pending.push(macro.details);
    }
    for (const list of next.lists.flatMap((inner) => lists.get(inner) ?? [])) {
      if (used.has(list)) continue;
      used.add(list);
      pending.push({ macros: [], lists: list.details.lists });
    }
  }
  return {
    ...whole,
    rules,
    macros: whole.macros.filter((macro) => used.has(macro)),
    lists: whole.lists.filter((list) => used.has(list)),
  };
}

/** More events than this are told as a number. */
const MAX_EVENTS = 20;

export function descriptionText({ rules, macros, lists }: Description): string {
  const blocks = [
    ...rules.map(({ info, details }) =>
      block(`rule ${info.name}`, [
        ["description", info.description],
        ["priority", info.priority],
        ["source", info.source],
        ["enabled", info.enabled ? "yes" : "no"],
        ["tags", info.tags.join(" ")],
        ["condition", info.condition],
        ["compiled", details.condition_compiled],
        ["output", details.output_compiled],
        ["exceptions", details.exception_names.join(", ")],
        ["plugins", details.plugins.join(" ")],
        ...conditionRows(details),
      ])
    ),
    ...macros.map(({ info, details }) =>
      block(`macro ${info.name}`, [
        ["condition", info.condition],
        ["compiled", details.condition_compiled],
        ["used", details.used ? "yes" : "no"],
        ...conditionRows(details),
      ])
    ),
    ...lists.map(({ info, details }) =>
      block(`list ${info.name}`, [
        ["items", details.items_compiled.join(", ")],
        ["lists", details.lists.join(" ")],
        ["used", details.used ? "yes" : "no"],
      ])
    ),
  ];
  return blocks.join("\n");
}

type Row = readonly [label: string, value: string];

function conditionRows(details: Omit<Description["macros"][number]["details"], "used">): Row[] {
  const { events } = details;
  return [
    ["fields", details.condition_fields.join(" ")],
    ["operators", details.condition_operators.join(", ")],
    ["macros", details.macros.join(" ")],
    ["lists", details.lists.join(" ")],
    ["events", events.length > MAX_EVENTS ? `${events.length} types` : events.join(" ")],
  ];
}

/** Empty values are left out. */
function block(head: string, rows: readonly Row[]): string {
  const lines = rows.filter(([, value]) => value !== "").map(([label, value]) =>
    `  ${label.padEnd(12)}${escapeUnprintable(value.replace(/\s+/g, " "))}`
  );
  return [escapeUnprintable(head), ...lines].map((line) => `${line}\n`).join("");
}
