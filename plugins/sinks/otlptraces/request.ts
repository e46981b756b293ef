/**
 * Spans as OTLP writes them. Numbers of fields: opentelemetry-proto v1.9 collector/trace/v1, trace/v1.
 */
import {
  attributesJson,
  attributesWire,
  encodeWireMessage,
  type Json,
  jsonText,
} from "../../../core/mod.ts";
import type { Span } from "./span.ts";

/** Who made the spans. */
const SCOPE = "falcod";
/** SPAN_KIND_SERVER, as falcosidekick's. */
const KIND = 2;

export function jsonRequest(spans: readonly Span[], service: string): string {
  return jsonText({
    resourceSpans: [{
      resource: { attributes: attributesJson([["service.name", service]]) },
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
    attributes: attributesJson(attributes),
    events: [{ timeUnixNano: String(timeNs), name: event }],
  };
}

export function protobufRequest(spans: readonly Span[], service: string): Uint8Array {
  return encodeWireMessage({
    1: encodeWireMessage({
      1: encodeWireMessage({ 1: attributesWire([["service.name", service]]) }),
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
    9: attributesWire(span.attributes),
    11: [encodeWireMessage({ 1: { fixed64: span.timeNs }, 2: span.event })],
  });
}
