/** Fields that a configuration adds to `output_fields` of alerts and not to their message. */
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
    render(event, state) {
      const added = extraFields.map(({ template }) => template.render(event, state));
      return withFields(output.render(event, state), extraFields, added);
    },
    renderLater(event, state) {
      const render = output.renderLater(event, state);
      const renders = extraFields.map(({ template }) => template.renderLater(event, state));
      return (later) => withFields(render(later), extraFields, renders.map((each) => each(later)));
    },
  };
}

function withFields(
  { message, fields }: RenderedOutput,
  extraFields: readonly ExtraField[],
  added: readonly RenderedOutput[],
): RenderedOutput {
  const all = new Map(fields);
  for (const [index, extra] of extraFields.entries()) {
    all.set(extra.key, valueOf(extra, added[index]!));
  }
  return { message, fields: all };
}

function valueOf({ key, kind }: ExtraField, { message, fields }: RenderedOutput): OutputValue {
  return kind === "text" ? unescapeText(message) : fields.get(key) ?? null;
}
