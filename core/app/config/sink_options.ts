/** `sinks:` in falco.yaml: keys that every sink takes; those of its type are the plugin's. */
import * as z from "zod";
import { PRIORITIES, type Priority } from "../../alert/mod.ts";
import type { Report, SourceText } from "../../base/mod.ts";
import {
  addFields,
  addTags,
  compileField,
  compileMatch,
  compileMessage,
  type DeliveryTarget,
  type SpoolOptions,
} from "../../delivery/mod.ts";
import { nearestPriority, parsePriority, reaches } from "../../rule/priority.ts";
import { duration, flag, listOf, section, text, texts, whole, word } from "./_types.ts";
import { type Environment, variableIn } from "./environment.ts";
import { type ConfigPath, type MappingNode, nodeAt, placeOf, textOf } from "./tree.ts";

const PRIORITY = `one of ${PRIORITIES.join(", ").toLowerCase()}`;

/** A rule priority in any case; "info" is short for "informational". */
export const priority = word(PRIORITY).transform((given, context): Priority => {
  const found = parsePriority(given);
  if (found) return found;
  const meant = nearestPriority(given)?.toLowerCase();
  context.issues.push({ code: "custom", message: PRIORITY, input: given, params: { meant } });
  return z.NEVER;
}).default("Debug");

/** How alerts look at a sink. */
export const FORMATS = ["standard", "json", "text"] as const;

const SPOOL_FOLDER = "/var/lib/falcod/spool";

