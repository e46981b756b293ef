/** Names of users and groups inside of containers, which have files of their own for them. */
import type { AccountChange } from "../event/mod.ts";
import type { Changes } from "./changes.ts";
import { byHostId, starterIn } from "./id_map.ts";
import {
  entryUnits,
  type Group,
  parseGroup,
  parsePasswd,
  ROOT,
  ROOT_GROUP,
  tell,
  type User,
} from "./user_table.ts";

/** What a process finds in its files; absent what it does not find. */
export interface AccountFiles {
  readonly passwd: string | undefined;
  readonly group: string | undefined;
  /** The process's `uid_map` and `gid_map`; absent: its ids are those of the host. */
  readonly uidMap?: string;
  readonly gidMap?: string;
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
  /** UTF-16 units of all their users and groups. */
  readonly units?: number;
}

type IdMaps = Pick<AccountFiles, "uidMap" | "gidMap">;

interface Accounts {
  /** By ids as the host has them. */
  users: Map<number, User>;
  groups: Map<number, Group>;
  /** By ids as the container has them; the same maps where those are the same. */
  usersInside: Map<number, User>;
  groupsInside: Map<number, Group>;
  /** About what these take, in UTF-16 units. */
  units: number;
  /** On the clock of the events. */
  triedNs: number;
  /** How many programs were looked at when they began. */
  prepared: number;
  isRead: boolean;
  /** By a program that has begun in it: before that, whoever makes a container is elsewhere. */
  isPrepared: boolean;
  /** Of the container itself, for as long as it is known; absent: not read yet. */
  maps: IdMaps | undefined;
  /** Its ids are others than the host's. */
  isMapped: boolean;
  /** As `starterIn` has it. */
  starterId: number | undefined;
}

const CAPACITY = 1024;
/** Owners of containers write these files: usual ones take a few thousand units. */
const MAX_UNITS = 64 << 20;
/** Of what sources tell of one container. */
const MAX_TOLD_UNITS = 16 << 20;
const MAX_ASKED = 4;
/** Programs of a container that are looked at when they begin, however soon they follow each other. */
const MAX_PREPARED = 16;
/** How soon another process of the container is looked at, or the same names again. */
const RETRY_NS = 1e8, REREAD_NS = 1e10;
/**
 * UTF-16 units of files that are read in a second. The largest ones take 40 ms, and whoever may make cgroups
 * can make a container of each program that he starts.
 */
const MAX_READ_UNITS = 2 << 20, READ_PERIOD_NS = 1e9;

/** Read when somebody first asks, and again when an id is not there, but not often. */
export class ContainerUsers {
  readonly #read: ReadAccounts | undefined;
  readonly #changes: Changes | undefined;
  readonly #capacity: number;
  readonly #most: number;
  /** Of all. */
  #units = 0;
  readonly #containers = new Map<string, Accounts>();
  #changedAt = 0;
  /** In the period that began then. */
  #readUnits = 0;
  #periodNs = -Infinity;

