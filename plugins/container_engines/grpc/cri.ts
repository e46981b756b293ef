/**
 * Kubernetes's Container Runtime Interface, which containerd, CRI-O and cri-dockerd speak: the calls.
 *
 * Numbers of fields: kubernetes/cri-api pkg/apis/runtime/v1/api.proto; v1alpha2, which older engines
 * speak, has the same.
 */
import {
  type ContainerEngineName,
  type ContainerInfo,
  encodeWireMessage,
  EngineError,
  type WireFields,
  type WireMessage,
} from "../../../core/mod.ts";
import type { Connection } from "./connection.ts";
import { infoOfContainer, infoOfSandbox } from "./cri_info.ts";

export interface InspectOptions {
  readonly signal: AbortSignal;
  readonly labelMaxLength: number;
}

const VERSIONS = ["runtime.v1", "runtime.v1alpha2"] as const;
/** Of `ContainerEventType`. */
const CREATED = 0n, STARTED = 1n;

/** One engine behind one connection. */
export class Cri {
  private constructor(
    readonly connection: Connection,
    readonly service: string,
    readonly engine: ContainerEngineName,
  ) {}

  /** Absent where somebody listens who does not speak CRI; throws `EngineError`. */
  static async open(connection: Connection, signal: AbortSignal): Promise<Cri | undefined> {
    for (const version of VERSIONS) {
      const service = `/${version}.RuntimeService/`;
      try {
        const answer = await connection.ask({ method: `${service}Version`, request: {}, signal });
        const name = answer.text(2);
        const engine = name === "containerd" || name === "cri-o" ? name : "cri";
        return new Cri(connection, service, engine);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    return undefined;
  }

  /** Absent where the engine does not know the container; throws `EngineError`. */
  async inspect(
    fullId: string,
    { signal, labelMaxLength }: InspectOptions,
  ): Promise<ContainerInfo | undefined> {
    const { engine } = this;
    const filter = encodeWireMessage({ 1: fullId });
    const list = await this.#ask("ListContainers", { 1: filter }, signal);
    const listed = list.messages(1).find((container) => container.text(1) === fullId);
    if (!listed) {
      const sandbox = await this.#status("PodSandboxStatus", fullId, signal);
      return sandbox && { ...infoOfSandbox(sandbox, labelMaxLength), fullId, engine };
    }
    const [container, sandbox] = await Promise.all([
      this.#status("ContainerStatus", fullId, signal),
      this.#status("PodSandboxStatus", listed.text(2), signal),
    ]);
    if (!container) return undefined;
    return { ...infoOfContainer(container, sandbox, labelMaxLength), fullId, engine };
  }

  /**
   * Ids of containers, when they are made and again when they are started; throws `EngineError`, with
   * "unsupported" where the engine does not tell of them: containerd before 1.7, CRI-O before 1.26.
   */
  async *newcomers(signal: AbortSignal): AsyncGenerator<string> {
    const method = `${this.service}GetContainerEvents`;
    for await (const event of this.connection.follow({ method, request: {}, signal })) {
      const kind = event.integer(2);
      if (kind === CREATED || kind === STARTED) yield event.text(1);
    }
  }

  #ask(call: string, request: WireFields, signal: AbortSignal): Promise<WireMessage> {
    return this.connection.ask({ method: `${this.service}${call}`, request, signal });
  }

  /** An answer with everything (2) that is about what was asked; absent where the engine knows no such thing. */
  async #status(call: string, id: string, signal: AbortSignal): Promise<WireMessage | undefined> {
    if (id === "") return undefined;
    try {
      const answer = await this.#ask(call, { 1: id, 2: 1 }, signal);
      if (answer.message(1)?.text(1) === id) return answer;
    } catch (error) {
      if (error instanceof EngineError && error.code === "not-found") return undefined;
      throw error;
    }
    const { socket } = this.connection;
    throw new EngineError("bad-answer", `${socket} describes another one than ${call} asked for`);
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof EngineError && error.code === "unsupported";
}
