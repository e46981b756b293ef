/** The state of a recording with what configuration and rules say of it, whoever plays it. */
import { recordedState } from "../replay/mod.ts";
import type { State } from "../state/mod.ts";
import type { ContainerSettings } from "./config/container_engines.ts";
import { recognizerOf } from "./containers.ts";
import { resolveName } from "./names.ts";

/** Names that nobody has resolved by then have no address when the recording begins. */
const NAMES_MS = 3000;

/** `containers`: absent where there is no configuration. */
export function recordedStateFor(containers?: ContainerSettings): State {
  const state = recordedState({
    resolveName,
    ...containers && { recognizeContainer: recognizerOf(containers) },
  });
  if (containers?.onlyContainer) state.containers.set(containers.onlyContainer);
  return state;
}

/** No capture has the names of addresses: they are those of now, as in Falco. To be called before it plays. */
export async function resolveBeforehand(
  { names }: State,
  watched: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<void> {
  names.retain(watched);
  if (names.size === 0) return;
  const late = AbortSignal.timeout(NAMES_MS);
  await names.refresh(signal ? AbortSignal.any([signal, late]) : late);
}
