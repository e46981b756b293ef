/** `sinks:` in falco.yaml: keys that every sink takes; those of its type are the plugin's. */
import { z } from "zod";
import { PRIORITIES, type Priority } from "../../alert/mod.ts";
import type { DeliveryTarget } from "../../delivery/mod.ts";
import { nearestPriority, parsePriority } from "../../rule/priority.ts";
import { duration, oneOf, section, whole, word } from "./_types.ts";

/** A rule priority in any case; "info" is short for "informational". */
export const priority = word().transform((given, context): Priority => {
  const found = parsePriority(given);
  if (found) return found;
  const message = `one of ${PRIORITIES.join(", ").toLowerCase()}`;
  const meant = nearestPriority(given)?.toLowerCase();
  context.issues.push({ code: "custom", message, input: given, params: { meant } });
  return z.NEVER;
}).default("Debug");

/** How alerts look at a sink. */
export const FORMATS = ["standard", "json", "text"] as const;

const commonKeys = {
  minimum_priority: priority.describe("Alerts of rules below this priority stay away"),
  format: oneOf(FORMATS, "standard").describe(
    "Lines as JSON or text; standard: as suits the sink, or as json_output says",
  ),
  queue: section({
    capacity: whole({ min: 1, max: 10_000_000, standard: 10_000 })
      .describe("Alerts that may wait"),
    max_size_mb: whole({ min: 1, max: 4096, standard: 16 }).describe("Text that may wait"),
  }).describe("What waits for the sink in memory; what does not fit is dropped and counted"),
  batch: section({
    size: whole({ min: 0, max: 10_000, standard: 0 })
      .describe("Alerts sent at once at most; 0: as many as suit the sink"),
    interval: duration({ max: 3_600_000, standard: 0 })
      .describe("How long the first alert of a batch waits for others"),
  }).describe("How alerts are sent together"),
  timeout: duration({ min: 1, max: 3_600_000, standard: 10_000 })
    .describe("How long a batch may take until it counts as failed"),
  retry: section({
    attempts: whole({ min: 0, max: 1_000_000, standard: 10 })
      .describe("Further tries after the first"),
    first: duration({ min: 1, max: 3_600_000, standard: 1000 })
      .describe("Wait before the first of them; doubles from one to the next"),
    most: duration({ min: 1, max: 86_400_000, standard: 60_000 })
      .describe("Longest wait between two tries"),
  }).describe("What happens to a batch that fails"),
};

/** Names of the keys that every sink takes, beside those of its plugin. */
export const COMMON_KEYS: readonly string[] = ["name", "type", ...Object.keys(commonKeys)];

/** One of `sinks`; keys of its plugin are let through. */
export const sinkEntry = z.looseObject({
  type: word(),
  name: word().optional(),
  ...commonKeys,
}, { error: "a mapping with type" });

export type SinkEntry = z.output<typeof sinkEntry>;

/** What the delivery does for a sink; what is absent is as the delivery's standard has it. */
export interface SinkOptions extends Pick<DeliveryTarget, "retry" | "timeoutMs" | "limits"> {
  /** Absent: all. */
  readonly minimumPriority?: Priority;
}

export function sinkOptions(entry: SinkEntry): SinkOptions {
  const { minimum_priority, queue, batch, timeout, retry } = entry;
  return {
    minimumPriority: minimum_priority,
    limits: {
      capacity: queue.capacity,
      capacityUnits: queue.max_size_mb << 20,
      ...batch.size > 0 && { batchSize: batch.size },
      ...batch.interval > 0 && { gatherMs: batch.interval },
    },
    timeoutMs: timeout,
    retry: { attempts: retry.attempts, firstMs: retry.first, mostMs: retry.most },
  };
}

/** The plugin's own keys. */
export function pluginKeys(entry: SinkEntry): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !COMMON_KEYS.includes(key)));
}
