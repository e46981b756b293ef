import { jsonString, outputValueJson } from "../alert/mod.ts";

export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly Json[]
  | { readonly [key: string]: Json };

/** As `JSON.stringify`, and integers in full, broken UTF-8 as U+FFFD, on one harmless line. */
export function jsonText(value: Json): string {
  if (value === undefined || value === null) return "null";
  if (typeof value !== "object") return outputValueJson(value);
  if (isList(value)) return `[${value.map(jsonText).join(",")}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${jsonString(key)}:${jsonText(member)}`).join(",")}}`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
