/** A value as it is written, read as the type of its field. */
import type { YamlNode, YamlScalar } from "../base/yaml.ts";
import type {
  FieldArgument,
  FieldDefinition,
  FieldScalar,
  FieldType,
  FieldValue,
} from "../field/mod.ts";
import { familyOf, readConstant } from "../filter/family.ts";

export type ValueReading =
  | { readonly kind: "value"; readonly value: FieldValue }
  | { readonly kind: "problem"; readonly title: string; readonly help: string | undefined };

/**
 * Nothing (`null`, `~`) says that the event has no such value. Several values are for lists, and for
 * fields that stand for several candidates until an argument picks one.
 */
export function readValue(
  node: YamlNode,
  { name, type, list, candidates }: FieldDefinition,
  argument: FieldArgument,
): ValueReading {
  const several = list === true || (candidates !== undefined && argument === undefined);
  switch (node.kind) {
    case "null":
      return { kind: "value", value: undefined };
    case "scalar": {
      const reading = readScalar(node, type, name);
      return several && reading.kind === "value" ? { ...reading, value: [reading.value] } : reading;
    }
    case "seq":
      return several ? readList(node.items, type, name) : problem(
        `"${name}" has one value, not a list`,
        "write a single value, in quotes where it holds commas or brackets",
      );
    case "map":
      return problem(
        `"${name}" has a value, not a mapping`,
        `keys stand by themselves: ${name}: value`,
      );
    default:
      return node satisfies never;
  }
}

type ScalarReading =
  | { readonly kind: "value"; readonly value: FieldScalar }
  | Extract<ValueReading, { kind: "problem" }>;

function readScalar(
  { value: text, span }: YamlScalar,
  type: FieldType,
  name: string,
): ScalarReading {
  const family = familyOf(type);
  if (family === "opaque") {
    return problem(`"${name}" has no value that can be written down`, "leave it out");
  }
  const literal = { kind: "literal", text, quoted: true, span } as const;
  // What is compared with networks is an address itself.
  const reading = readConstant(literal, family === "network" ? "IPADDR" : type);
  if ("problem" in reading) return problem(`"${name}": ${reading.problem}`, reading.help);
  if (reading.warning !== undefined) {
    return problem(`"${name}": ${text} is out of range`, `the field has type ${type}`);
  }
  return { kind: "value", value: reading.value as FieldScalar };
}

function readList(items: readonly YamlNode[], type: FieldType, name: string): ValueReading {
  const values: FieldScalar[] = [];
  for (const item of items) {
    if (item.kind !== "scalar") {
      return problem(`a value of "${name}" is no single value`, "write [a, b, c]");
    }
    const reading = readScalar(item, type, name);
    if (reading.kind === "problem") return reading;
    values.push(reading.value);
  }
  return { kind: "value", value: values };
}

function problem(title: string, help: string | undefined) {
  return { kind: "problem", title, help } as const;
}
