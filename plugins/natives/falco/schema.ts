/** What is configured of Falco's plugins: where they are, what they start with, what they open. */
import * as z from "zod";
import type { NativeConfigProblem } from "../../../core/mod.ts";

/** Nothing: each plugin has its own configuration. */
export const loaderSchema = z.strictObject({});
export type LoaderConfig = z.output<typeof loaderSchema>;

export const sourceSchema = z.strictObject({
  openParams: z.string({ error: "text" }).max(1 << 20, { error: "at most a megabyte" }).default(""),
});
export type SourceConfig = z.output<typeof sourceSchema>;

/**
 * What a plugin's own JSON Schema has against a configuration, which is JSON then. A schema that cannot
 * be understood has nothing against anything: the plugin checks once more when it starts.
 */
export function problemsBySchema(schema: unknown, config: string): readonly NativeConfigProblem[] {
  let value: unknown;
  try {
    // As Falco, which takes none for an empty one.
    value = config.trim() === "" ? {} : JSON.parse(config);
  } catch {
    return [{ path: [], message: "JSON, or keys and values, as the plugin's schema has them" }];
  }
  return (issuesOf(schema, value) ?? []).map(({ path, message }) => ({
    path: path.filter((step) => typeof step !== "symbol"),
    message,
  }));
}

/** Absent when there are none, or a schema leads nowhere: one that refers to itself has no end. */
function issuesOf(schema: unknown, value: unknown): readonly z.core.$ZodIssue[] | undefined {
  try {
    const type = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    return type.safeParse(value).error?.issues;
  } catch {
    return undefined;
  }
}
