/** Durations without a unit: of falcod's own keys these are milliseconds, and seldom meant so. */
import * as z from "zod";
import type { Report } from "../../base/mod.ts";
import { isDuration } from "../../plugin/duration.ts";
import type { Registry } from "../../plugin/mod.ts";
import { openedType } from "./_opened_type.ts";
import { unitMeant } from "./likely_meant.ts";
import type { LoadedConfig } from "./load.ts";
import type { WiredSink } from "./outputs.ts";
import { configSchema } from "./schema.ts";
import {
  type ConfigNode,
  type ConfigPath,
  nodeAt,
  type ScalarNode,
  spellAsWritten,
} from "./tree.ts";

/** `C066` for each, in keys of falcod's and in those of sinks. */
export async function warnOfBareDurations(
  { root }: Pick<LoadedConfig, "root">,
  sinks: readonly WiredSink[],
  { registry, report }: { readonly registry: Registry; readonly report: Report },
): Promise<void> {
  const told = new Set<ConfigNode>();
  visit(root, configSchema, []);
  for (const { place, name } of sinks) {
    if (!place) continue;
    const { schema } = await registry.load("sink", name);
    visit(nodeAt(root, place), schema, place);
  }

  function visit(
    node: ConfigNode | undefined,
    given: z.core.$ZodType | undefined,
    path: ConfigPath,
  ): void {
    if (!node || !given) return;
    const type = innermost(given);
    if (node.kind === "scalar") {
      if (type === "duration" && !told.has(node)) tell(node, path);
    } else if (node.kind === "mapping" && type instanceof z.ZodObject) {
      for (const [key, { value }] of node.entries) {
        visit(value, Object.hasOwn(type.shape, key) ? type.shape[key] : undefined, [...path, key]);
      }
    } else if (node.kind === "sequence" && type instanceof z.ZodArray) {
      node.items.forEach((item, index) => visit(item, type.element, [...path, index]));
    }
  }

  function tell(node: ScalarNode, path: ConfigPath): void {
    const { text, at } = node;
    const help = unitMeant(text);
    const isTold = report.diagnostics.some((found) =>
      found.at?.source === at.source && found.at.start === at.start
    );
    if (help === undefined || isTold) return;
    told.add(node);
    const title = `"${spellAsWritten(root, path)}": ${text} without a unit is ${text} milliseconds`;
    report.add({ code: "C066", severity: "warning", title, at, help });
  }
}

function innermost(given: z.core.$ZodType): z.core.$ZodType | "duration" {
  for (let type = given;;) {
    if (isDuration(type)) return "duration";
    const next = openedType(type);
    if (next === undefined) return type;
    type = next;
  }
}
