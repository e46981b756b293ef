/** `type: otlplogs` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { oneOf, text, texts } = setting;

export const schema = z.strictObject({
  endpoint: webAddress().describe(
    "Address of the collector; without a path, /v1/logs is where logs go",
  ),
  protocol: oneOf(["http/protobuf", "http/json"], "http/protobuf").describe(
    "How log records are written",
  ),
  service: text("falco").describe("service.name of the resource that the logs are of"),
  resource_attributes: texts().describe("Further attributes of the resource"),
  ...httpKeys,
});

export type OtlpLogsConfig = z.output<typeof schema>;
