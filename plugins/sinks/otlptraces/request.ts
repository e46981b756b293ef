/**
 * Spans as OTLP writes them. Numbers of fields: opentelemetry-proto v1.9 collector/trace/v1, trace/v1,
 * common/v1.
 */
import { encodeWireMessage, type Json, jsonText } from "../../../core/mod.ts";
import type { Span } from "./span.ts";

/** Who made the spans. */
const SCOPE = "falcod";
/** SPAN_KIND_SERVER, as falcosidekick's. */
const KIND = 2;

export function jsonRequest(spans: readonly Span[], service: string): string {
  return jsonText({
    resourceSpans: [{
      resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
      scopeSpans: [{ scope: { name: SCOPE }, spans: spans.map(spanJson) }],
    }],
  });
}

function spanJson({ traceId, spanId, name, timeNs, endNs, event, attributes }: Span): Json {
  return {
    traceId,
    spanId,
    name,
    kind: KIND,
    startTimeUnixNano: String(timeNs),
    endTimeUnixNano: String(endNs),
    attributes: attributes.map(([key, value]) => ({
      key,
      value: typeof value === "string"
        ? { stringValue: value }
        : { arrayValue: { values: value.map((text) => ({ stringValue: text })) } },
    })),
    events: [{ timeUnixNano: String(timeNs), name: event }],
  };
}

export function protobufRequest(spans: readonly Span[], service: string): Uint8Array {
  return encodeWireMessage({
    1: encodeWireMessage({
      1: encodeWireMessage({ 1: [attributeWire(["service.name", service])] }),
      2: encodeWireMessage({ 1: encodeWireMessage({ 1: SCOPE }), 2: spans.map(spanWire) }),
    }),
  });
}

function spanWire(span: Span): Uint8Array {
  return encodeWireMessage({
    1: Uint8Array.fromHex(span.traceId),
    2: Uint8Array.fromHex(span.spanId),
    5: span.name,
    6: KIND,
    7: { fixed64: span.timeNs },
    8: { fixed64: span.endNs },
    9: span.attributes.map(attributeWire),
    11: [encodeWireMessage({ 1: { fixed64: span.timeNs }, 2: span.event })],
  });
}

function attributeWire([key, value]: Span["attributes"][number]): Uint8Array {
  const wire = typeof value === "string" ? encodeWireMessage({ 1: value }) : encodeWireMessage({
    5: encodeWireMessage({ 1: value.map((text) => encodeWireMessage({ 1: text })) }),
  });
  return encodeWireMessage({ 1: key, 2: wire });
}
