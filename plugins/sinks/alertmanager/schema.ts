import * as z from "zod";
import {
  httpKeys,
  parsePriority,
  type Priority,
  rulePriority,
  setting,
  webAddress,
} from "../../../core/mod.ts";

const { sequence, text, texts, urlPath, word } = setting;

/** More lost events than `above` make an alert at least this grave. */
export interface DropThreshold {
  readonly above: bigint;
  readonly priority: Priority;
}

/** `10000:critical, 10:warning`, as falcosidekick has it. */
const thresholds = text("10000:critical, 1000:critical, 100:critical, 10:warning, 1:warning")
  .transform((given, context): readonly DropThreshold[] => {
    const list: DropThreshold[] = [];
    for (const part of given.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
      const [, count, name = ""] = /^(\d{1,18})\s*:\s*(\w+)$/.exec(part) ?? [];
      const priority = parsePriority(name);
      if (count === undefined || priority === undefined) {
        const message = 'counts with priorities, as "10000:critical, 10:warning"';
        context.issues.push({ code: "custom", message, input: given });
        return z.NEVER;
      }
      list.push({ above: BigInt(count), priority });
    }
    return list.sort((one, other) => one.above < other.above ? 1 : -1);
  });

export const schema = z.strictObject({
  host_port: sequence(webAddress()).refine((list) => list.length > 0, {
    error: "an address, or a sequence of them",
  }).describe("Address of Alertmanager; of a cluster, of all its members"),
  endpoint: urlPath("/api/v2/alerts").describe("Path that takes alerts"),
  expires_after: setting.duration({ standard: 0 })
    .describe("How long after the event the alert ends; 0: as Alertmanager has it"),
  extra_labels: texts().describe("Further labels"),
  extra_annotations: texts().describe("Further annotations"),
  custom_severity_map: z.record(z.string(), word(), { error: "a mapping" }).default({})
    .describe("Label severity of priorities, where it should be another"),
  drop_event_default_priority: rulePriority("Critical")
    .describe("At least this is the priority of lost events that no threshold is below"),
  drop_event_thresholds: thresholds
    .describe("Above which numbers of lost events an alert has at least which priority"),
  ...httpKeys,
});

export type AlertmanagerConfig = z.output<typeof schema>;
