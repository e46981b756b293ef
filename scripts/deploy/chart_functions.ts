/** The functions of Helm and Sprig that the chart uses. Facts: helm.sh/docs/chart_template_guide. */
import { dirname } from "node:path/posix";
import { parse, stringify } from "yaml";
import { type Functions, isTrue, TemplateError, type Value } from "./go_template.ts";

function toYaml(value: Value): string {
  return stringify(value ?? {}, {
    sortMapEntries: true,
    lineWidth: 0,
    aliasDuplicateObjects: false,
  })
    .trimEnd();
}

function indent(spaces: Value, text: Value): string {
  return String(text).split("\n").map((line) => " ".repeat(Number(spaces)) + line).join("\n");
}

/** `>=1.30-0`: that version or a later one. */
function isAtLeast(range: Value, version: Value): boolean {
  const [, major, minor] = /^>=(\d+)\.(\d+)(?:\.0)?-0$/.exec(String(range)) ?? [];
  const [, is, isMinor] = /^v?(\d+)\.(\d+)/.exec(String(version)) ?? [];
  if (major === undefined || is === undefined) {
    throw new TemplateError(`semverCompare of "${range}" and "${version}" is not known`);
  }
  return Number(is) > Number(major) || is === major && Number(isMinor) >= Number(minor);
}

type Mapping = Record<string, Value>;

function printf(format: Value, ...values: Value[]): string {
  return String(format).replace(/%([sdvq])/g, (_, verb: string) => {
    const value = values.shift();
    return verb === "q" ? JSON.stringify(String(value)) : String(value);
  });
}

export const CHART_FUNCTIONS: Functions = {
  // The first that decides, which may be nothing.
  and: (...values) => [...values.slice(0, -1).filter((one) => !isTrue(one)), values.at(-1)][0],
  append: (list, value) => [...list as Value[], value],
  concat: (...lists) => (lists as Value[][]).flat(),
  contains: (part, text) => String(text).includes(String(part)),
  default: (standard, value) => isTrue(value) ? value : standard,
  deepCopy: (value) => structuredClone(value),
  dict: (...pairs) =>
    Object.fromEntries(
      pairs.flatMap((key, i) => i % 2 === 0 ? [[String(key), pairs[i + 1]]] : []),
    ),
  dir: (path) => dirname(String(path)),
  eq: (value, other) => value === other,
  fail: (message) => {
    throw new TemplateError(String(message));
  },
  fromYaml: (text) => parse(String(text)) as Value,
  fromYamlArray: (text) => parse(String(text)) as Value,
  get: (map, key) => (map as Record<string, Value>)[String(key)] ?? "",
  has: (value, list) => (list as Value[]).includes(value),
  hasKey: (map, key) => Object.hasOwn(map as Mapping, String(key)),
  list: (...values) => values,
  nindent: (spaces, text) => `\n${indent(spaces, text)}`,
  not: (value) => !isTrue(value),
  or: (...values) => values.find(isTrue) ?? values.at(-1),
  printf,
  quote: (value) => JSON.stringify(String(value ?? "")),
  replace: (from, to, text) => String(text).replaceAll(String(from), String(to)),
  semverCompare: isAtLeast,
  // Sprig's changes the map, too; charts give it copies.
  set: (map, key, value) => Object.assign(map as Mapping, { [String(key)]: value }),
  ternary: (yes, no, condition) => isTrue(condition) ? yes : no,
  toYaml,
  trim: (text) => String(text).trim(),
  trimSuffix: (suffix, text) =>
    String(text).endsWith(String(suffix))
      ? String(text).slice(0, -String(suffix).length)
      : String(text),
  trunc: (length, text) => String(text).slice(0, Number(length)),
  uniq: (list) => [...new Set(list as Value[])],
};
