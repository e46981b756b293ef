/** What sinks of falco.yaml think of their own keys: only their plugins, once loaded, know. */
import { z } from "zod";
import type { Report } from "../../base/mod.ts";
import type { Registry } from "../../plugin/mod.ts";
import { reportUnknownKey, reportValue } from "./check.ts";
import type { LoadedConfig } from "./load.ts";
import type { WiredSink } from "./outputs.ts";
import { COMMON_KEYS } from "./sink_options.ts";

type Path = readonly (string | number)[];

/** The sinks without the keys that nobody knows; all that is wrong is reported. */
export function checkSinks(
  sinks: readonly WiredSink[],
  { root }: Pick<LoadedConfig, "root">,
  { registry, report }: { readonly registry: Registry; readonly report: Report },
): Promise<readonly WiredSink[]> {
  return Promise.all(sinks.map(async (sink) => {
    const { place, name, options } = sink;
    if (!place) return sink;
    const { schema, isAlone } = await registry.load("sink", name);
    if (isAlone && options?.concurrency !== undefined) {
      const wanted = `1, since two of type "${name}" would get in each other's way`;
      const path = [...place, "max_concurrency"];
      reportValue(root, { path, wanted, hasNoDefault: true }, report);
    }
    const config = structuredClone(sink.config);
    const result = schema.safeParse(config);
    for (const issue of result.error?.issues ?? []) {
      const path = issue.path.filter((step) => typeof step !== "symbol");
      if (issue.code === "unrecognized_keys") {
        const known = [...keysAt(schema, path), ...path.length === 0 ? COMMON_KEYS : []];
        for (const key of issue.keys) {
          reportUnknownKey(root, [...place, ...path, key], { known, report });
          remove(config, [...path, key]);
        }
        continue;
      }
      const choices = issue.code === "invalid_value" ? issue.values.map(String) : [];
      const wrong = { path: [...place, ...path], wanted: issue.message, choices };
      reportValue(root, { ...wrong, hasNoDefault: true }, report);
    }
    return { ...sink, config };
  }));
}

/** Names that a mapping in a plugin's configuration may have. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let type: z.core.$ZodType | undefined = opened(schema);
  for (const step of path) {
    if (type instanceof z.ZodObject && typeof step === "string") type = opened(type.shape[step]);
    else if (type instanceof z.ZodArray) type = opened(type.element);
    else return [];
  }
  return type instanceof z.ZodObject ? Object.keys(type.shape) : [];
}

/** Without what makes it optional, refined or readable as text. */
function opened(type: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  for (;;) {
    if (
      type instanceof z.ZodDefault || type instanceof z.ZodPrefault || type instanceof z.ZodOptional
    ) type = type.unwrap();
    else if (type instanceof z.ZodPipe) {
      type = type.in instanceof z.ZodTransform ? type.out : type.in;
    } else return type;
  }
}

function remove(config: unknown, path: Path): void {
  let node = config;
  for (const step of path.slice(0, -1)) {
    node = typeof node === "object" && node !== null
      ? (node as Record<string | number, unknown>)[step]
      : undefined;
  }
  if (typeof node === "object" && node !== null) {
    delete (node as Record<string, unknown>)[String(path.at(-1))];
  }
}
