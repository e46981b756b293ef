/** Paths of calls that may be about a descriptor itself. */
import type { NamedPath } from "../../../core/mod.ts";
import type { LiveEvent } from "./live_event.ts";

/**
 * With the flag, an empty path stands for the descriptor: its own path is told in its place, as other
 * tools, which read recordings, have nothing else to know it by.
 */
export function ownPath(
  read: (event: LiveEvent) => NamedPath | undefined,
  { argument, flag }: { readonly argument: number; readonly flag: number },
): (event: LiveEvent) => NamedPath | undefined {
  return (event) => {
    const path = read(event);
    const isOwn = path?.raw === "" && (event.argumentUint(argument) & flag) !== 0;
    return isOwn ? { ...path, raw: path.given } : path;
  };
}
