/**
 * OpenTelemetry's protocol over HTTP and gRPC: what the sinks for logs, traces and metrics share. A sink
 * says what its request is in JSON and in protocol buffers; an `OtlpTarget` sends the one that was asked
 * for and tells what the collector did not take.
 */
export { otlpKeys, type OtlpSettings } from "./schema.ts";
export { type OtlpBodies, type OtlpSignal, OtlpSink, OtlpTarget } from "./sink.ts";
export { type Attributes, attributesJson, attributesWire } from "./attributes.ts";
