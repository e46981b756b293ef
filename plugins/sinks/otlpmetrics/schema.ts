/** `type: otlpmetrics` */
import * as z from "zod";
import { httpKeys, otlpKeys, setting } from "../../../core/mod.ts";

const { duration, listOf, word } = setting;

export const schema = z.strictObject({
  ...otlpKeys("metrics", "counts"),
  extra_attributes: listOf(word().min(1, { error: "names of fields" })).describe(
    "Fields that alerts are counted by, too; dots and the like in their names become _",
  ),
  interval: duration({ min: 0, max: 3_600_000, standard: 60_000 }).describe(
    "How often counts are told while there are no alerts, so that nobody takes them for gone; 0: never",
  ),
  ...httpKeys,
});

export type OtlpMetricsConfig = z.output<typeof schema>;
