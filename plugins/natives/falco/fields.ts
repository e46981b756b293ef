/** Fields of a plugin as rules know fields. */
import {
  defineField,
  type Event,
  type FieldDefinition,
  type FieldType,
} from "../../../core/mod.ts";
import type { FieldValue, PluginField, PluginFieldType } from "../../../ffi/c_plugin/mod.ts";

const TYPES: Readonly<Record<PluginFieldType, FieldType>> = {
  string: "CHARBUF",
  uint64: "UINT64",
  bool: "BOOL",
  reltime: "RELTIME",
  abstime: "ABSTIME",
  ipaddr: "IPADDR",
  ipnet: "IPNET",
};

/** An index as Falco takes it: without leading zeros, of 64 bits. */
const INDEX = /^(?:0|[1-9]\d{0,18})$/;

/** `ask` is asked for the value of a field of the event that is being judged. */
export function definitionOf(
  field: PluginField,
  ask: (event: Event, field: PluginField, argument: number | string | undefined) => FieldValue,
): FieldDefinition {
  const { name, type, description, isList, isSuggested, argument } = field;
  return defineField({
    name,
    type: TYPES[type],
    summary: summaryOf(description),
    ...isList && { list: true },
    ...isSuggested && { suggested: true },
    ...argument && { argument: argumentOf(argument) },
    format: "decimal",
    extract: (event, _state, given) => ask(event, field, given),
  });
}

function argumentOf(
  argument: NonNullable<PluginField["argument"]>,
): NonNullable<FieldDefinition["argument"]> {
  if (argument.kind !== "index") return argument;
  return {
    ...argument,
    check: (text) => INDEX.test(text) ? undefined : `"${text}" is no index: a number from 0 on`,
  };
}

/** One line. */
function summaryOf(description: string): string {
  return description.replaceAll(/\s+/g, " ").trim().replace(/\.$/, "").slice(0, 500);
}
