/** falcod's code as a script of V8, which unlike a module can come with what was made of it before. */
import { Buffer } from "node:buffer";
import { constants, Script } from "node:vm";
import { requireBuiltin } from "./builtin_modules.ts";
import { CODE } from "./packed_names.ts";
import type * as program from "./program.ts";

type RunCode = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
) => void;

export interface LoadedProgram {
  readonly program: typeof program;
  readonly script: Script;
  /** V8 takes a cache only from itself, and with the same flags. */
  readonly usesCache: boolean;
}

/** `code`: nothing but ASCII, which the build sees to. */
export function loadProgram(
  code: Uint8Array<ArrayBuffer>,
  cache?: Uint8Array<ArrayBuffer>,
): LoadedProgram {
  const script = new Script(Buffer.from(code.buffer).toString("latin1"), {
    filename: CODE,
    ...cache && { cachedData: Buffer.from(cache.buffer) },
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const run = script.runInThisContext() as RunCode;
  const module = { exports: {} };
  run(module.exports, requireBuiltin, module);
  return {
    program: module.exports as typeof program,
    script,
    usesCache: script.cachedDataRejected === false,
  };
}
