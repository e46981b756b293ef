/** Fields that a configuration adds to `output_fields` of alerts and not to their message. */
import type { Event } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import type { OutputValue } from "./alert.ts";
import { unescapeText } from "./escape.ts";
import type { OutputTemplate, RenderedOutput } from "./template.ts";

export interface ExtraField {
  /** Its name in `output_fields`. */
  readonly key: string;
  /** `field`: the value of the one field in the template, in its own type; `text`: the whole text. */
  readonly kind: "field" | "text";
  readonly template: OutputTemplate;
}

/** The same output, with further entries in `fields`; one of the same name is replaced. */
export function withExtraFields(
  output: OutputTemplate,
  extraFields: readonly ExtraField[],
): OutputTemplate {
  if (extraFields.length === 0) return output;
  const templates = [output, ...extraFields.map(({ template }) => template)];
  return {
    source: output.source,
    fields: [...new Set(templates.flatMap(({ fields }) => fields))],
    uses: output.uses,
    extraFields,
    render(event, state): RenderedOutput {
      const { message, fields } = output.render(event, state);
      const all = new Map(fields);
      for (const extra of extraFields) all.set(extra.key, valueOf(extra, event, state));
      return { message, fields: all };
    },
  };
}

function valueOf({ key, kind, template }: ExtraField, event: Event, state: State): OutputValue {
  const { message, fields } = template.render(event, state);
  return kind === "text" ? unescapeText(message) : fields.get(key) ?? null;
}
