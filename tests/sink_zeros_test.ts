/** What a zero means where a sink takes a number: an error, or what its description says. */
import { z } from "zod";
import { COMMON_KEYS, sinkEntry } from "../core/app/config/sink_options.ts";
import { Registry } from "../core/mod.ts";
import { builtinPlugins } from "../plugins/mod.ts";
import { assert, assertEquals } from "./assert.ts";

/** A number like any other there. */
const PLAIN_ZEROS = [
  "elasticsearch.number_of_replicas",
  "otlptraces.duration",
  "redis.database",
  // A further try is none of the first, and none may be wanted.
  "retry.attempts",
];

/** Without its default. */
function opened(type: z.core.$ZodType): z.core.$ZodType {
  return type instanceof z.ZodDefault || type instanceof z.ZodPrefault ||
      type instanceof z.ZodOptional
    ? opened(type.unwrap())
    : type;
}

function zerosIn(shape: z.core.$ZodShape, path: string): string[] {
  return Object.entries(shape).flatMap(([key, type]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const inner = opened(type);
    if (inner instanceof z.ZodObject) return zerosIn(inner.shape, at);
    const { success, data } = z.safeParse(type, "0");
    const isTaken = success && typeof data === "number";
    return isTaken && !/\b0:/.test((type as z.ZodType).description ?? "") ? [at] : [];
  });
}

Deno.test("a zero that a key of a sink takes has a meaning that is documented", async () => {
  const registry = new Registry(builtinPlugins);
  const found: string[] = [];
  for (const name of registry.names("sink")) {
    const { schema } = await registry.load("sink", name);
    assert(schema instanceof z.ZodObject);
    found.push(...zerosIn(schema.shape, name));
  }
  const common = COMMON_KEYS.map((key) => [key, sinkEntry.shape[key as "type"]]);
  found.push(...zerosIn(Object.fromEntries(common), ""));
  assertEquals(found.sort(), PLAIN_ZEROS);
});
