/** Names of users and groups inside of containers, which have files of their own for them. */
import type { AccountChange } from "../event/mod.ts";
import type { Changes } from "./changes.ts";
import { type Group, parseGroup, parsePasswd, type User } from "./user_table.ts";

/** What a process finds in its files; absent what it does not find. */
export interface AccountFiles {
  readonly passwd: string | undefined;
  readonly group: string | undefined;
}

/**
 * Reads the files that a process sees under the names of the host's; absent when it cannot be done, as
 * for a process that is gone. "host": they are the host's own.
 */
export type ReadAccounts = (processId: number) => AccountFiles | "host" | undefined;

export interface ContainerUsersOptions {
  readonly read?: ReadAccounts;
  readonly changes?: Changes;
  /** Containers kept at most. */
  readonly capacity?: number;
}

interface Accounts {
  users: ReadonlyMap<number, User>;
  groups: ReadonlyMap<number, Group>;
  /** On the clock of the events. */
  triedNs: number;
  prepared: number;
  isRead: boolean;
}

const CAPACITY = 1024;
const MAX_TOLD = 65_536;
const MAX_ASKED = 4;
/** Programs of a container that are looked at when they begin, however soon they follow each other. */
const MAX_PREPARED = 16;
/** How soon another process of the container is looked at, or the same names again. */
const RETRY_NS = 1e8, REREAD_NS = 1e10;

/** Read when somebody first asks, and again when an id is not there, but not often. */
export class ContainerUsers {
  readonly #read: ReadAccounts | undefined;
  readonly #changes: Changes | undefined;
  readonly #capacity: number;
  readonly #containers = new Map<string, Accounts>();
  #changedAt = 0;

  constructor({ read, changes, capacity = CAPACITY }: ContainerUsersOptions) {
    this.#read = read;
    this.#changes = changes;
    this.#capacity = capacity;
  }

  /** When a name of any container last changed. */
  get changedAt(): number {
    return this.#changedAt;
  }

  /** By the files that one of its processes sees; "host": it sees the host's. */
  user(containerId: string, uid: number, who: Witness): User | "host" | undefined {
    const accounts = this.#accounts(containerId, who, (known) => known.users.has(uid));
    return accounts === "host" ? "host" : accounts?.users.get(uid);
  }

  group(containerId: string, gid: number, who: Witness): Group | "host" | undefined {
    const accounts = this.#accounts(containerId, who, (known) => known.groups.has(gid));
    return accounts === "host" ? "host" : accounts?.groups.get(gid);
  }

  /** Reads the files while the process is there, which has just begun, unless it was done. */
  prepare(containerId: string, who: Witness): void {
    const known = this.#containers.get(containerId);
    if (known?.isRead) return;
    // It is another one than those that were asked in vain.
    if (known && known.prepared++ < MAX_PREPARED) known.triedNs = -Infinity;
    this.#accounts(containerId, who, ({ isRead }) => isRead);
  }

  /** What a source tells counts more than any file. */
  apply(change: AccountChange, containerId: string): void {
    const known = this.#containers.get(containerId) ?? this.#admit(containerId);
    if (change.kind === "user") known.users = told(known.users, change.id, change.user);
    else known.groups = told(known.groups, change.id, change.group);
    this.#changedAt = this.#changes?.tick() ?? 0;
  }

  #accounts(
    containerId: string,
    { processIds, clockNs }: Witness,
    isEnough: (known: Accounts) => boolean,
  ): Accounts | "host" | undefined {
    const known = this.#containers.get(containerId);
    // In captures: who is not told of has no name, as in Falco; the host's users are others.
    if (!this.#read) return known;
    if (known && isEnough(known)) return known;
    if (known && clockNs - known.triedNs < (known.isRead ? REREAD_NS : RETRY_NS)) return known;
    const files = this.#ask(processIds);
    // It may be on its way into the container: nothing of that is to be kept.
    if (files === "host") return "host";
    const accounts = known ?? this.#admit(containerId);
    accounts.triedNs = clockNs;
    // Until now the host's names counted.
    if (!known) this.#changedAt = this.#changes?.tick() ?? 0;
    if (!files) return accounts;
    accounts.isRead = true;
    accounts.users = files.passwd === undefined ? new Map() : parsePasswd(files.passwd);
    accounts.groups = files.group === undefined ? new Map() : parseGroup(files.group);
    this.#changedAt = this.#changes?.tick() ?? 0;
    return accounts;
  }

  /** Whoever ran is often gone by now, and who started it is not. */
  #ask(processIds: Iterable<number>): ReturnType<ReadAccounts> {
    let asked = 0;
    for (const id of processIds) {
      const files = this.#read?.(id);
      if (files !== undefined || ++asked >= MAX_ASKED) return files;
    }
    return undefined;
  }

  #admit(containerId: string): Accounts {
    if (this.#containers.size >= this.#capacity) {
      for (const oldest of this.#containers.keys()) {
        this.#containers.delete(oldest);
        break;
      }
    }
    const accounts = {
      users: new Map(),
      groups: new Map(),
      triedNs: -Infinity,
      prepared: 0,
      isRead: false,
    };
    this.#containers.set(containerId, accounts);
    return accounts;
  }
}

/** Processes of the container, the nearest first, and when somebody asks. */
export interface Witness {
  readonly processIds: Iterable<number>;
  readonly clockNs: number;
}

function told<Entry>(
  known: ReadonlyMap<number, Entry>,
  id: number,
  entry: Entry | undefined,
): ReadonlyMap<number, Entry> {
  const entries = new Map(known);
  if (entry === undefined) entries.delete(id);
  else if (entries.size < MAX_TOLD) entries.set(id, entry);
  return entries;
}
