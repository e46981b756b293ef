/** `type: otlptraces` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { duration, oneOf, text } = setting;

export const schema = z.strictObject({
  endpoint: webAddress().describe(
    "Address of the collector; without a path, /v1/traces is where traces go",
  ),
  protocol: oneOf(["http/protobuf", "http/json"], "http/protobuf").describe(
    "How spans are written",
  ),
  service: text("falco").describe("service.name of the resource that the spans are of"),
  duration: duration({ min: 0, standard: 1000 }).describe(
    "How long spans are said to take: alerts only have a beginning",
  ),
  ...httpKeys,
});

export type OtlpTracesConfig = z.output<typeof schema>;
