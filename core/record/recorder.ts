/** Writes live events into a capture, and before each what it builds on. */
import { joinPath } from "../base/mod.ts";
import {
  type Event,
  EVENT_FLAGS,
  type EventParam,
  eventType,
  type FileDescriptor,
  GENERIC_BASE,
  type NamedPath,
  type ParamValue,
  type StateChange,
  syscallByCode,
} from "../event/mod.ts";
import { knownParam } from "../field/mod.ts";
import { containerJson, descriptorParams } from "../replay/mod.ts";
import {
  DUMP_FLAGS,
  encodeParam,
  type ScapInterface,
  type ScapMachine,
  type ScapWriter,
  type Written,
} from "../scap/mod.ts";
import { HOST_ID, type Process, type State, type Thread, UNKNOWN_IMAGE } from "../state/mod.ts";
import { newAccounts } from "./_accounts.ts";
import { callsMaking, socketCall, type ToldCall, toldDescriptor } from "./_descriptors.ts";
import { codeOf, encoded, fitted, namedParams, type NamedValues, type Params } from "./_params.ts";
import { cgroupOf, cloneValues, execValues, listedProcess } from "./_processes.ts";
import { tellDescriptor, Told, type ToldProcess, type ToldThread } from "./_told.ts";

export interface RecorderOptions {
  readonly machine: ScapMachine;
  readonly interfaces: readonly ScapInterface[];
  /** What the capture's list of processes has; all when left out. */
  readonly lists?: (process: Process) => boolean;
}

const AT_FDCWD = -100;
const EINPROGRESS = -115;
const GENERIC_EXIT = 1;
/** Meta events are about no thread. */
const NO_THREAD = -1;

/** Never throws on what events say. The writer is the caller's: flushing and closing it, too. */
export class Recorder {
  readonly #writer: ScapWriter;
  readonly #state: State;
  readonly #options: RecorderOptions;
  readonly #told = new Told();
  readonly #usedDescriptors = descriptorParams();
  #epochMinusClockNs: bigint;
  #timeNs = 0n;
  #cpu = 0;

  constructor(writer: ScapWriter, state: State, options: RecorderOptions) {
    this.#writer = writer;
    this.#state = state;
    this.#options = options;
    this.#epochMinusClockNs = options.machine.bootTimeNs;
  }