const commonKeys = {
  minimum_priority: priority.describe("Alerts of rules below this priority stay away"),
  format: text("standard").describe(
    "Lines as json or text, or what a formatter of that name makes; standard: what suits the sink, or what json_output says",
  ),
  match: word().optional().describe(
    "Condition that alerts have to meet, for example alert.priority >= warning and container.id != host",
  ),
  template: word().optional().describe(
    "Text of the message in place of the rule's output, for example %alert.rule on %alert.hostname",
  ),
  custom_fields: texts().describe(
    "Fields added to output_fields; %NAME is what the environment has as NAME",
  ),
  templated_fields: texts().describe(
    "Fields added to output_fields that are made of the alert, for example %proc.name on %alert.hostname",
  ),
  custom_tags: listOf(word()).describe("Tags added to those of the rule"),
  queue: section({
    capacity: whole({ min: 1, max: 10_000_000, standard: 10_000 })
      .describe("Alerts that may wait"),
    max_size_mb: whole({ min: 1, max: 4096, standard: 16 }).describe("Text that may wait"),
  }).describe("What waits for the sink in memory; what does not fit is dropped and counted"),
  batch: section({
    size: whole({ min: 0, max: 10_000, standard: 0 })
      .describe("Alerts sent at once at most; 0: as many as suit the sink"),
    interval: duration({ max: 3_600_000, standard: 0 })
      .describe("How long the first alert of a batch waits for others; 0: not at all"),
  }).describe("How alerts are sent together"),
  max_concurrency: whole({ min: 1, max: 64, standard: 1 })
    .describe("Batches under way at once; more than 1: alerts may arrive out of order"),
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
  spool: section({
    enabled: flag(false).describe(
      "Keep alerts on disk until they have arrived; then they are tried as long as max_age allows",
    ),
    path: text(SPOOL_FOLDER).describe("Folder in which the sink has a folder of its own"),
    max_size_mb: whole({ min: 1, max: 1_048_576, standard: 256 })
      .describe("Bytes on disk; beyond them alerts wait in memory, as in queue"),
    max_age: duration({ min: 1000, standard: 7 * 86_400_000 })
      .describe("Older alerts are given up"),
    sync: flag(false).describe("Wait for the disk each time: a power failure loses nothing either"),
  }).describe("Alerts on disk, which outlive falcod"),
  dead_letters: text().describe("File for alerts that are given up, as lines of JSON; empty: none"),
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
export interface SinkOptions
  extends Pick<DeliveryTarget, "retry" | "timeoutMs" | "limits" | "maxAgeMs" | "takes" | "adapt"> {
  /** Absent: alerts wait in memory. */
  readonly spool?: Pick<SpoolOptions, "folder" | "maxBytes" | "sync">;
  /** Path of a file for alerts that are given up. */
  readonly deadLetters?: string;
  /** Sinks that write at the same time; absent: one. */
  readonly concurrency?: number;
}

/** What a part of falco.yaml says to a sink, and where. */
export interface SinkPlace {
  readonly label: string;
  readonly root: MappingNode;
  readonly place: ConfigPath;
  readonly report: Report;
  readonly environment?: Environment | undefined;
}

export function sinkOptions(entry: SinkEntry, at: SinkPlace): SinkOptions {
  const { queue, batch, timeout, retry, spool, dead_letters } = entry;
  const takes = testOf(entry, at);
  const adapt = adaptOf(entry, at);
  return {
    ...takes && { takes },
    ...adapt && { adapt },
    limits: {
      capacity: queue.capacity,
      capacityUnits: queue.max_size_mb * 2 ** 20,
      ...batch.size > 0 && { batchSize: batch.size },
      ...batch.interval > 0 && { gatherMs: batch.interval },
    },
    ...triesOf(timeout, retry),
    ...spool.enabled && {
      spool: {
        folder: `${spool.path}/${folderName(at.label)}`,
        maxBytes: spool.max_size_mb * 2 ** 20,
        sync: spool.sync,
      },
      maxAgeMs: spool.max_age,
    },
    ...dead_letters !== "" && { deadLetters: dead_letters },
    ...entry.max_concurrency > 1 && { concurrency: entry.max_concurrency },
  };
}

/** How often and how long sinks are tried that have no keys for it. */
export function standardTries(): Pick<SinkOptions, "retry" | "timeoutMs"> {
  const { timeout, retry } = sinkEntry.parse({ type: "" });
  return triesOf(timeout, retry);
}

function triesOf(timeoutMs: number, { attempts, first, most }: SinkEntry["retry"]) {
  return { timeoutMs, retry: { attempts, firstMs: first, mostMs: most } };
}

function testOf(entry: SinkEntry, at: SinkPlace): DeliveryTarget["takes"] {
  const { minimum_priority: minimum } = entry;
  const source = textAt(["match"], at);
  const matches = source && compileMatch(source, at.report);
  if (minimum === "Debug") return matches;
  if (!matches) return ({ priority }) => reaches(priority, minimum);
  return (alert) => reaches(alert.priority, minimum) && matches(alert);
}

function adaptOf(
  { custom_fields, templated_fields, custom_tags }: SinkEntry,
  at: SinkPlace,
): DeliveryTarget["adapt"] {
  const message = textAt(["template"], at);
  const steps = [
    message && compileMessage(message, at.report),
    Object.keys(custom_fields).length > 0 ? addFields(customFields(custom_fields, at)) : undefined,
    custom_tags.length > 0 ? addTags(custom_tags) : undefined,
    ...Object.keys(templated_fields).map((name) => {
      const source = textAt(["templated_fields", name], at);
      return source && compileField(name, source, at.report);
    }),
  ].filter((step) => step !== undefined);
  if (steps.length === 0) return undefined;
  return (alert) => steps.reduce((adapted, step) => step(adapted), alert);
}

/** Those of a variable that is not set are left out, as by falcosidekick. */
function customFields(
  given: SinkEntry["custom_fields"],
  { root, place, report, environment }: SinkPlace,
): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) {
    const name = variableIn(value);
    const found = name === undefined ? value : environment?.(name);
    if (found || name === undefined) fields[key] = found ?? "";
    else {
      report.add({
        code: "C004",
        severity: "warning",
        title: `custom field "${key}" is left out: the environment has no ${name}`,
        at: nodeAt(root, [...place, "custom_fields", key])?.at ?? placeOf(root, place),
        help: `set ${name} where falcod is started`,
      });
    }
  }
  return fields;
}

function textAt(path: ConfigPath, { root, place }: SinkPlace): SourceText | undefined {
  const node = nodeAt(root, [...place, ...path]);
  return node?.kind === "scalar" && node.text !== "" ? textOf(node) : undefined;
}

/** Of a label, which may have anything in it: unlike labels have unlike names. */
function folderName(label: string): string {
  const name = encodeURIComponent(label.toWellFormed()).slice(0, 200);
  return /^\.+$/.test(name) ? name.replaceAll(".", "%2E") : name;
}

/** The plugin's own keys. */
export function pluginKeys(entry: SinkEntry): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !COMMON_KEYS.includes(key)));
}
