/** Opening, closing, copying of descriptors, and where a process is. */
import type { NamedPath } from "../event/mod.ts";
import type { ScapEvent } from "../scap/mod.ts";
import { Descriptor, type DescriptorKind, O_CLOEXEC, O_DIRECTORY } from "./descriptor.ts";
import type { Follower, Handler, Handlers, Remember } from "./follower.ts";
import type { ReplayEvent } from "./replay_event.ts";
import { joined, NOT_CAPTURED, type Texts } from "./texts.ts";
import { plainDirectory, type ReplayThread } from "./threads.ts";

const AT_FDCWD = -100;
/** From here on flags say what the kernel found, not what the caller asked. */
const ADDED_FLAGS = ~(0x4000 - 1);
const FD_UPPER_LAYER = 0x8000, FD_LOWER_LAYER = 0x10000;
const CREAT_UPPER_LAYER = 1, CREAT_LOWER_LAYER = 2;
const CLOSE_RANGE_CLOEXEC = 4;
/** Flag table "fcntl_commands". */
const F_DUPFD = 1, F_SETFD = 3, F_DUPFD_CLOEXEC = 26;
const FD_CLOEXEC = 1;
/** Every flag that has ever meant close-on-exec. */
const CLOEXEC_BITS = O_CLOEXEC | 1;
const UNKNOWN_DIRECTORY = "<UNKNOWN>";
/** No event has as many parameters. */
const NONE = 255;

/** Where a call that opens keeps what it says. */
interface OpenLayout {
  readonly directory: number;
  readonly path: number;
  readonly flags: number;
  readonly device: number;
  readonly inode: number;
  readonly isCreat?: boolean;
}

const OPEN: OpenLayout = { directory: NONE, path: 1, flags: 2, device: 4, inode: 5 };
const CREAT: OpenLayout = {
  directory: NONE,
  path: 1,
  flags: 5,
  device: 3,
  inode: 4,
  isCreat: true,
};
const OPENAT: OpenLayout = { directory: 1, path: 2, flags: 3, device: 5, inode: 6 };
const OPENAT2: OpenLayout = { directory: 1, path: 2, flags: 3, device: 6, inode: 7 };
const OPEN_BY_HANDLE: OpenLayout = { directory: NONE, path: 3, flags: 2, device: 4, inode: 5 };

function opener(layout: OpenLayout): Handler {
  return (event, thread, follower) => {
    const { scap } = event;
    const enter = follower.enterOf(event, thread);
    const isTold = enter?.path !== undefined && enter.path !== NOT_CAPTURED;
    let flags = scap.paramUnsigned(layout.flags) ?? 0;
    if (layout.isCreat) flags = creatFlags(flags);
    // What the call was told when it began cannot have been changed meanwhile by another thread.
    if (isTold && !layout.isCreat) flags = (enter.flags ?? 0) | flags & ADDED_FLAGS;
    const path = isTold
      ? toldPath(event, thread, enter.path!, layout, enter.directory)
      : ownPath(event, thread, layout);
    const number = scap.paramSigned(0) ?? 0;
    // Nothing was opened, and nobody knows what was to be: that is no name to be joined.
    event.opened = number < 0 && path.raw === NOT_CAPTURED
      ? event.texts.named(NOT_CAPTURED, NOT_CAPTURED)
      : path;
    if (number < 0) return;
    const inodeAt = scap.paramStart(layout.inode);
    const hasInode = scap.paramLength(layout.inode) === 8;
    const descriptor = new Descriptor({
      number,
      kind: (flags & O_DIRECTORY) !== 0 ? "directory" : "file",
      path,
      flags,
      encodedDevice: scap.paramUnsigned(layout.device) ?? 0,
      inodeLow: hasInode ? scap.view.getUint32(inodeAt, true) : 0,
      inodeHigh: hasInode ? scap.view.getUint32(inodeAt + 4, true) : 0,
    });
    follower.open(event, thread, descriptor);
  };
}

function creatFlags(flags: number): number {
  if ((flags & CREAT_UPPER_LAYER) !== 0) return FD_UPPER_LAYER;
  return (flags & CREAT_LOWER_LAYER) !== 0 ? FD_LOWER_LAYER : 0;
}

function ownPath(event: ReplayEvent, thread: ReplayThread, layout: OpenLayout): NamedPath {
  const { scap, texts } = event;
  if (texts.isAbsolute(scap, layout.path)) return texts.absolutePath(scap, layout.path);
  const raw = texts.text(scap, layout.path);
  if (layout === OPEN_BY_HANDLE) return texts.relativePath("", raw);
  if (layout.directory === NONE) return texts.relativePath(event.cwd, raw);
  const number = scap.paramSigned(layout.directory);
  return texts.relativePath(number === undefined ? "" : directoryName(thread, number), raw);
}

