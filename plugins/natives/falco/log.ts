/** Messages of plugins in the log. */
import type { Logger } from "../../../core/mod.ts";
import type { OwnerOptions } from "../../../ffi/c_plugin/mod.ts";

export function loggerTo(log: Logger): OwnerOptions["log"] {
  return (level, message) => log[level](`plugin ${message}`);
}
