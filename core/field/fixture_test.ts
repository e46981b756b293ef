/** Events and processes for the tests of this folder. */
import {
  type Credentials,
  currentEventCode,
  type Event,
  eventType,
  type FileDescriptor,
  type Image,
  type Membership,
  type NamedPath,
  type ParamValue,
  type ProcessSnapshot,
  type SocketTuple,
  type View,
} from "../event/mod.ts";
import { type HostFiles, State } from "../state/mod.ts";
import { type FieldValue, findField, readArgument, renderValue, syscallFields } from "./mod.ts";

/** 2019-08-19 16:00:00.010000000 UTC. */
export const TIME_NS = 1566230400010000000n;
export const CLOCK_NS = 5_000_000_000;

const FILES: Readonly<Record<string, string>> = {
  "/etc/passwd": "root:x:0:0::/root:/bin/bash\nana:x:1000:1000::/home/ana:/bin/zsh\n",
  "/etc/group": "root:x:0:\nana:x:1000:\n",
};

const files: HostFiles = {
  read: (path) => FILES[path],
  version: (path) => path in FILES ? "1" : undefined,
};

export interface ProcessSketch extends Partial<Omit<ProcessSnapshot, "image" | "membership">> {
  readonly processId: number;
  readonly image?: Partial<Image>;
  readonly membership?: Partial<Membership>;
}

/** A state that knows these processes. */
export function stateOf(...processes: readonly ProcessSketch[]): State {
  const state = new State({
    files,
    resolveName: () => Promise.resolve([new Uint8Array([10, 0, 0, 2])]),
  });
  state.processes.seed(processes.map(snapshotOf));
  return state;
}

export const ROOT: Credentials = {
  uid: 0,
  gid: 0,
  euid: 0,
  egid: 0,
  loginUid: 4294967295,
  capInheritable: 0n,
  capPermitted: 0b11n,
  capEffective: 1n,
};

export function snapshotOf(sketch: ProcessSketch): ProcessSnapshot {
  const id = sketch.processId;
  return {
    threadId: id,
    parentId: 0,
    comm: "cat",
    credentials: ROOT,
    cwd: "/root",
    startClockNs: 4_000_000_000,
    ...sketch,
    membership: {
      sessionId: id,
      processGroupId: id,
      virtualPid: id,
      virtualSessionId: id,
      virtualProcessGroupId: id,
      tty: 0,
      cgroup: "/",
      ...sketch.membership,
    },
    image: {
      comm: sketch.comm ?? "cat",
      exe: "cat",
      args: [],
      argsTruncated: false,
      env: [],
      exePath: "/usr/bin/cat",
      exeGiven: "/usr/bin/cat",
      exeInode: 0n,
      exeDevice: 0,
      exeCtimeNs: 0n,
      exeMtimeNs: 0n,
      exeWritable: false,
      exeOnOverlayUpper: false,
      exeOnOverlayLower: false,
      exeFromMemfd: false,
      ...sketch.image,
    },
  };
}

export interface EventSketch extends Partial<Omit<Event, "type" | "param">> {
  /** Parameters by name; the rest is absent. */
  readonly params?: Readonly<Record<string, ParamValue>>;
}

/** An event of the newest type of that name, caused by process 100. */
export function eventOf(name: string, { params = {}, ...sketch }: EventSketch = {}): Event {
  const type = currentEventCode(name)!;
  const definitions = eventType(type)!.params;
  return {
    source: "syscall",
    number: 7,
    timeNs: TIME_NS,
    clockNs: CLOCK_NS,
    cpu: 1,
    threadId: 100,
    processId: 100,
    result: 0,
    compat: false,
    change: undefined,
    descriptor: undefined,
    hasResolvedView: false,
    ...sketch,
    type,
    param: (index) => params[definitions[index]?.name ?? ""],
  };
}

export function pathOf(raw: string, given = raw, resolved?: string): NamedPath {
  return { raw, given, resolved };
}

export function fileOf(path: NamedPath, sketch: Partial<FileDescriptor> = {}): FileDescriptor {
  return {
    number: 3,
    typeChar: "f",
    path,
    socket: undefined,
    protocol: undefined,
    role: undefined,
    connected: undefined,
    inode: 5n,
    device: 8 << 20 | 1,
    flags: 1,
    onOverlayUpper: false,
    ...sketch,
  };
}

export const TUPLE: SocketTuple = {
  family: "ipv4",
  localAddress: new Uint8Array([10, 0, 0, 1]),
  remoteAddress: new Uint8Array([10, 0, 0, 2]),
  localPort: 33060,
  remotePort: 443,
  path: undefined,
};

export function socketOf(
  socket: Partial<SocketTuple> = {},
  sketch: Partial<FileDescriptor> = {},
): FileDescriptor {
  return {
    ...fileOf(pathOf("")),
    path: undefined,
    typeChar: "4",
    socket: { ...TUPLE, ...socket },
    protocol: "tcp",
    role: "client",
    connected: true,
    ...sketch,
  };
}

/** The value of a field as a rule writes it, `proc.aname[2]`, when the event comes by. */
export function valueOf(
  text: string,
  event: Event,
  state: State = stateOf({ processId: 100 }),
  view: View = "given",
): FieldValue {
  state.begin(event);
  state.view = view;
  const { definition, argument } = find(text);
  try {
    return definition.extract(event, state, argument);
  } finally {
    state.end(event);
  }
}

/** The same as text, "<NA>" where there is no value. */
export function textOf(text: string, event: Event, state?: State, view?: View): string {
  return renderValue(valueOf(text, event, state, view), find(text).definition);
}

export function find(text: string) {
  const [, name, bracket] = /^([^[]+)(?:\[(.*)\])?$/.exec(text)!;
  const use = findField(syscallFields, name!, bracket)!;
  const read = readArgument(use.definition, use.argument);
  return {
    definition: use.definition,
    argument: read.kind === "argument" ? read.value : undefined,
  };
}
