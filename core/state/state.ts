/** What is known of the machine, as rules see it while one event is judged. */
import { hostRoot } from "../base/mod.ts";
import type {
  AccountChange,
  Event,
  FileDescriptor,
  ProcessSnapshot,
  ResourceUse,
  StateChange,
  TrackedThread,
  View,
} from "../event/mod.ts";
import { type LookUpThread, Newcomers } from "./_newcomers.ts";
import { Changes } from "./changes.ts";
import { cgroupPaths, containerOf, type ContainerReference } from "./container_id.ts";
import { type Container, ContainerTable } from "./container_table.ts";
import { type HostFiles, hostFiles } from "./host_files.ts";
import { beginningOf } from "./image_texts.ts";
import type { NameService } from "./name_service.ts";
import { NameTable, type ResolveName } from "./name_table.ts";
import { HOST_ID, type Process, type Thread } from "./process.ts";
import { ProcessTable, type ProcessTableCounters } from "./process_table.ts";
import { ContainerUsers, type ReadAccounts, type Witness } from "./container_users.ts";
import { type Group, type User, UserTable } from "./user_table.ts";

export interface StateOptions {
  /** Threads kept at most. */
  readonly threadCapacity?: number;
  /** About how much memory the texts of processes may take. */
  readonly textBytes?: number;
  readonly containerCapacity?: number;
  /** Where /etc/passwd and the like come from; the running system's by default. */
  readonly files?: HostFiles;
  /** Asked when an event comes from a thread nobody has heard of. */
  readonly lookUpThread?: LookUpThread;
  /** Asked when somebody wants to know how a container calls its users. */
  readonly readAccounts?: ReadAccounts;
  /** Asked for users and groups of the host that stand in none of its files. */
  readonly nameService?: NameService | undefined;
  /** As `containerOf`, which it is by default. */
  readonly recognizeContainer?: typeof containerOf;
  /** Told once when a container first appears. */
  readonly onUnknownContainer?: (container: Container) => void;
  readonly resolveName?: ResolveName;
}

export interface StateCounters extends ProcessTableCounters {
  readonly containers: number;
  readonly containersEvicted: number;
  /** Unknown threads that were not looked up because there were too many. */
  readonly lookupsSkipped: number;
  /** Events whose thread was in the table. */
  readonly threadsFound: number;
  /** Events whose thread was not, so that somebody was asked about it. */
  readonly threadsMet: number;
  /** Threads nobody could tell of. */
  readonly threadsUnknown: number;
}

const MAX_CGROUPS = 4096;
/** In UTF-16 units: of longer ones the beginning tells of their containers. */
const MAX_CGROUP = 4096;
/** How often the files of users are looked at, on the clock of the events. */
const USERS_REFRESH_NS = 1e10;
const MAX_CGROUP_FILE_BYTES = 64 * 1024;

/**
 * One for the whole run; it survives reloads of the rules. `begin` and `end` bracket the judging of
 * each event: between them the event's own effects are visible, and those who ended are still there.
 */
export class State {
  readonly processes: ProcessTable;
  readonly users: UserTable;
  readonly containers: ContainerTable;
  readonly names: NameTable;
  /** Ticks when something changes that fields show of processes, users or containers. */
  readonly changes = new Changes();
  /** Which name of a file fields show: the engine changes it between two rounds over an event. */
  view: View = "given";
  /** Who caused the event; absent when the source has no threads or nobody knows this one. */
  thread: Thread | undefined;
  /** When the event before this one was; this one's own time for the first. */
  previousClockNs = 0;
  readonly #containerUsers: ContainerUsers;
  #event: Event | undefined;
  #clockNs = 0;
  #firstClockNs = 0;
  #usersRefreshedNs = 0;
  #threadsFound = 0;
  #threadsMet = 0;
  readonly #newcomers: Newcomers | undefined;
  readonly #ownCgroups: readonly string[];
  readonly #recognizeContainer: typeof containerOf;
  readonly #references = new Map<string, ContainerReference | undefined>();

