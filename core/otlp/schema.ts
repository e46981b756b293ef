/** Settings of sinks that speak OpenTelemetry's protocol. */
import type { z } from "zod";
import { type HttpSettings, webAddress } from "../http/schema.ts";
import { oneOf, text } from "../plugin/schema.ts";

/** Beside `httpKeys`. `items`: what is sent, as "log records". */
export const otlpKeys = (signal: "logs" | "traces" | "metrics", items: string) => ({
  endpoint: webAddress().describe(
    `Address of the collector; without a path, /v1/${signal} is where ${signal} go`,
  ),
  protocol: oneOf(["http/protobuf", "http/json"], "http/protobuf", {
    grpc: "gRPC is not spoken: collectors take the same by HTTP, mostly at port 4318",
  }).describe(`How ${items} are written`),
  service: text("falco").describe(`service.name of the resource that the ${items} are of`),
});

export type OtlpSettings =
  & z.output<z.ZodObject<ReturnType<typeof otlpKeys>>>
  & HttpSettings;
