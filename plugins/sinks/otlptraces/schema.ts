/** `type: otlptraces` */
import * as z from "zod";
import { httpKeys, otlpKeys, setting } from "../../../core/mod.ts";

export const schema = z.strictObject({
  ...otlpKeys("traces", "spans"),
  duration: setting.duration({ min: 0, standard: 1000 }).describe(
    "How long spans are said to take: alerts only have a beginning",
  ),
  ...httpKeys,
});

export type OtlpTracesConfig = z.output<typeof schema>;
