/** What container engines implement, and how much of their answers is kept. */
import { setTimeout } from "node:timers/promises";
import type {
  Container,
  ContainerDetails,
  ContainerEngineName,
  ContainerReference,
} from "../state/mod.ts";

/** What a container engine says about one container. */
export interface ContainerInfo extends ContainerDetails {
  readonly fullId: string;
  /** Given where the engine knows better than the cgroup whose container it is. */
  readonly engine?: ContainerEngineName;
}

export type ContainerTold = (
  container: ContainerReference,
  details?: Partial<ContainerDetails>,
) => void;

export interface ContainerEngine {
  /** How logs call it. */
  readonly name: string;
  /** Whose containers it knows, as their cgroups tell. Absent: they may be anybody's. */
  readonly runs?: ReadonlySet<ContainerEngineName>;
  /** Whether anybody is there to be asked; of a user, about that one's containers (0: the machine's). */
  isThere(userId?: number): Promise<boolean>;
  /**
   * Absent when the engine does not know the container or is not there at all; rejects when the engine
   * is there and does not answer as it should, or when `signal` aborts.
   *
   * @param userId whose container it is, where it is not the machine's: others' engines, who may say
   * anything, are not believed
   */
  inspect(
    fullId: string,
    signal: AbortSignal,
    userId?: number,
  ): Promise<ContainerInfo | undefined>;
  /** Whose containers it can tell something of without being there, where these are not just its own. */
  readonly notes?: ReadonlySet<ContainerEngineName>;
  /**
   * What can be known of one of the machine's containers at once, without the engine: some of what
   * `inspect` tells. The event that the container was first seen in waits for it.
   */
  glimpse?(fullId: string): ContainerDetails | undefined;
  /** The same of a user's container, for when nobody is there to be asked: in its own time. Never rejects. */
  recall?(fullId: string, userId: number): Promise<ContainerDetails | undefined>;
  /**
   * To be told once where a container of its own is there and it is not: what stays unknown, and what to
   * do. Absent: nothing can be done.
   */
  whenAbsent?(container: Container): string | undefined;
  /**
   * Tells of containers when they are made, before their first process runs, and again when they are
   * started, as far as the engine does. Goes on until `signal` aborts; never rejects.
   *
   * @param told also gets what the engine says of it in the same breath
   */
  watch?(signal: AbortSignal, told: ContainerTold): Promise<void>;
  /** Ends its connections; nothing is asked any more. */
  close?(): void;
}

/**
 * - `timeout`: no whole answer in time.
 * - `not-found`: the engine has no such thing.
 * - `unsupported`: the engine does not know what it was asked to do.
 * - `bad-answer`: not what was asked for.
 * - `failed`: the connection broke, or the engine could not do it.
 */
export type EngineErrorCode = "timeout" | "not-found" | "unsupported" | "bad-answer" | "failed";

/** Why an engine's answer is of no use. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  constructor(readonly code: EngineErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/**
 * Asks one after the other until one knows. Where nobody does, and one of them failed with an
 * `EngineError`, that is thrown; anything else that is thrown, at once, and so is the signal's reason.
 */
export async function firstAnswer<Answer>(
  asks: Iterable<() => Promise<Answer | undefined>>,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  let failure: EngineError | undefined;
  for (const ask of asks) {
    signal.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return undefined;
}

/** Of sockets, those that a user owns: only these are asked about what the user's cgroups say. */
export function socketsOfUser(sockets: readonly string[], userId: number): string[] {
  return sockets.filter((socket) => ownerOf(socket) === userId);
}

/** Whether it is the machine's engine, or that of whoever runs falcod: others may tell of anything. */
export function isTrusted(socket: string): boolean {
  const owner = ownerOf(socket);
  return owner === 0 || owner === Deno.uid();
}

/** Absent where there is no such socket. */
function ownerOf(socket: string): number | undefined {
  try {
    return Deno.statSync(socket).uid ?? undefined;
  } catch {
    return undefined;
  }
}

/** Whether somebody listens on the socket. A socket file whose server is gone counts as nobody. */
export async function isListening(socket: string): Promise<boolean> {
  try {
    // Quicker than to connect where nothing is.
    Deno.statSync(socket);
    (await Deno.connect({ transport: "unix", path: socket })).close();
    return true;
  } catch {
    return false;
  }
}

export async function isAnyListening(sockets: readonly string[]): Promise<boolean> {
  return (await Promise.all(sockets.map(isListening))).includes(true);
}

/** How soon a socket is looked at again where nobody listens, or does no longer. */
const WATCH_AGAIN_MS = 5000;

/**
 * Has each socket watched, by `watchOne`, whenever somebody listens there, until the signal aborts. That
 * an engine breaks off is no news: those who ask it for something hear the reason.
 */
export async function watchSockets(
  sockets: readonly string[],
  signal: AbortSignal,
  watchOne: (socket: string) => Promise<void>,
): Promise<void> {
  await Promise.all(sockets.map(async (socket) => {
    while (!signal.aborted) {
      if (await isListening(socket)) await watchOne(socket).catch(() => {});
      await setTimeout(WATCH_AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }));
}
