/**
 * Counts as OTLP writes them. Numbers of fields: opentelemetry-proto v1.9 collector/metrics/v1, metrics/v1.
 */
import {
  type Attributes,
  attributesJson,
  attributesWire,
  encodeWireMessage,
  jsonText,
  type OtlpBodies,
} from "../../../core/mod.ts";
import type { Counts } from "./counts.ts";

/** As falcosidekick's. */
const NAME = "falcosecurity_falco_rules_matches_total";
const DESCRIPTION = "Number of times rules match";
const SCOPE = "falcod";
/** AGGREGATION_TEMPORALITY_CUMULATIVE: since the start, so that nothing is counted twice. */
const CUMULATIVE = 2;

export interface CountTimes {
  readonly startNs: bigint;
  readonly nowNs: bigint;
}

export function metricsRequest(
  counts: Counts,
  service: string,
  { startNs, nowNs }: CountTimes,
): OtlpBodies {
  const resource: Attributes = [["service.name", service]];
  return {
    json: () =>
      jsonText({
        resourceMetrics: [{
          resource: { attributes: attributesJson(resource) },
          scopeMetrics: [{
            scope: { name: SCOPE },
            metrics: [{
              name: NAME,
              description: DESCRIPTION,
              sum: {
                dataPoints: [...counts.values()].map(({ attributes, count }) => ({
                  attributes: attributesJson(attributes),
                  startTimeUnixNano: String(startNs),
                  timeUnixNano: String(nowNs),
                  asInt: String(count),
                })),
                aggregationTemporality: CUMULATIVE,
                isMonotonic: true,
              },
            }],
          }],
        }],
      }),
    protobuf: () => {
      const points = [...counts.values()].map(({ attributes, count }) =>
        encodeWireMessage({
          2: { fixed64: startNs },
          3: { fixed64: nowNs },
          6: { fixed64: BigInt(count) },
          7: attributesWire(attributes),
        })
      );
      const metric = encodeWireMessage({
        1: NAME,
        2: DESCRIPTION,
        7: encodeWireMessage({ 1: points, 2: CUMULATIVE, 3: 1 }),
      });
      return encodeWireMessage({
        1: encodeWireMessage({
          1: encodeWireMessage({ 1: attributesWire(resource) }),
          2: encodeWireMessage({ 1: encodeWireMessage({ 1: SCOPE }), 2: metric }),
        }),
      });
    },
  };
}
