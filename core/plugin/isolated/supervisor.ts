/** Keeps one plugin running: starts it, starts it again after a while when it goes, and tells how it is. */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../plugin.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import type { GuestLink } from "./link.ts";
import type { GuestUsage } from "./usage_watch.ts";

export interface GuestStatus {
  readonly name: string;
  readonly kind: string;
  /** `down`: it will be started again. `stopped`: it will not. */
  readonly state: "starting" | "running" | "down" | "stopped";
  /** In a process of its own. */
  readonly isIsolated: boolean;
  readonly restarts: number;
  /** Why it went, the last time it did. */
  readonly reason?: string;
  /** Absent: it does not run, or in falcod itself. */
  readonly usage?: GuestUsage;
}

export interface SupervisorOptions extends ConversationOptions {
  readonly name: string;
  readonly kind: string;
  readonly isIsolated: boolean;
  readonly link: () => GuestLink;
  /** Of `log`, so that it can say why. */
  readonly log: Logger;
  readonly backOff?: BackOff;
}

export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** What has run for so long begins anew. */
  readonly forgivenMs: number;
}

const BACK_OFF: BackOff = { firstMs: 1000, maxMs: 60_000, forgivenMs: 60_000 };

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #stop = new AbortController();
  #status: Pick<GuestStatus, "state" | "reason" | "restarts"> = { state: "starting", restarts: 0 };
  #running = Promise.withResolvers<Conversation>();
  #current: Conversation | undefined;
  #loop: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#running.promise.catch(() => {});
  }

  status(): GuestStatus {
    const { name, kind, isIsolated } = this.#options;
    const usage = this.#current?.usage;
    return { name, kind, isIsolated, ...this.#status, ...usage && { usage } };
  }

  /** The plugin, as soon as it can be used; the first call starts it. Rejects with the signal's reason. */
  async running(signal?: AbortSignal): Promise<Conversation> {
    this.#loop ??= this.#keep();
    signal?.throwIfAborted();
    if (!signal) return await this.#running.promise;
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([this.#running.promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Lets go of it for good. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("falcod stops"));
    await this.#current?.close();
    await this.#loop;
    this.#status = { ...this.#status, state: "stopped" };
    this.#running.reject(new Error("falcod stops"));
  }

  async #keep(): Promise<void> {
    const { firstMs, maxMs, forgivenMs } = this.#options.backOff ?? BACK_OFF;
    const { log } = this.#options;
    let waitMs = firstMs;
    while (!this.#stop.signal.aborted) {
      const startedMs = performance.now();
      const reason = await this.#once();
      if (this.#stop.signal.aborted) break;
      const upMs = performance.now() - startedMs;
      if (upMs > forgivenMs) waitMs = firstMs;
      const { restarts } = this.#status;
      this.#status = { state: "down", reason, restarts: restarts + 1 };
      log.error(`${reason}; it is started again in ${waitMs} ms`);
      await delay(waitMs, undefined, { signal: this.#stop.signal, ref: true }).catch(() => {});
      waitMs = Math.min(maxMs, 2 * waitMs);
    }
  }

  /** From its start to its end; resolves with why it went. */
  async #once(): Promise<string> {
    let link: GuestLink;
    try {
      link = this.#options.link();
    } catch (error) {
      return `its process cannot be started: ${error instanceof Error ? error.message : error}`;
    }
    const conversation = this.#current = new Conversation(link, this.#options);
    try {
      await conversation.opened;
      this.#status = { ...this.#status, state: "running" };
      this.#running.resolve(conversation);
    } catch {
      // The reason comes below.
    }
    const reason = await conversation.ended;
    this.#current = undefined;
    if (this.#status.state === "running") {
      this.#running = Promise.withResolvers();
      this.#running.promise.catch(() => {});
    }
    return reason;
  }
}