  /** The machine, its users and processes: before the first event, once the state knows them. */
  begin(): void {
    const { processes, users } = this.#state;
    const { machine, interfaces, lists } = this.#options;
    const threads = [...processes.threads()].filter(({ process }) => lists?.(process) ?? true);
    const told = this.#told;
    this.#writer.machine(machine);
    this.#writer.interfaces(interfaces);
    this.#writer.accounts(
      threads.flatMap(({ credentials }) => [...newAccounts(credentials, users, told)]),
    );
    this.#writer.processes(threads.map(listedProcess));
    for (const thread of threads) this.#note(thread);
  }

  /**
   * An event, in the state that it has left behind or is about to. `isShown` false: only what it does
   * is of interest.
   */
  event(event: Event, isShown = true): Written {
    this.#timeNs = event.timeNs;
    this.#cpu = event.cpu;
    this.#epochMinusClockNs = event.timeNs - BigInt(Math.round(event.clockNs));
    const { change } = event;
    const thread = this.#threadOf(event);
    const told = thread ? this.#tell(thread, change?.kind === "exec") : undefined;
    if (!isShown && change === undefined) return "written";
    const process = told?.process;
    if (process) this.#tellDescriptor(event, process);
    const isGeneric = event.type >= GENERIC_BASE;
    const written = this.#writer.event({
      type: isGeneric ? GENERIC_EXIT : event.type,
      timeNs: event.timeNs,
      threadId: event.threadId,
      cpu: event.cpu,
      flags: isShown ? 0 : DUMP_FLAGS.stateOnly,
    }, isGeneric ? genericParams(event) : this.#params(event, thread, process));
    if (process) noteDescriptor(event, process);
    if (told && thread && leavesIds(event)) {
      told.credentials = { ...told.credentials, ...NOT_SET };
      this.#tellCredentials(thread, told);
    }
    if (change?.kind === "exec" && thread) this.#noteExec(thread);
    else if (change?.kind === "exit") this.#told.forget(change.threadId);
    return written;
  }

  /** A change that came without an event, once the state has it. */
  change(change: StateChange, clockNs: number): void {
    const { processes } = this.#state;
    this.#timeNs = BigInt(Math.round(clockNs)) + this.#epochMinusClockNs;
    switch (change.kind) {
      case "fork": {
        const child = processes.thread(change.childThreadId);
        if (!child) return;
        const told = this.#told.thread(child.id)?.process;
        // Whoever had the number before is somebody else.
        if (told && !isSameProcess(told, child.process)) this.#told.forget(child.id);
        this.#tell(child);
        return;
      }
      case "exit": {
        const status = change.exitCode;
        const values = {
          status,
          ret: status >> 8 & 0xff,
          sig: status & 0x7f,
          core: status >> 7 & 1,
        };
        const call = { name: "procexit", values: { ...values, reaper_tid: change.reaperId } };
        this.#call(change.threadId, call);
        this.#told.forget(change.threadId);
        return;
      }
      default: {
        const thread = processes.thread(change.threadId);
        if (thread) this.#tell(thread);
      }
    }
  }

  #threadOf({ threadId, processId }: Event): Thread | undefined {
    const thread = threadId > 0 ? this.#state.processes.thread(threadId) : undefined;
    return thread?.process.id === processId ? thread : undefined;
  }

  /** All of a thread that the capture does not know yet; what is about to be told by an exec is left. */
  #tell(thread: Thread, execs = false): ToldThread {
    const known = this.#told.thread(thread.id);
    const told = known && isSameProcess(known.process, thread.process)
      ? known
      : this.#introduce(thread);
    const { process } = thread;
    const { containerId } = process;
    if (containerId !== HOST_ID) this.#tellContainer(containerId);
    if (execs) return told;
    if (told.process.image !== process.image) {
      told.process.image = process.image;
      told.process.descriptors.clear();
      this.#call(thread.id, { name: "execve", values: execValues(thread) });
    }
    if (told.process.cwd !== process.cwd) {
      told.process.cwd = process.cwd;
      this.#call(thread.id, { name: "chdir", values: { res: 0, path: process.cwd } });
    }
    if (told.credentials !== thread.credentials) this.#tellCredentials(thread, told);
    const { sessionId } = process.membership;
    if (told.process.sessionId !== sessionId) {
      told.process.sessionId = sessionId;
      if (sessionId > 0) this.#call(thread.id, { name: "setsid", values: { res: sessionId } });
    }
    return told;
  }

  /** By the clone that made it, after whoever made it. */
  #introduce(thread: Thread): ToldThread {
    const { processes } = this.#state;
    const { process } = thread;
    const isLeader = thread.id === process.id;
    if (isLeader) this.#introduceParents(process);
    else {
      const leader = processes.thread(process.id);
      if (leader?.process === process) this.#tell(leader);
    }
    this.#tellAccounts(thread);
    this.#call(thread.id, { name: "clone", values: cloneValues(thread) });
    const parent = this.#told.process(process.parentId);
    const told = this.#note(thread);
    if (isLeader && parent) {
      // What the event does not tell a child has from its parent.
      told.process.cwd = parent.cwd;
      told.process.sessionId = parent.sessionId;
      for (const [number, descriptor] of parent.descriptors) {
        tellDescriptor(told.process, number, descriptor);
      }
    }
    const inherited = parent?.image ?? UNKNOWN_IMAGE;
    if (isLeader) told.process.image = inherited;
    const origin = this.#told.thread(isLeader ? process.parentId : process.id);
    told.credentials = { ...UNTOLD_CREDENTIALS, ...origin?.credentials };
    const { uid, gid, euid, egid } = thread.credentials;
    told.credentials = { ...told.credentials, uid, gid, euid, egid };
    return told;
  }

  #introduceParents(process: Process): void {
    const { processes } = this.#state;
    const lines = this.#options.lists;
    for (const ancestor of [...processes.ancestors(process)].reverse()) {
      if (this.#told.process(ancestor.id) || !(lines?.(ancestor) ?? true)) continue;
      const leader = processes.thread(ancestor.id);
      if (leader?.process !== ancestor) continue;
      this.#call(leader.id, { name: "clone", values: cloneValues(leader) });
      const told = this.#note(leader);
      told.process.image = UNKNOWN_IMAGE;
      told.process.cwd = "";
      this.#tell(leader);
    }
  }

  /** The capture knows all of it now. */
  #note(thread: Thread): ToldThread {
    const { process, credentials } = thread;
    const known = thread.id === process.id ? undefined : this.#told.process(process.id);
    const told: ToldThread = {
      id: thread.id,
      credentials,
      process: known ?? {
        id: process.id,
        startClockNs: process.startClockNs,
        image: process.image,
        cwd: process.cwd,
        sessionId: process.membership.sessionId,
        descriptors: new Map(),
        threads: new Set(),
      },
    };
    this.#told.add(told);
    return told;
  }

  #noteExec(thread: Thread): void {
    const { process } = thread;
    const told = this.#told.thread(thread.id);
    if (!told) return;
    this.#tellAccounts(thread);
    told.credentials = thread.credentials;
    told.process.image = process.image;
    told.process.descriptors.clear();
    for (const id of [...told.process.threads]) if (id !== thread.id) this.#told.forget(id);
  }

  #tellCredentials(thread: Thread, told: ToldThread): void {
    const before = told.credentials;
    const { euid, egid, capInheritable, capPermitted, capEffective } = thread.credentials;
    told.credentials = thread.credentials;
    this.#tellAccounts(thread);
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

  #tellAccounts({ credentials }: Thread): void {
    for (const account of newAccounts(credentials, this.#state.users, this.#told)) {
      const container_id = "";
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
    if (!container?.known || !this.#told.addContainer(container)) return;
    this.#call(NO_THREAD, { name: "container", values: { json: containerJson(container) } });
  }

  /** What the event works on, as the kernel told it. */
  #tellDescriptor(event: Event, process: ToldProcess): void {
    const { descriptor } = event;
    if (!descriptor || !isUsed(event)) return;
    const { number } = descriptor;
    if (event.param(this.#usedDescriptors[event.type]!) !== number) return;
    const known = process.descriptors.get(number);
    if (CONNECTING.has(eventType(event.type)!.name)) {
      if (known?.typeChar !== descriptor.typeChar) {
        this.#call(event.threadId, socketCall(descriptor));
      }
      return;
    }
    this.#open(event.threadId, process, descriptor);
  }

  #open(threadId: number, process: ToldProcess, descriptor: FileDescriptor): void {
    const { number } = descriptor;
    const wanted = toldDescriptor(descriptor);
    if (process.descriptors.get(number)?.key === wanted.key) return;
    for (const call of callsMaking(descriptor)) this.#call(threadId, call);
    tellDescriptor(process, number, wanted);
  }

  #params(event: Event, thread: Thread | undefined, process: ToldProcess | undefined): Params {
    const { params } = eventType(event.type)!;
    const role = event.descriptor?.role;
    return fitted(params.map((param, index) => {
      if (param.name === "cgroups" && thread) return encoded(param, cgroupOf(thread.process), role);
      const value = this.#value(event, thread, index);
      return isPath(value) && process && isRelative(value)
        ? encodeParam(param.type, this.#pathText(event, value, param, process))
        : encoded(param, value, role);
    }));
  }

  #value(event: Event, thread: Thread | undefined, index: number): ParamValue {
    const value = event.param(index);
    if (value !== undefined || thread === undefined) return value;
    return this.#state.recall(thread, () => knownParam(event, this.#state, index));
  }

  /** As it was given, where it leads to the same place from what the capture knows. */
  #pathText(event: Event, path: NamedPath, param: EventParam, process: ToldProcess): string {
    const { raw, given } = path;
    if (param.type !== "FSPATH" && param.type !== "FSRELPATH") return raw;
    const from = param.directory === undefined ? AT_FDCWD : event.param(param.directory);
    if (from === AT_FDCWD || typeof from !== "number") {
      return leadsTo(process.cwd, path) ? raw : given;
    }
    const known = process.descriptors.get(from);
    if (known && leadsTo(known.path, path)) return raw;
    if (from < 0 || !given.endsWith(`/${raw}`)) return given;
    const directory = given.slice(0, -raw.length - 1) || "/";
    this.#open(event.threadId, process, directoryAt(from, directory));
    return raw;
  }

  /** Tells what was done before without being shown. */
  #call(threadId: number, { name, values, role }: ToldCall): void {
    const type = codeOf(name);
    this.#writer.event({
      type,
      timeNs: this.#timeNs,
      threadId,
      cpu: this.#cpu,
      flags: DUMP_FLAGS.stateOnly,
    }, namedParams(type, values as NamedValues, role));
  }
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