function toldPath(
  { texts, cwd }: ReplayEvent,
  thread: ReplayThread,
  raw: string,
  layout: OpenLayout,
  number: number | undefined,
): NamedPath {
  if (raw.startsWith("/")) return texts.relativePath("", raw);
  if (layout.directory === NONE) return texts.relativePath(cwd, raw);
  return texts.relativePath(number === undefined ? "" : directoryName(thread, number), raw);
}

/** What a path relative to a descriptor begins with. */
export function directoryName(thread: ReplayThread, number: number): string {
  if (number === AT_FDCWD) return thread.process.cwd;
  const descriptor = thread.descriptors.get(number);
  if (!descriptor) return UNKNOWN_DIRECTORY;
  return descriptor.name === "" || descriptor.name.endsWith("/")
    ? descriptor.name
    : `${descriptor.name}/`;
}

function rememberOpen(path: number, flags: number, directory: number): Remember {
  return (scap: ScapEvent, texts: Texts) =>
    scap.paramLength(0) === 0 ? undefined : {
      type: scap.type,
      path: texts.text(scap, path),
      flags: scap.paramUnsigned(flags) ?? 0,
      directory: scap.paramSigned(directory) ?? AT_FDCWD,
    };
}

/** A call that makes a descriptor without a name. */
function maker(kind: DescriptorKind, flags = NONE): Handler {
  return (event, thread, follower) => {
    const number = event.scap.paramSigned(0) ?? 0;
    if (number < 0) return;
    const bits = event.scap.paramUnsigned(flags) ?? 0;
    follower.open(event, thread, new Descriptor({ number, kind, flags: bits }));
  };
}

const pipe: Handler = (event, thread, follower) => {
  const { scap } = event;
  if ((scap.paramSigned(0) ?? 0) < 0) return;
  const flags = scap.paramUnsigned(4) ?? 0;
  const at = scap.paramStart(3);
  const hasInode = scap.paramLength(3) === 8;
  for (const index of [1, 2]) {
    follower.open(
      event,
      thread,
      new Descriptor({
        number: scap.paramSigned(index) ?? -1,
        kind: "fifo",
        flags,
        inodeLow: hasInode ? scap.view.getUint32(at, true) : 0,
        inodeHigh: hasInode ? scap.view.getUint32(at + 4, true) : 0,
      }),
    );
  }
};

const memfd: Handler = (event, thread, follower) => {
  const { scap, texts } = event;
  const number = scap.paramSigned(0) ?? 0;
  if (number < 0) return;
  const path = texts.named("", texts.text(scap, 1));
  const flags = scap.paramUnsigned(2) ?? 0;
  follower.open(event, thread, new Descriptor({ number, kind: "memfd", path, flags }));
};

const pidfdOpen: Handler = (event, thread, follower) => {
  const { scap, texts } = event;
  const number = scap.paramSigned(0) ?? 0;
  if (number < 0) return;
  const processId = scap.paramSigned(1) ?? 0;
  follower.open(
    event,
    thread,
    new Descriptor({
      number,
      kind: "pidfd",
      path: texts.named("", `/proc/${processId}`),
      flags: scap.paramUnsigned(2) ?? 0,
      processId,
    }),
  );
};

const pidfdGetfd: Handler = (event, thread, follower) => {
  const { scap } = event;
  const pidfd = thread.descriptors.get(scap.paramSigned(1) ?? -1);
  if (pidfd?.kind !== "pidfd") return;
  const target = follower.threads.get(pidfd.processId)?.descriptors.get(scap.paramSigned(2) ?? -1);
  if (!target) return;
  const flags = target.flags & ~CLOEXEC_BITS | O_CLOEXEC;
  copyTo(event, thread, follower, target, scap.paramSigned(0) ?? -1, flags);
};

/** `flags` in place of the original's. */
function copyTo(
  event: ReplayEvent,
  thread: ReplayThread,
  follower: Follower,
  from: Descriptor,
  number: number,
  flags: number,
): void {
  follower.open(event, thread, from.with({ number, flags }));
  // It is called what the original is called.
  event.renamesDescriptor = false;
}

const dup: Handler = (event, thread, follower) => {
  const number = event.scap.paramSigned(0) ?? 0;
  const from = follower.descriptorOf(event, thread);
  if (number < 0 || !from) return;
  copyTo(event, thread, follower, from, number, from.flags & ~CLOEXEC_BITS);
};

