/** Falco's own keys, so that falco.yaml is handed over as it stands. */
import * as z from "zod";

export const schema = z.object({
  json_include_output_property: z.boolean().default(true),
  json_include_tags_property: z.boolean().default(true),
  json_include_message_property: z.boolean().default(false),
  json_include_output_fields_property: z.boolean().default(true),
  time_format_iso_8601: z.boolean().default(false),
});

export type JsonConfig = z.infer<typeof schema>;