  constructor({ read, changes, capacity = CAPACITY, units = MAX_UNITS }: ContainerUsersOptions) {
    this.#most = units;
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

  /** By an id as the container's processes have it, among the arguments of calls. */
  userInside(containerId: string, uid: number, who: Witness): User | "host" | undefined {
    const accounts = this.#accounts(containerId, who, (known) => known.usersInside.has(uid));
    return accounts === "host" ? "host" : accounts?.usersInside.get(uid);
  }

  groupInside(containerId: string, gid: number, who: Witness): Group | "host" | undefined {
    const accounts = this.#accounts(containerId, who, (known) => known.groupsInside.has(gid));
    return accounts === "host" ? "host" : accounts?.groupsInside.get(gid);
  }

  /** Whether its ids, as far as that is known, are others than the host's. */
  isMapped(containerId: string): boolean {
    return this.#containers.get(containerId)?.isMapped ?? false;
  }

  /** The user of the host who is root in it, and started it without being root; absent: nobody is known to. */
  starterOf(containerId: string): number | undefined {
    return this.#containers.get(containerId)?.starterId;
  }

  /**
   * Reads the files while the process is there, which has just begun, unless it was done. In a container within
   * another one names are the outer one's until then: its maker goes into the cgroup first.
   */
  prepare(containerId: string, who: Witness): void {
    const known = this.#containers.get(containerId);
    if (known?.isPrepared) return;
    // It is another one than those that were asked in vain.
    if (known && known.prepared++ < MAX_PREPARED) {
      known.triedNs = -Infinity;
      known.maps = undefined;
    }
    const accounts = this.#accounts(containerId, who, ({ isPrepared }) => isPrepared);
    if (accounts && accounts !== "host") accounts.isPrepared = accounts.maps !== undefined;
  }

  /** What a source tells counts more than any file. */
  apply(change: AccountChange, containerId: string): void {
    const known = this.#containers.get(containerId) ?? this.#admit(containerId);
    const { id } = change;
    const room = MAX_TOLD_UNITS - known.units;
    const left = change.kind === "user"
      ? tell(known.users, id, change.user, room)
      : tell(known.groups, id, change.group, room);
    this.#resize(known, MAX_TOLD_UNITS - left);
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
    if (!this.#mayRead(clockNs)) return known;
    const ids = [...processIds];
    const files = this.#ask(ids);
    // It may be on its way into the container: nothing of that is to be kept.
    if (files === "host") return "host";
    const accounts = known ?? this.#admit(containerId);
    accounts.triedNs = clockNs;
    // Until now the host's names counted.
    if (!known) this.#changedAt = this.#changes?.tick() ?? 0;
    if (!files) return accounts;
    this.#readUnits += (files.passwd?.length ?? 0) + (files.group?.length ?? 0);
    const { uidMap, gidMap } = accounts.maps ??= this.#mapsOf(ids) ?? mapsIn(files);
    accounts.isRead = true;
    const users = files.passwd === undefined ? new Map() : parsePasswd(files.passwd);
    const groups = files.group === undefined ? new Map() : parseGroup(files.group);
    const mapped = byHostId(users, uidMap, ROOT);
    accounts.isMapped = mapped !== undefined;
    accounts.starterId = mapped && starterIn(uidMap);
    accounts.usersInside = users;
    accounts.groupsInside = groups;
    accounts.users = mapped ?? users;
    accounts.groups = byHostId(groups, gidMap, ROOT_GROUP) ?? groups;
    this.#resize(accounts, unitsOf(accounts.users) + unitsOf(accounts.groups));
    this.#changedAt = this.#changes?.tick() ?? 0;
    return accounts;
  }

  #mayRead(clockNs: number): boolean {
    if (Math.abs(clockNs - this.#periodNs) >= READ_PERIOD_NS) {
      this.#periodNs = clockNs;
      this.#readUnits = 0;
    }
    return this.#readUnits < MAX_READ_UNITS;
  }

  /** Whoever ran is often gone by now, and who started it is not. */
  #ask(processIds: readonly number[]): ReturnType<ReadAccounts> {
    for (const id of processIds.slice(0, MAX_ASKED)) {
      const files = this.#read?.(id);
      if (files !== undefined) return files;
    }
    return undefined;
  }

  /**
   * Whoever acts may be in a user namespace of its own inside of the container, as rootless builds are;
   * the oldest of those before it is in the container's.
   */
  #mapsOf(processIds: readonly number[]): IdMaps | undefined {
    for (const id of processIds.slice(1).reverse().slice(0, MAX_ASKED)) {
      const files = this.#read?.(id);
      if (files !== undefined && files !== "host") return mapsIn(files);
    }
    return undefined;
  }

  #admit(containerId: string): Accounts {
    if (this.#containers.size >= this.#capacity) this.#forgetOldest();
    const users = new Map<number, User>(), groups = new Map<number, Group>();
    const accounts = {
      users,
      groups,
      usersInside: users,
      groupsInside: groups,
      units: 0,
      triedNs: -Infinity,
      prepared: 0,
      isRead: false,
      isPrepared: false,
      maps: undefined,
      isMapped: false,
      starterId: undefined,
    };
    this.#containers.set(containerId, accounts);
    return accounts;
  }

  #forgetOldest(): void {
    for (const [id, { units }] of this.#containers) {
      this.#containers.delete(id);
      this.#units -= units;
      return;
    }
  }

  /** When all names take too much, those of the largest go; it is not asked again at once. */
  #resize(accounts: Accounts, units: number): void {
    this.#units += units - accounts.units;
    accounts.units = units;
    while (this.#units > this.#most) {
      const known = [...this.#containers.values()];
      const largest = known.reduce((a, b) => b.units > a.units ? b : a);
      this.#units -= largest.units;
      largest.units = 0;
      largest.users = largest.usersInside = new Map();
      largest.groups = largest.groupsInside = new Map();
    }
  }
}

/** Processes of the container, the nearest first, and when somebody asks. */
export interface Witness {
  readonly processIds: Iterable<number>;
  readonly clockNs: number;
}

function mapsIn({ uidMap, gidMap }: AccountFiles): IdMaps {
  return { ...uidMap !== undefined && { uidMap }, ...gidMap !== undefined && { gidMap } };
}

function unitsOf(entries: ReadonlyMap<number, Group & Partial<User>>): number {
  let units = 0;
  for (const entry of entries.values()) units += entryUnits(entry);
  return units;
}
