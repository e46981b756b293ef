/** The state of this machine, as its sources tell it. */
import type { Source } from "../plugin/mod.ts";
import { type Container, type ReadAccounts, State } from "../state/mod.ts";
import type { ContainerSettings } from "./config/container_engines.ts";
import { recognizerOf } from "./containers.ts";
import { resolveName } from "./names.ts";

export interface LiveStateOptions {
  /** Asked for what nobody has told yet. */
  readonly sources: readonly Source[];
  readonly containers: ContainerSettings;
  /** Told once when a container first appears. */
  readonly onUnknownContainer: (container: Container) => void;
}

export function liveState({ sources, containers, onUnknownContainer }: LiveStateOptions): State {
  const state = new State({
    lookUpThread: (threadId) => {
      for (const source of sources) {
        const snapshot = source.snapshot?.(threadId);
        if (snapshot) return snapshot;
      }
      return undefined;
    },
    readAccounts: accountsOf(sources),
    nameService: sources.find(({ nameService }) => nameService)?.nameService,
    recognizeContainer: recognizerOf(containers),
    onUnknownContainer,
    resolveName,
  });
  if (containers.onlyContainer) state.containers.set(containers.onlyContainer);
  return state;
}

/** Files that tell the names of users inside of containers, from the first source that can see them. */
function accountsOf(sources: readonly Source[]): ReadAccounts {
  return (processId) => {
    for (const source of sources) if (source.accounts) return source.accounts(processId);
    return undefined;
  };
}
