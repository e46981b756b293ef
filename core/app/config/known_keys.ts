/** What is known of a key of falco.yaml, by the path that leads to it. */
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { innermostType, namesIn, typeAt } from "./_opened_type.ts";
import { type KeyNote, notes } from "./_types.ts";
import { initConfig, initConfigOf } from "./plugin_entry.ts";
import { configSchema } from "./schema.ts";

type Path = readonly (string | number)[];

/**
 * The names a mapping may have; absent when the path leads to no mapping with fixed names. An
 * `init_config` on the way is that of `plugin`.
 */
export function keyNames(path: Path, plugin: string | undefined): readonly string[] | undefined {
  return namesIn(keyType(path, plugin));
}

/** What is to be said about the key at a path; `plugin` as in `keyNames`. */
export function keyNote(path: Path, plugin: string | undefined): KeyNote | undefined {
  const type = writtenType(path, plugin);
  return type && notes.get(type);
}

/** Whether a plain value is what holds without it, so that nobody asks for anything by it. */
export function isStandard(path: Path, plugin: string | undefined, value: unknown): boolean {
  const type = writtenType(path, plugin);
  const own = type?.safeParse(value), standard = type?.safeParse(undefined);
  return !!own?.success && !!standard?.success && isDeepStrictEqual(own.data, standard.data);
}

/** With what it is where nothing is written. */
function writtenType(path: Path, plugin: string | undefined): z.ZodType | undefined {
  const parent = keyType(path.slice(0, -1), plugin);
  const key = path.at(-1);
  if (!(parent instanceof z.ZodObject) || typeof key !== "string") return undefined;
  return Object.hasOwn(parent.shape, key) ? parent.shape[key] : undefined;
}

/** Whether a list is wanted at a path. */
export function isList(path: Path): boolean {
  return keyType(path, undefined) instanceof z.ZodArray;
}

function keyType(path: Path, plugin: string | undefined): z.core.$ZodType | undefined {
  return typeAt(configSchema, path, (type) => {
    const inner = innermostType(type);
    const own = inner === initConfig && plugin !== undefined ? initConfigOf(plugin) : undefined;
    return own ? innermostType(own) : inner;
  });
}
