/** Settings of sinks that speak OpenTelemetry's protocol. */
import type { z } from "zod";
import { type HttpSettings, webAddress } from "../http/schema.ts";
import { oneOf, text } from "../plugin/schema.ts";

/** Beside `httpKeys`. `items`: what is sent, as "log records". */
export const otlpKeys = (signal: "logs" | "traces" | "metrics", items: string) => ({
  endpoint: webAddress().describe(
    `Address of the collector; without a path, /v1/${signal} is where ${signal} go. With grpc the path means nothing, and the port of http:// is 4317 where it says none`,
  ),
  protocol: oneOf(["http/protobuf", "http/json", "grpc"], "http/protobuf").describe(
    `How ${items} are written and sent`,
  ),
  service: text("falco").describe(`service.name of the resource that the ${items} are of`),
});

export type OtlpSettings =
  & z.output<z.ZodObject<ReturnType<typeof otlpKeys>>>
  & HttpSettings;