  constructor(options: StateOptions = {}) {
    const files = options.files ?? hostFiles();
    const { threadCapacity, textBytes, containerCapacity } = options;
    const { lookUpThread, onUnknownContainer, resolveName } = options;
    const { changes } = this;
    this.#recognizeContainer = options.recognizeContainer ?? containerOf;
    this.processes = new ProcessTable({
      changes,
      ...threadCapacity !== undefined && { capacity: threadCapacity },
      ...textBytes !== undefined && { textBytes },
      containerIdOf: (cgroup) => this.#containerIdOf(cgroup),
    });
    this.users = new UserTable({ files, nameService: options.nameService, changes });
    this.#containerUsers = new ContainerUsers({
      changes,
      ...options.readAccounts && { read: options.readAccounts },
    });
    this.containers = new ContainerTable({
      changes,
      ...containerCapacity !== undefined && { capacity: containerCapacity },
      ...onUnknownContainer && { onUnknown: onUnknownContainer },
    });
    this.names = new NameTable({ ...resolveName && { resolve: resolveName } });
    this.#newcomers = lookUpThread && new Newcomers(lookUpThread);
    // What is in the same groups as falcod is the host, unless falcod itself is in a container.
    const own = hostRoot() === "" ? "/proc/self/cgroup" : "/proc/1/cgroup";
    this.#ownCgroups = cgroupPaths(files.read(own, MAX_CGROUP_FILE_BYTES) ?? "");
  }

  get process(): Process | undefined {
    return this.thread?.process;
  }

  /** What the event is about; decoded when first asked. */
  get descriptor(): FileDescriptor | undefined {
    return this.#event?.descriptor;
  }

  /** What else the event names by a number, as far as it or its source tells. */
  otherDescriptor(number: number): FileDescriptor | undefined {
    return this.#event?.otherDescriptor?.(number) ?? this.tracked?.descriptors.get(number);
  }

  /** A user as the thread's container calls it, or the host, by the id that the host has. */
  user(uid: number): User | undefined {
    const { process } = this;
    if (!process || process.containerId === HOST_ID) return this.users.user(uid);
    const user = this.#containerUsers.user(process.containerId, uid, this.#witness(process));
    return user === "host" ? this.users.user(uid) : user;
  }

  /**
   * Who logged in. Where a container's ids are others than the host's that was mostly on the host. Whoever
   * started a container without being root is root in it, and did not log in as that.
   */
  loginUser(uid: number): User | undefined {
    const { process } = this;
    // Which also looks at the container, if nobody did.
    const user = this.user(uid);
    if (!process || !this.#containerUsers.isMapped(process.containerId)) return user;
    const isStarter = this.#containerUsers.starterOf(process.containerId) === uid;
    return this.users.user(uid) ?? (isStarter ? undefined : user);
  }

  group(gid: number): Group | undefined {
    const { process } = this;
    if (!process || process.containerId === HOST_ID) return this.users.group(gid);
    const group = this.#containerUsers.group(process.containerId, gid, this.#witness(process));
    return group === "host" ? this.users.group(gid) : group;
  }

  /** A user by the id that calls of the thread have among their arguments and results. */
  userInside(uid: number): User | undefined {
    const { process } = this;
    if (!process || process.containerId === HOST_ID) return this.users.user(uid);
    const { containerId } = process;
    const user = this.#containerUsers.userInside(containerId, uid, this.#witness(process));
    return user === "host" ? this.users.user(uid) : user;
  }

  groupInside(gid: number): Group | undefined {
    const { process } = this;
    if (!process || process.containerId === HOST_ID) return this.users.group(gid);
    const { containerId } = process;
    const group = this.#containerUsers.groupInside(containerId, gid, this.#witness(process));
    return group === "host" ? this.users.group(gid) : group;
  }

  /** When a name last changed that users or groups have in a container. */
  get containerUsersChangedAt(): number {
    return this.#containerUsers.changedAt;
  }

  #witness(process: Process): Witness {
    return { processIds: this.#kinInside(process), clockNs: this.#clockNs };
  }

  /** The process and those before it in the same container. */
  *#kinInside(process: Process): Generator<number> {
    yield process.id;
    for (const ancestor of this.processes.ancestors(process)) {
      if (ancestor.containerId !== process.containerId) return;
      yield ancestor.id;
    }
  }

  /** Users and groups that a source tells of. */
  account(change: AccountChange): void {
    if (change.containerId === undefined) this.users.apply(change);
    else this.#containerUsers.apply(change, change.containerId);
  }

  /**
   * Whether anything has changed since a tick of `changes` that fields show of the thread, its
   * process, their users and their container. Whatever is looked at counts as used.
   */
  changedSince(thread: Thread, tick: number): boolean {
    if (this.users.changedAt > tick || this.processes.changedSince(thread, tick)) return true;
    const { containerId } = thread.process;
    if (containerId === HOST_ID) return false;
    return this.#containerUsers.changedAt > tick || this.containers.changedSince(containerId, tick);
  }

  /** When the first event was, as the source tells it or as they came. */
  get firstClockNs(): number {
    return this.#event?.originClockNs ?? this.#firstClockNs;
  }

  /** What the source follows itself of the thread; live capture follows nothing. */
  get tracked(): TrackedThread | undefined {
    return this.#event?.tracked;
  }

  /** What the thread uses, where the source tells it. */
  get usage(): ResourceUse | undefined {
    return this.#event?.tracked ?? this.#event?.usage;
  }

  /** Applies what the event changes and finds who caused it. */
  begin(event: Event): void {
    this.#event = event;
    this.view = "given";
    if (event.standsAlone) return;
    const { clockNs } = event;
    if (this.#clockNs === 0) this.#clockNs = this.#firstClockNs = clockNs;
    this.previousClockNs = event.previousClockNs ?? this.#clockNs;
    this.#clockNs = clockNs;
    if (event.clockNs - this.#usersRefreshedNs > USERS_REFRESH_NS) {
      const isFirst = this.#usersRefreshedNs === 0;
      this.#usersRefreshedNs = event.clockNs;
      this.users.refresh();
      if (isFirst) { for (const process of this.processes.processes()) this.#prepareUser(process); }
    }
    const { change, threadId, processId } = event;
    // An exec tells everything itself, and may come from a thread that has just become another.
    if (change?.kind === "exec") {
      this.processes.apply(change, event.clockNs);
      this.thread = this.processes.thread(change.processId);
      const { process } = this;
      // Short-lived containers are gone when an alert wants the name, and servers take their time.
      if (process && process.containerId !== HOST_ID) {
        this.#containerUsers.prepare(process.containerId, this.#witness(process));
      } else if (process) this.#prepareUser(process);
      return;
    }
    const thread = threadId > 0 ? this.processes.find(threadId, processId) : undefined;
    if (thread) this.#threadsFound++;
    // Who ends is gone by now: there is nothing to look at.
    this.thread = thread || change?.kind === "exit" ? thread : this.#meet(event);
    if (!change) return;
    this.processes.apply(change, event.clockNs);
    if (change.kind === "credentials" && this.thread) this.#prepareUser(this.thread);
  }

  /** Threads that ended with this event go now. */
  end(_event: Event): void {
    this.processes.flush();
    this.#event = undefined;
    this.thread = undefined;
  }

  /** What `read` gives when fields show this thread, between events: what is known of it by now. */
  recall<Result>(thread: Thread | undefined, read: () => Result): Result {
    const before = this.thread;
    this.thread = thread;
    try {
      return read();
    } finally {
      this.thread = before;
    }
  }

  #prepareUser(who: Process | Thread): void {
    const { containerId } = "process" in who ? who.process : who;
    if (containerId === HOST_ID) this.users.prepare(who.credentials);
  }

  /** A change that comes without an event. */
  apply(change: StateChange, clockNs: number): void {
    this.processes.apply(change, clockNs);
    if (change.kind === "exec" || change.kind === "credentials") {
      const thread = this.processes.thread(change.threadId);
      if (thread) this.#prepareUser(thread);
    }
    this.processes.flush();
  }

  /** Processes that were there before the first event; never overwrites newer knowledge. */
  seed(processes: Iterable<ProcessSnapshot>): void {
    this.processes.seed(processes);
  }

  get counters(): StateCounters {
    return {
      ...this.processes.counters,
      containers: this.containers.size,
      containersEvicted: this.containers.evicted,
      lookupsSkipped: this.#newcomers?.skipped ?? 0,
      threadsFound: this.#threadsFound,
      threadsMet: this.#threadsMet,
      threadsUnknown: (this.#newcomers?.skipped ?? 0) + (this.#newcomers?.missed ?? 0),
    };
  }

  #meet({ threadId, clockNs }: Event): Thread | undefined {
    if (threadId <= 0) return undefined;
    this.#threadsMet++;
    const snapshot = this.#newcomers?.ask(threadId, clockNs);
    if (!snapshot) return undefined;
    this.processes.seed([snapshot]);
    return this.processes.thread(threadId);
  }

  #containerIdOf(cgroup: string): string {
    if (cgroup.length > MAX_CGROUP) return this.#containerIdOf(beginningOf(cgroup, MAX_CGROUP));
    let reference = this.#references.get(cgroup);
    if (!reference && !this.#references.has(cgroup)) {
      reference = this.#recognizeContainer(cgroup, this.#ownCgroups);
      if (this.#references.size >= MAX_CGROUPS) this.#references.clear();
      this.#references.set(cgroup, reference);
    }
    if (!reference) return HOST_ID;
    return this.containers.ensure(reference).id;
  }
}
