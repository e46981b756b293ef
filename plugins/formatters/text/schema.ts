/** Falco's own keys, so that falco.yaml is handed over as it stands. */
import * as z from "zod";

export const schema = z.object({
  time_format_iso_8601: z.boolean().default(false),
});

export type TextConfig = z.infer<typeof schema>;
