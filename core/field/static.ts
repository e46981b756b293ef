/** static.…: what falco.yaml says under `static_fields`, the same for every event. */
import { defineField, type FieldDefinition } from "./field.ts";

/** A field `static.NAME` for every entry; Falco, too, suggests them for outputs, sorted by name. */
export function staticFields(values: Readonly<Record<string, string>>): FieldDefinition[] {
  return Object.keys(values).sort().map((name) =>
    defineField({
      name: `static.${name}`,
      type: "CHARBUF",
      summary: "Set in the configuration, under static_fields",
      suggested: true,
      extract: () => values[name],
    })
  );
}
