/** Plugins that are libraries, in a run. */
import type { Event } from "../event/mod.ts";
import type { EventNeeds, Logger, NativeRun, Registry } from "../plugin/mod.ts";
import { rawParams } from "../record/mod.ts";
import type { State } from "../state/mod.ts";
import type { WiredLibrary } from "./config/natives.ts";
import { createOne } from "./create_plugins.ts";
import { threadTable } from "./native_tables.ts";
import { recordingNeeds } from "./recording/needs.ts";

export interface NativesOptions {
  readonly registry: Registry;
  readonly log: Logger;
  /** Event sources of the run. */
  readonly sources: readonly string[];
  readonly state: State;
  readonly deliver: (event: Event) => void;
}

/** Rejects with a typed error when a plugin does not start. Absent: there are none. */
export async function startNatives(
  wired: readonly WiredLibrary[],
  { registry, log, sources, state, deliver }: NativesOptions,
): Promise<NativeRun | undefined> {
  if (wired.length === 0) return undefined;
  const { instance: loader } = await createOne(
    "native",
    { kind: "native", name: "falco", config: {} },
    { registry },
  );
  return await loader.start(wired, {
    log,
    sources,
    deliver,
    tables: (source) => source === "syscall" ? [threadTable(state.processes)] : [],
    raw: (event) => ({
      ...rawParams(event, state),
      timeNs: event.timeNs,
      threadId: event.threadId > 0 ? event.threadId : -1,
    }),
  });
}

/** Plugins see all of an event, also of types that no rule asks for, if they follow those. */
export function needsWith(
  natives: NativeRun | undefined,
  needs: EventNeeds,
  source: string,
): EventNeeds {
  const theirs = natives?.needs(source);
  if (!theirs?.looks) return needs;
  return recordingNeeds(new Set([...needs.eventTypes, ...theirs.eventTypes]), needs.fields);
}
