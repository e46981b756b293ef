/** Processes that a capture has to know before their events come. */
import { flagValue, type Membership } from "../event/mod.ts";
import {
  type Container,
  HOST_ID,
  type Process,
  type State,
  type Thread,
  UNKNOWN_IMAGE,
  UNKNOWN_MEMBERSHIP,
  UNSEEN_IMAGE,
} from "../state/mod.ts";
import {
  type AccountIds,
  containerIdOf,
  idsOf,
  newAccounts,
  newNameless,
  UNSET,
} from "./_accounts.ts";
import { containerJson } from "../replay/mod.ts";
import type { ToldCall } from "./_descriptors.ts";
import { cloneValues, execValues } from "./_processes.ts";
import { tellDescriptor, type Told, type ToldProcess, type ToldThread } from "./_told.ts";

/** What stands for a limit of descriptors that nobody knows. */
const UNKNOWN_LIMIT = -1;
/** Meta events are about no thread. */
const NO_THREAD = -1;

export interface ProcessTellerOptions {
  readonly state: State;
  readonly told: Told;
  /** Writes an event that only changes state. */
  readonly call: (threadId: number, call: ToldCall) => void;
}

/** What the event does that comes next. */
interface TellOptions {
  readonly execs?: boolean;
  /** It changes the working directory. */
  readonly moves?: boolean;
}

export class ProcessTeller {
  readonly #state: State;
  readonly #told: Told;
  readonly #call: ProcessTellerOptions["call"];

  constructor({ state, told, call }: ProcessTellerOptions) {
    this.#state = state;
    this.#told = told;
    this.#call = call;
  }

  /** All of a thread that the capture does not know yet; what is about to be told by an event is left. */
  tell(thread: Thread, { execs = false, moves = false }: TellOptions = {}): ToldThread {
    this.#endOthers(thread);
    const { process } = thread;
    // Of one that a capture only met nothing is known: telling of it would be making it up.
    const isMet = process.image === UNSEEN_IMAGE;
    const told = this.#told.thread(thread.id) ??
      (isMet ? this.note(thread) : this.#introduce(thread));
    const { containerId } = process;
    if (containerId !== HOST_ID) this.#tellContainer(containerId);
    // The list of processes that a capture begins with has no place for containers' users; others are known late.
    const { containerUsersChangedAt, users } = this.#state;
    const namedAt = containerId === HOST_ID ? users.changedAt : containerUsersChangedAt;
    if (told.named !== thread.credentials || told.namedAt !== namedAt) {
      told.named = thread.credentials;
      told.namedAt = namedAt;
      this.tellAccounts(idsOf(thread.credentials), thread);
    }
    if (!execs && told.process.image !== process.image) this.#exec(thread, told.process);
    if (!moves && told.process.cwd !== process.cwd) {
      told.process.cwd = process.cwd;
      this.#call(thread.id, { name: "chdir", values: { res: 0, path: process.cwd } });
    }
    if (!execs && told.credentials !== thread.credentials) this.tellCredentials(thread, told);
    if (told.process.membership === process.membership) return told;
    this.#tellMembership(thread, told.process, execs);
    return this.#told.thread(thread.id) ?? told;
  }

  #exec(thread: Thread, told: ToldProcess): void {
    const { id, process } = thread;
    told.image = process.image;
    told.descriptors.clear();
    told.membership = { ...process.membership, sessionId: told.membership.sessionId };
    this.#call(id, { name: "execve", values: execValues(thread, told.descriptorLimit) });
  }

