/** `require` for bundled code: modules of Deno itself, and nothing else. */
import buffer from "node:buffer";
import events from "node:events";
import path from "node:path";
import process from "node:process";
import timersPromises from "node:timers/promises";
import util from "node:util";
import vm from "node:vm";

/** Every start needs these. */
const EAGER: ReadonlyMap<string, object> = new Map<string, object>(
  Object.entries({ buffer, events, path, process, "timers/promises": timersPromises, util, vm })
    .map(([name, module]) => [`node:${name}`, module]),
);

/** Every start would wait for these, and few need them. */
const LAZY: ReadonlySet<string> = new Set(
  [
    "_http_common",
    "child_process",
    "crypto",
    "dgram",
    "fs",
    "fs/promises",
    "http",
    "https",
    "net",
    "stream",
    "timers",
    "tls",
    "url",
    "v8",
    "zlib",
  ]
    .map((name) => `node:${name}`),
);

export function requireBuiltin(name: string): unknown {
  return EAGER.get(name) ?? (LAZY.has(name) ? whenUsed(() => load(name)) : load(name));
}

/** The first one that is asked for in this way takes 4 ms more. */
function load(name: string): object {
  const module = process.getBuiltinModule(name);
  if (module === undefined) throw new Error(`Cannot find module '${name}'`);
  return module;
}

/**
 * Stands for a module until somebody asks for something in it. The bundler's own code takes copies of what
 * it sees in a module, which is nothing, and gives them the module's prototype: so that is this as well.
 */
function whenUsed(load: () => object): object {
  let module: object | undefined;
  const stand: object = new Proxy({}, {
    get: (_, name) => Reflect.get(module ??= load(), name),
    getPrototypeOf: () => stand,
  });
  return stand;
}