const NOT_SET = { euid: 0xffffffff, egid: 0xffffffff };
const SETTERS: ReadonlySet<string> = new Set(["setresuid", "setreuid", "setresgid", "setregid"]);

/** An id of -1 stays as it is, but whoever reads captures takes it for the new one. */
function leavesIds(event: Event): boolean {
  if (event.result !== 0 || !SETTERS.has(eventType(event.type)!.name)) return false;
  return event.param(2) === NOT_SET.euid;
}

/** They change what a socket is: before them it is only a socket. */
const CONNECTING: ReadonlySet<string> = new Set(["connect", "bind"]);

function isSameProcess(told: ToldProcess, process: Process): boolean {
  return told.id === process.id && told.startClockNs === process.startClockNs;
}

function isUsed(event: Event): boolean {
  return ((eventType(event.type)?.flags ?? 0) & EVENT_FLAGS.uses) !== 0;
}

/** What is behind the descriptors of an event after it. */
function noteDescriptor(event: Event, process: ToldProcess): void {
  const type = eventType(event.type)!;
  const { descriptor, result = 0 } = event;
  if ((type.flags & EVENT_FLAGS.destroys) !== 0) {
    if (descriptor && result >= 0) process.descriptors.delete(descriptor.number);
    return;
  }
  if (CONNECTING.has(type.name)) {
    if (!descriptor || result < 0 && result !== EINPROGRESS) return;
    tellDescriptor(process, descriptor.number, toldDescriptor(descriptor));
    return;
  }
  if ((type.flags & EVENT_FLAGS.creates) === 0 || result < 0) return;
  // Of calls that make two the parameters tell which.
  for (const index of [0, 1, 2]) {
    const number = type.params[index]?.type === "FD" ? event.param(index) : undefined;
    if (typeof number === "number") process.descriptors.delete(number);
  }
  process.descriptors.delete(result);
  if (descriptor?.number === result) {
    tellDescriptor(process, result, toldDescriptor(descriptor));
  }
}

function genericParams(event: Event): Params {
  const code = event.type - GENERIC_BASE;
  const number = event.param(1) ?? syscallByCode(code)?.number;
  return [encodeParam("UINT16", code), encodeParam("UINT16", number)];
}

function isPath(value: ParamValue): value is NamedPath {
  return typeof value === "object" && !Array.isArray(value) && "raw" in value;
}

function isRelative({ raw }: NamedPath): boolean {
  return raw !== "" && !raw.startsWith("/");
}

function leadsTo(directory: string, { raw, given }: NamedPath): boolean {
  return joinPath(directory.endsWith("/") ? directory : `${directory}/`, raw) === given;
}

function directoryAt(number: number, path: string): FileDescriptor {
  return {
    number,
    typeChar: "d",
    path: { raw: path, given: path, resolved: undefined },
    socket: undefined,
    protocol: undefined,
    role: undefined,
    connected: undefined,
    inode: undefined,
    device: undefined,
    flags: 0,
    onOverlayUpper: false,
  };
}