  #tellMembership(thread: Thread, told: ToldProcess, execs: boolean): void {
    const { process } = thread;
    const { membership: before } = told;
    const { sessionId } = process.membership;
    told.membership = process.membership;
    if (before.sessionId !== sessionId && sessionId > 0) {
      this.#call(thread.id, { name: "setsid", values: { res: sessionId } });
    }
    if (!execs && !areSameGroups(before, process.membership)) this.#tellGroups(process, told);
  }

  /**
   * Groups, terminals and the cgroup of who is there already are told by an exec and by nothing else.
   * One that goes on with the same program ends other threads for whoever reads: they are told again.
   */
  #tellGroups(process: Process, told: ToldProcess): void {
    const { processes } = this.#state;
    const leader = processes.thread(process.id);
    const toldLeader = this.#told.thread(process.id);
    if (leader?.process !== process || toldLeader?.process !== told) return;
    const others = [...told.threads].filter((id) => id !== process.id);
    this.#exec(leader, told);
    told.membership = process.membership;
    toldLeader.credentials = leader.credentials;
    for (const id of others) {
      this.#told.forget(id);
      const other = processes.thread(id);
      if (other?.process === process) this.tell(other);
    }
  }

  /** How many descriptors the thread's process may have, where that is not what was told. */
  tellLimit(thread: Thread, told: ToldProcess, descriptorLimit: number): void {
    if (told.descriptorLimit === descriptorLimit || descriptorLimit < 0) return;
    told.descriptorLimit = descriptorLimit;
    const values = {
      res: 0,
      newcur: descriptorLimit,
      pid: 0,
      resource: flagValue("rlimit_resources", "RLIMIT_NOFILE")!,
    };
    this.#call(thread.id, { name: "prlimit", values });
  }

  /** Whoever had the thread's number before has ended, without being seen. */
  #endOthers(thread: Thread): void {
    const before = this.#told.thread(thread.id);
    if (!before || before.process.of === thread.process) return;
    this.endThreads(thread.id);
  }

  /** Those of a told thread's process end that nobody saw ending. */
  endThreads(threadId: number, { spared }: { readonly spared?: number } = {}): void {
    for (const id of [...this.#told.thread(threadId)?.process.threads ?? []]) {
      if (id === spared) continue;
      const values = { status: 0, ret: 0, sig: 0, core: 0, reaper_tid: 0 };
      this.#call(id, { name: "procexit", values });
      this.#told.forget(id);
    }
  }

  /** By the clone that made it, after whoever made it. */
  #introduce(thread: Thread): ToldThread {
    const { processes } = this.#state;
    const { process } = thread;
    const isLeader = thread.id === process.id;
    if (isLeader) this.#introduceParents(process);
    else {
      const leader = processes.thread(process.id);
      if (leader?.process === process) this.tell(leader);
    }
    this.tellAccounts(idsOf(thread.credentials), thread);
    const parent = this.#told.process(process.parentId);
    const descriptorLimit = parent?.descriptorLimit ?? UNKNOWN_LIMIT;
    this.#clone(thread, descriptorLimit);
    const told = this.note(thread);
    if (isLeader) {
      // What the event does not tell a child has from its parent.
      told.process.image = parent?.image ?? UNKNOWN_IMAGE;
      told.process.cwd = parent?.cwd ?? "";
      // But its cgroup the clone has told.
      const { cgroup } = process.membership;
      told.process.membership = { ...parent?.membership ?? UNKNOWN_MEMBERSHIP, cgroup };
      told.process.descriptorLimit = descriptorLimit;
      for (const [number, descriptor] of parent?.descriptors ?? []) {
        tellDescriptor(told.process, number, descriptor);
      }
    }
    const origin = this.#told.thread(isLeader ? process.parentId : process.id);
    told.credentials = { ...UNTOLD_CREDENTIALS, ...origin?.credentials };
    const { uid, gid, euid, egid } = thread.credentials;
    told.credentials = { ...told.credentials, uid, gid, euid, egid };
    return told;
  }

  #introduceParents(process: Process): void {
    const { processes } = this.#state;
    for (const ancestor of [...processes.ancestors(process)].reverse()) {
      if (this.#told.process(ancestor.id)) continue;
      const leader = processes.thread(ancestor.id);
      if (leader?.process !== ancestor) continue;
      this.#clone(leader, UNKNOWN_LIMIT);
      const told = this.note(leader);
      told.process.image = UNKNOWN_IMAGE;
      told.process.cwd = "";
      told.process.membership = UNKNOWN_MEMBERSHIP;
      this.tell(leader);
    }
  }

  #clone(thread: Thread, descriptorLimit: number): void {
    const { id, process, startClockNs: clockNs } = thread;
    const namespaceStartClockNs = this.#state.processes.namespaceInit(process)?.startClockNs ?? 0;
    const values = cloneValues(thread, { descriptorLimit, namespaceStartClockNs });
    this.#call(id, { name: "clone", values, ...clockNs > 0 && { clockNs } });
  }

  /** The capture knows all of it now. */
  note(thread: Thread): ToldThread {
    const { process, credentials } = thread;
    const known = thread.id === process.id ? undefined : this.#told.process(process.id);
    const told: ToldThread = {
      id: thread.id,
      credentials,
      process: known ?? {
        id: process.id,
        of: process,
        image: process.image,
        cwd: process.cwd,
        membership: process.membership,
        descriptorLimit: UNKNOWN_LIMIT,
        descriptors: new Map(),
        threads: new Set(),
      },
    };
    this.#told.add(told);
    return told;
  }

  noteExec(thread: Thread): void {
    const { process } = thread;
    const told = this.#told.thread(thread.id);
    if (!told) return;
    this.tellAccounts(idsOf(thread.credentials), thread);
    told.credentials = thread.credentials;
    told.process.image = process.image;
    told.process.descriptors.clear();
    for (const id of [...told.process.threads]) if (id !== thread.id) this.#told.forget(id);
  }

  tellCredentials(thread: Thread, told: ToldThread): void {
    const before = told.credentials;
    const { euid, egid, capInheritable, capPermitted, capEffective } = thread.credentials;
    told.credentials = thread.credentials;
    this.tellAccounts(idsOf(thread.credentials), thread);
    if (before.euid !== euid) {
      const values = { res: 0, ruid: euid, euid, suid: euid };
      this.#call(thread.id, { name: "setresuid", values });
    }
    if (before.egid !== egid) {
      const values = { res: 0, rgid: egid, egid, sgid: egid };
      this.#call(thread.id, { name: "setresgid", values });
    }
    if (
      before.capInheritable === capInheritable && before.capPermitted === capPermitted &&
      before.capEffective === capEffective
    ) return;
    const values = {
      res: 0,
      cap_inheritable: capInheritable,
      cap_permitted: capPermitted,
      cap_effective: capEffective,
    };
    this.#call(thread.id, { name: "capset", values });
  }

  /** Those that were not told before. */
  tellAccounts(ids: AccountIds, thread: Thread): void {
    const known = { state: this.#state, told: this.#told };
    const container_id = containerIdOf(thread);
    const nameless = newNameless(ids, thread, known);
    if (nameless) {
      const { kind, id } = nameless;
      const own = kind === "user" ? { uid: id, gid: UNSET, home: "", shell: "" } : { gid: id };
      this.#call(NO_THREAD, { name: `${kind}deleted`, values: { ...own, name: "", container_id } });
      this.#told.addAccountsOf(container_id);
    }
    for (const account of newAccounts(ids, thread, known)) {
      this.#told.addAccountsOf(container_id);
      if (account.kind === "user") {
        const { uid, gid, name, home, shell } = account;
        this.#call(NO_THREAD, {
          name: "useradded",
          values: { uid, gid, name, home, shell, container_id },
        });
      } else {
        const { gid, name } = account;
        this.#call(NO_THREAD, { name: "groupadded", values: { gid, name, container_id } });
      }
    }
  }

  #tellContainer(id: string): void {
    const container = this.#state.containers.get(id);
    if (!container || !tellsOf(container) || !this.#told.addContainer(container)) return;
    this.#call(NO_THREAD, { name: "container", values: { json: containerJson(container) } });
  }
}

/** Its engine has answered, or it is known without: what podman has on disk. */
function tellsOf({ known, name, image }: Container): boolean {
  return known || name !== undefined || image !== undefined;
}

/** Of what exec tells. */
function areSameGroups(a: Membership, b: Membership): boolean {
  return a.processGroupId === b.processGroupId &&
    a.virtualProcessGroupId === b.virtualProcessGroupId && a.tty === b.tty &&
    a.cgroup === b.cgroup;
}

/** What a child that nobody made has. */
const UNTOLD_CREDENTIALS = {
  uid: 0,
  gid: 0,
  euid: 0,
  egid: 0,
  loginUid: 0xffffffff,
  capInheritable: 0n,
  capPermitted: 0n,
  capEffective: 0n,
};