const dup3: Handler = (event, thread, follower) => {
  const number = event.scap.paramSigned(0) ?? 0;
  const from = follower.descriptorOf(event, thread);
  if (number < 0 || !from) return;
  const flags = from.flags & ~CLOEXEC_BITS | (event.scap.paramUnsigned(3) ?? 0) & O_CLOEXEC;
  copyTo(event, thread, follower, from, number, flags);
};

const fcntl: Handler = (event, thread, follower) => {
  const { scap } = event;
  const command = scap.paramUnsigned(2);
  if (command !== F_DUPFD && command !== F_DUPFD_CLOEXEC && command !== F_SETFD) return;
  const number = scap.paramSigned(0) ?? 0;
  const from = follower.descriptorOf(event, thread);
  if (number < 0 || !from) return;
  const cleared = from.flags & ~CLOEXEC_BITS;
  if (command === F_SETFD) {
    const wanted = ((scap.paramSigned(3) ?? 0) & FD_CLOEXEC) !== 0;
    follower.replace(event, thread, from.with({ flags: wanted ? cleared | O_CLOEXEC : cleared }));
    return;
  }
  const flags = command === F_DUPFD_CLOEXEC ? cleared | O_CLOEXEC : cleared;
  copyTo(event, thread, follower, from, number, flags);
};

const close: Handler = (event, thread, follower) => {
  if ((event.scap.paramSigned(0) ?? 0) >= 0) {
    follower.closeAfterwards(thread, event.descriptorNumber);
  }
};

const closeRange: Handler = ({ scap }, thread) => {
  if ((scap.paramSigned(0) ?? 0) < 0) return;
  const first = scap.paramUnsigned(1) ?? 0, last = scap.paramUnsigned(2) ?? 0;
  const isWithin = (number: number) => number >= first && number <= last;
  if (((scap.paramUnsigned(3) ?? 0) & CLOSE_RANGE_CLOEXEC) === 0) {
    thread.descriptors.retain((_descriptor, number) => !isWithin(number));
    return;
  }
  for (const [number, descriptor] of [...thread.descriptors.entries()]) {
    if (!isWithin(number)) continue;
    thread.descriptors.set(number, descriptor.with({ flags: descriptor.flags | O_CLOEXEC }));
  }
};

/** Joined with where the process was, as the kernel does; getcwd tells it whole. */
const changeDirectory: Handler = (event, thread, follower) => {
  if ((event.scap.paramSigned(0) ?? 0) < 0) return;
  moveTo(event, thread, follower, event.texts.text(event.scap, 1));
};

const fchdir: Handler = (event, thread, follower) => {
  const descriptor = follower.descriptorOf(event, thread);
  if ((event.scap.paramSigned(0) ?? 0) < 0 || !descriptor) return;
  moveTo(event, thread, follower, descriptor.name);
};

function moveTo(
  { clockNs }: ReplayEvent,
  thread: ReplayThread,
  { sink }: Follower,
  path: string,
): void {
  const { process } = thread;
  const cwd = withSlash(joined(process.cwd, path));
  if (cwd === process.cwd) return;
  process.cwd = cwd;
  const { id: threadId } = thread;
  sink.change(
    { kind: "cwd", threadId, processId: process.id, cwd: plainDirectory(cwd) },
    clockNs,
  );
}

/** As the capture's own process list has them. */
export function withSlash(directory: string): string {
  return directory.endsWith("/") ? directory : `${directory}/`;
}

export const fileHandlers: Handlers = {
  exits: {
    open: opener(OPEN),
    creat: opener(CREAT),
    openat: opener(OPENAT),
    openat2: opener(OPENAT2),
    open_by_handle_at: opener(OPEN_BY_HANDLE),
    memfd_create: memfd,
    pidfd_open: pidfdOpen,
    pidfd_getfd: pidfdGetfd,
    pipe,
    pipe2: pipe,
    eventfd: maker("event"),
    eventfd2: maker("event", 1),
    signalfd: maker("signalfd"),
    signalfd4: maker("signalfd", 1),
    timerfd_create: maker("timerfd", 2),
    inotify_init: maker("inotify"),
    inotify_init1: maker("inotify", 1),
    bpf: maker("bpf"),
    userfaultfd: maker("userfaultfd"),
    io_uring_setup: maker("io_uring"),
    epoll_create: maker("eventpoll"),
    epoll_create1: maker("eventpoll", 1),
    dup,
    dup2: dup,
    dup3,
    fcntl,
    close,
    close_range: closeRange,
    chdir: changeDirectory,
    fchdir,
    getcwd: changeDirectory,
  },
  enters: {
    open: rememberOpen(0, 1, NONE),
    creat: rememberOpen(0, NONE, NONE),
    openat: rememberOpen(1, 2, 0),
    openat2: rememberOpen(1, 2, 0),
  },
};
