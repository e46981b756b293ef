/** `type: otlplogs` */
import * as z from "zod";
import { httpKeys, otlpKeys, setting } from "../../../core/mod.ts";

export const schema = z.strictObject({
  ...otlpKeys("logs", "log records"),
  resource_attributes: setting.texts().describe("Further attributes of the resource"),
  ...httpKeys,
});

export type OtlpLogsConfig = z.output<typeof schema>;
