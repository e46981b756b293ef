/** What a capture has told so far: the same that whoever replays it knows. */
import type { Container, Process } from "../state/mod.ts";
import type { Credentials, Image, Membership } from "../event/mod.ts";

export interface ToldDescriptor {
  readonly typeChar: string;
  /** Its path; "" of what has none. */
  readonly path: string;
  /** All of it that can differ. */
  readonly key: string;
}

export interface ToldProcess {
  readonly id: number;
  /** Whose it is in the process table: others had the id before. */
  readonly of: Process;
  image: Image;
  cwd: string;
  membership: Membership;
  /** -1: nobody said. */
  descriptorLimit: number;
  readonly descriptors: Map<number, ToldDescriptor>;
  /** Ids of its threads. */
  readonly threads: Set<number>;
}

export interface ToldThread {
  readonly id: number;
  readonly process: ToldProcess;
  credentials: Credentials;
  /** Those whose names were told, and by what was known when (`State.containerUsersChangedAt`). */
  named?: Credentials;
  namedAt?: number;
}

/** As many threads as the process table keeps. */
const MAX_THREADS = 131_072;
const MAX_DESCRIPTORS = 4096;
const MAX_CONTAINERS = 4096;
const MAX_ACCOUNTS = 65_536;

/** Bounded: what is forgotten is told again when an event needs it. */
export class Told {
  readonly #threads = new Map<number, ToldThread>();
  readonly #users = new Set<string>();
  readonly #groups = new Set<string>();
  /** Ids of containers. */
  readonly #named = new Set<string>();
  readonly #containers = new Map<string, Container>();

  thread(id: number): ToldThread | undefined {
    return this.#threads.get(id);
  }

  /** The process of that id, if its first thread was told. */
  process(id: number): ToldProcess | undefined {
    const process = this.#threads.get(id)?.process;
    return process?.id === id ? process : undefined;
  }

  add(thread: ToldThread): void {
    this.forget(thread.id);
    if (this.#threads.size >= MAX_THREADS) {
      for (const oldest of this.#threads.keys()) {
        this.forget(oldest);
        break;
      }
    }
    this.#threads.set(thread.id, thread);
    thread.process.threads.add(thread.id);
  }

  forget(threadId: number): void {
    const thread = this.#threads.get(threadId);
    if (!thread) return;
    this.#threads.delete(threadId);
    thread.process.threads.delete(threadId);
  }

  /** Whether anything was told of a container's users and groups. */
  hasAccounts(containerId: string): boolean {
    return this.#named.has(containerId);
  }

  /** Something was. */
  addAccountsOf(containerId: string): void {
    addTo(this.#named, containerId);
  }

  /** False when it was told before. */
  addUser(id: number, containerId: string): boolean {
    return addTo(this.#users, `${containerId}:${id}`);
  }

  addGroup(id: number, containerId: string): boolean {
    return addTo(this.#groups, `${containerId}:${id}`);
  }

  /** False when just that was told of it before. */
  addContainer(container: Container): boolean {
    if (this.#containers.get(container.id) === container) return false;
    if (this.#containers.size >= MAX_CONTAINERS) this.#containers.clear();
    this.#containers.set(container.id, container);
    return true;
  }
}

export function tellDescriptor(
  { descriptors }: ToldProcess,
  number: number,
  descriptor: ToldDescriptor,
): void {
  if (descriptors.size >= MAX_DESCRIPTORS) descriptors.clear();
  descriptors.set(number, descriptor);
}

function addTo(ids: Set<string>, id: string): boolean {
  if (ids.has(id)) return false;
  if (ids.size >= MAX_ACCOUNTS) ids.clear();
  ids.add(id);
  return true;
}
