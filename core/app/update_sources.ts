/** Other rules for sources that run: they capture what these need. */
import type { Source } from "../plugin/mod.ts";
import type { Ruleset } from "../rule/mod.ts";

/**
 * Has every source capture for `next`. Throws where one of them cannot; then all of them capture for
 * `before` again, as far as they can.
 */
export function updateSources<S extends Pick<Source, "update">>(
  sources: readonly S[],
  { before, next }: { readonly before: Ruleset; readonly next: Ruleset },
  needsFor: (ruleset: Ruleset, source: S) => Parameters<S["update"]>[0],
): void {
  try {
    for (const source of sources) source.update(needsFor(next, source));
  } catch (error) {
    for (const source of sources) {
      try {
        source.update(needsFor(before, source));
      } catch {
        // What is thrown tells of the first that could not.
      }
    }
    throw error;
  }
}
