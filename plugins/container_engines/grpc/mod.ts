/**
 * Containers and pods from the engines that speak gRPC: Kubernetes's Container Runtime Interface
 * (containerd, CRI-O, cri-dockerd), and containerd's own API for what Kubernetes did not start.
 *
 * Nothing is loaded and no connection made before somebody listens on one of the sockets.
 */
import {
  type ContainerEngine,
  type ContainerEngineName,
  type ContainerEnginePlugin,
  type ContainerInfo,
  type ContainerReference,
  EngineError,
  firstAnswer,
  isAnyListening,
  isListening,
  isTrusted,
  socketsOfUser,
  watchSockets,
  WireError,
} from "../../../core/mod.ts";
import { Connection } from "./connection.ts";
import { inspectContainerd, newcomersOfContainerd } from "./containerd.ts";
import { Cri, isMissing } from "./cri.ts";
import { type GrpcConfig, grpcSchema } from "./schema.ts";

/** containerd pkg/identifiers, at most 76 characters; ids of pods' containers are hexadecimal. */
const IDENTIFIER = /^(?=.{1,76}$)[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*$/;

type Told = (container: ContainerReference) => void;

export class GrpcEngine implements ContainerEngine {
  readonly name = "cri";
  readonly runs: ReadonlySet<ContainerEngineName> = new Set(["cri", "containerd", "cri-o"]);
  readonly #connections = new Map<string, Promise<Connection>>();
  /** By socket; absent where somebody listens who does not speak CRI. */
  readonly #cris = new Map<string, Promise<Cri | undefined>>();

  constructor(readonly config: GrpcConfig) {}

  isThere(userId?: number): Promise<boolean> {
    const { criSockets, containerdSockets } = this.#askedFor(userId);
    return isAnyListening([...criSockets, ...containerdSockets]);
  }

  async inspect(
    fullId: string,
    signal: AbortSignal,
    userId?: number,
  ): Promise<ContainerInfo | undefined> {
    if (!IDENTIFIER.test(fullId)) return undefined;
    const { labelMaxLength } = this.config;
    const { criSockets, containerdSockets } = this.#askedFor(userId);
    const options = { signal, labelMaxLength };
    const asks = [
      ...criSockets.map((socket) => async () =>
        (await this.#cri(socket, signal))?.inspect(fullId, options)
      ),
      ...containerdSockets.map((socket) => async () => {
        const connection = await this.#connection(socket);
        const isCriAsked = criSockets.includes(socket);
        return connection &&
          await inspectContainerd(connection, fullId, { ...options, isCriAsked });
      }),
    ];
    return await firstAnswer(asks.map((ask) => () => ask().catch(rethrow)), signal);
  }

  async watch(signal: AbortSignal, told: Told): Promise<void> {
    const { criSockets, containerdSockets } = this.config;
    // containerd's own API also tells of pods' containers.
    const others = criSockets.filter((socket) => !containerdSockets.includes(socket));
    await Promise.all([
      watchSockets(
        containerdSockets,
        signal,
        async (socket) => {
          this.#forget(socket);
          if (isTrusted(socket)) await this.#watchContainerd(socket, signal, told);
        },
      ),
      watchSockets(others, signal, async (socket) => {
        this.#forget(socket);
        if (isTrusted(socket)) await this.#watchCri(socket, signal, told);
      }),
    ]);
  }

  close(): void {
    for (const connection of this.#connections.values()) {
      connection.then((open) => open.close(), () => {});
    }
    this.#connections.clear();
    this.#cris.clear();
  }

  /** A user may give a cgroup the id of anybody's container. */
  #askedFor(userId: number | undefined): Pick<GrpcConfig, "criSockets" | "containerdSockets"> {
    const { criSockets, containerdSockets } = this.config;
    if (!userId) return { criSockets, containerdSockets };
    return {
      criSockets: socketsOfUser(criSockets, userId),
      containerdSockets: socketsOfUser(containerdSockets, userId),
    };
  }

  /** Who listens there now may be another engine, or the same with its CRI switched on. */
  #forget(socket: string): void {
    this.#cris.delete(socket);
  }

  async #watchCri(socket: string, signal: AbortSignal, told: Told): Promise<void> {
    const cri = await this.#cri(socket, signal);
    if (!cri) return;
    try {
      for await (const id of cri.newcomers(signal)) tellOf(id, cri.engine, told);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // containerd before 1.7 tells of pods' containers as it does of all others.
      if (cri.engine === "containerd") await this.#watchContainerd(socket, signal, told);
    }
  }

  async #watchContainerd(socket: string, signal: AbortSignal, told: Told): Promise<void> {
    const connection = await this.#connection(socket);
    if (!connection) return;
    for await (const id of newcomersOfContainerd(connection, signal)) {
      tellOf(id, "containerd", told);
    }
  }

  async #cri(socket: string, signal: AbortSignal): Promise<Cri | undefined> {
    const connection = await this.#connection(socket);
    if (!connection) return undefined;
    let opening = this.#cris.get(socket);
    if (!opening) {
      this.#cris.set(socket, opening = Cri.open(connection, signal));
      // An engine that did not answer may do so next time.
      opening.catch(() => this.#cris.delete(socket));
    }
    return await opening;
  }

  /** Absent where nobody listens. */
  async #connection(socket: string): Promise<Connection | undefined> {
    if (!await isListening(socket)) return undefined;
    let opening = this.#connections.get(socket);
    if (!opening) {
      this.#connections.set(socket, opening = Connection.open(socket, this.config.timeoutMs));
    }
    return await opening;
  }
}

function tellOf(fullId: string, engine: ContainerEngineName, told: Told): void {
  if (IDENTIFIER.test(fullId)) told({ id: fullId.slice(0, 12), fullId, engine });
}

/** What is within an answer is only read when somebody asks. */
function rethrow(error: unknown): never {
  if (!(error instanceof WireError)) throw error;
  throw new EngineError("bad-answer", `an engine's answer cannot be read: ${error.message}`, error);
}

const plugin: ContainerEnginePlugin<GrpcConfig> = {
  kind: "container_engine",
  name: "grpc",
  summary: "containerd, CRI-O and whatever else speaks CRI",
  schema: grpcSchema,
  create: (config) => new GrpcEngine(config),
};
export default plugin;
