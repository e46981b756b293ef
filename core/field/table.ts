/** The tables of all fields, and the way from the text of a rule to an entry. */
import { containerFields } from "./container.ts";
import { containerMountFields } from "./container_mount.ts";
import { evtFields } from "./evt.ts";
import { evtArgFields } from "./evt_arg.ts";
import { evtCountFields } from "./evt_count.ts";
import { evtIoFields } from "./evt_io.ts";
import { evtTimeFields } from "./evt_time.ts";
import { fdFields } from "./fd.ts";
import { fdNetFields } from "./fd_net.ts";
import { fdlistFields } from "./fdlist.ts";
import type { FieldArgument, FieldDefinition, FieldTable } from "./field.ts";
import { fsPathFields } from "./fs_path.ts";
import { k8sFields } from "./k8s.ts";
import { procFields } from "./proc.ts";
import { procAncestorFields } from "./proc_ancestors.ts";
import { procExeFields } from "./proc_exe.ts";
import { procGroupFields } from "./proc_groups.ts";
import { procUsageFields } from "./proc_usage.ts";
import { threadFields } from "./thread.ts";
import { userFields } from "./user.ts";

const COMMON_NAMES: ReadonlySet<string> = new Set([
  "evt.pluginname",
  "evt.plugininfo",
  "evt.source",
  "evt.is_async",
  "evt.asynctype",
  "evt.hostname",
]);

/** Fields of rules with `source: syscall`, in the order `falcod list fields` prints them. */
export const syscallFields: FieldTable = tableOf([
  ...evtTimeFields,
  ...evtFields,
  ...evtArgFields,
  ...evtIoFields,
  ...evtCountFields,
  ...procFields,
  ...procExeFields,
  ...procAncestorFields,
  ...procGroupFields,
  ...procUsageFields,
  ...threadFields,
  ...userFields,
  ...fdFields,
  ...fdNetFields,
  ...fdlistFields,
  ...fsPathFields,
  ...containerFields,
  ...containerMountFields,
  ...k8sFields,
]);

/** Those that events of every source have: upstream's table "All event types". */
export const commonFields: readonly FieldDefinition[] = [...evtTimeFields, ...evtFields].filter((
  { name },
) => /^evt\.(num|time|datetime|rawtime|reltime)(\.|$)/.test(name) || COMMON_NAMES.has(name));

/** Names of a table's fields: for suggestions and completion. */
export function fieldNames(fields: FieldTable): readonly string[] {
  return [...fields.keys()];
}

/** A field as a rule uses it. */
export interface FieldUse {
  /** The entry for this very argument. */
  readonly definition: FieldDefinition;
  /** Text of the argument, wherever it stood. */
  readonly argument: string | undefined;
}

/**
 * Finds what a rule calls `name`, written without brackets; `argument` is the text that stood in them.
 * An argument may also be the end of the name: `evt.arg.flags` is `evt.arg` with "flags".
 * Whether the argument is needed, or allowed, is for the caller to check.
 */
export function findField(
  fields: FieldTable,
  name: string,
  argument?: string,
): FieldUse | undefined {
  const exact = fields.get(name);
  if (exact !== undefined) return use(exact, argument);
  if (argument !== undefined || name.endsWith(".")) return undefined;
  for (let dot = name.lastIndexOf("."); dot > 0; dot = name.lastIndexOf(".", dot - 1)) {
    const field = fields.get(name.slice(0, dot));
    if (field === undefined) continue;
    return field.argument?.dotted ? use(field, name.slice(dot + 1)) : undefined;
  }
  return undefined;
}

function use(field: FieldDefinition, argument: string | undefined): FieldUse {
  const specialize = argument === undefined ? undefined : field.specialize;
  return { definition: specialize?.(argument!) ?? field, argument };
}

/** Why an argument cannot be; `title` is a sentence that names the field. */
export interface ArgumentProblem {
  readonly kind: "problem";
  readonly title: string;
  readonly help: string;
}

const INDEX = /^\d{1,9}$/;
const SIGNED_INDEX = /^[+-]?\d{1,9}$/;
/** As Falco keeps it that a field has no argument. */
const NO_INDEX = -1;

/** What `extract` takes for the text in brackets (absent: none were written), or what is wrong. */
export function readArgument(
  { name, argument: rule }: FieldDefinition,
  text: string | undefined,
): { readonly kind: "argument"; readonly value: FieldArgument } | ArgumentProblem {
  const problem = (title: string, help: string) => ({ kind: "problem", title, help }) as const;
  if (text === undefined) {
    if (!rule?.required) return { kind: "argument", value: undefined };
    const isBehindDot = rule.dotted === "rather" || rule.dotted === "only";
    if (isBehindDot) return problem(`"${name}" needs a name behind it`, `write ${name}.name`);
    const example = rule.example ?? (rule.kind === "index" ? "0" : "name");
    return problem(`"${name}" needs an argument in brackets`, `write ${name}[${example}]`);
  }
  if (!rule) return problem(`"${name}" takes no argument`, `write ${name}`);
  const isIndex = (rule.signed ? SIGNED_INDEX : INDEX).test(text);
  if (rule.kind === "index" && !isIndex) {
    return problem(`"${name}" takes a number, not "${text}"`, `write ${name}[0]`);
  }
  const complaint = rule.check?.(text);
  if (complaint !== undefined) {
    return problem(`"${name}": ${complaint}`, `falcod list fields ${name} explains it`);
  }
  if (!isIndex || rule.kind === "key") return { kind: "argument", value: text };
  const index = Number(text);
  return { kind: "argument", value: rule.signed && index === NO_INDEX ? undefined : index };
}

/** Throws when two have the same name. */
export function tableOf(definitions: readonly FieldDefinition[]): FieldTable {
  const table = new Map(definitions.map((definition) => [definition.name, definition]));
  if (table.size !== definitions.length) throw new Error("two fields have the same name");
  return table;
}
