/** Numbers that a plugin tells of itself. Facts: falcosecurity/libs userspace/plugin/plugin_types.h (3.12). */
import { copyAt, pointerTo, textAt } from "./memory.ts";

export interface PluginMetric {
  readonly name: string;
  /** It only grows. */
  readonly isCounter: boolean;
  readonly value: number | bigint;
}

/** ss_plugin_metric: 0 name | 8 i32 type | 16 value | 24 i32 type of the value, padded */
const METRIC_BYTES = 32, TYPE_AT = 8, VALUE_AT = 16, VALUE_TYPE_AT = 24;
const MONOTONIC = 0;
const MAX_METRICS = 1000, MAX_NAME_BYTES = 256;

/** In the order of ss_plugin_metric_value_type. */
const READERS: readonly ((view: DataView, at: number) => number | bigint)[] = [
  (view, at) => view.getUint32(at, true),
  (view, at) => view.getInt32(at, true),
  (view, at) => view.getBigUint64(at, true),
  (view, at) => view.getBigInt64(at, true),
  (view, at) => view.getFloat64(at, true),
  (view, at) => view.getFloat32(at, true),
  (view, at) => view.getInt32(at, true),
];

/** Copies; what has no name, or a value of no known type, is left out, and what is beyond the bound. */
export function metricsAt(pointer: Deno.PointerValue, count: number): readonly PluginMetric[] {
  if (pointer === null || count === 0) return [];
  const bytes = copyAt(pointer, Math.min(count, MAX_METRICS) * METRIC_BYTES);
  const view = new DataView(bytes.buffer);
  const metrics: PluginMetric[] = [];
  for (let at = 0; at < bytes.length; at += METRIC_BYTES) {
    const name = textAt(pointerTo(view.getBigUint64(at, true)), MAX_NAME_BYTES)
      ?.replace(/[^\x21-\x7e]/g, "_");
    const read = READERS[view.getInt32(at + VALUE_TYPE_AT, true)];
    const value = read?.(view, at + VALUE_AT);
    if (!name || value === undefined || typeof value === "number" && !Number.isFinite(value)) {
      continue;
    }
    metrics.push({ name, isCounter: view.getInt32(at + TYPE_AT, true) === MONOTONIC, value });
  }
  return metrics;
}
