/** `append_output:` of falco.yaml, in the terms of the rule loader. */
import { SourceText } from "../base/mod.ts";
import type { ExtraFieldText, ExtraOutput } from "../rule/mod.ts";
import type { Config } from "./config/schema.ts";

/** In the order written; the texts are named after the keys they stand under. */
export function extraOutputs(entries: Config["append_output"]): ExtraOutput[] {
  return entries.map(({ match, extra_output, extra_fields, suggested_output }, index) => {
    const place = `append_output[${index}]`;
    return {
      source: match?.source,
      rule: match?.rule,
      tags: match?.tags ?? [],
      text: extra_output ? new SourceText(`<${place}.extra_output>`, extra_output) : undefined,
      suggested: suggested_output,
      fields: extra_fields.flatMap((field) => fieldTexts(field, `<${place}.extra_fields>`)),
    };
  });
}

/** A name stands for the field's value, a mapping of a name to an output for text. */
function fieldTexts(
  field: Config["append_output"][number]["extra_fields"][number],
  place: string,
): ExtraFieldText[] {
  if (typeof field === "string") {
    return [{ key: field, kind: "field", text: new SourceText(place, `%${field}`) }];
  }
  return Object.entries(field).filter(([, text]) => text !== "").map(([key, text]) => ({
    key,
    kind: "text",
    text: new SourceText(place, text),
  }));
}
