/** Closing and copying of descriptors, those without a path, and where a process is. */
import { Descriptor, type DescriptorKind, O_CLOEXEC } from "./descriptor.ts";
import {
  type Follower,
  type Handler,
  type Handlers,
  type Pass,
  UNKNOWN_DIRECTORY,
} from "./follower.ts";
import type { ReplayEvent } from "./replay_event.ts";
import { joined } from "./texts.ts";
import { plainDirectory, type ReplayThread } from "./threads.ts";

import { openers, openersEntered } from "./_follow_opens.ts";
const CLOSE_RANGE_CLOEXEC = 4;
/** In UTF-16 units. Kernels tell no more than 4096 bytes of one, but nobody has to be told by a kernel. */
const MAX_DIRECTORY = 16_384;
/** Flag table "fcntl_commands". */
const F_DUPFD = 1, F_SETFD = 3, F_DUPFD_CLOEXEC = 26;
const FD_CLOEXEC = 1;
/** Every flag that has ever meant close-on-exec. */
const CLOEXEC_BITS = O_CLOEXEC | 1;
/** No event has as many parameters. */
const NONE = 255;

/** A call that makes a descriptor without a name. */
function maker(kind: DescriptorKind, flags = NONE): Handler {
  return (event, thread, follower) => {
    const number = event.scap.paramSigned(0) ?? 0;
    if (number < 0) return;
    const bits = event.scap.paramUnsigned(flags) ?? 0;
    follower.open(event, thread, number, Descriptor.of({ kind, flags: bits }));
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
      scap.paramSigned(index) ?? -1,
      Descriptor.of({
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
  follower.open(event, thread, number, Descriptor.of({ kind: "memfd", path, flags }));
};

const pidfdOpen: Handler = (event, thread, follower) => {
  const { scap, texts } = event;
  const number = scap.paramSigned(0) ?? 0;
  if (number < 0) return;
  const processId = scap.paramSigned(1) ?? 0;
  follower.open(
    event,
    thread,
    number,
    Descriptor.of({
      kind: "pidfd",
      path: texts.named("", `/proc/${processId}`),
      flags: scap.paramUnsigned(2) ?? 0,
      processId,
    }),
  );
};

const pidfdGetfd: Handler = (event, thread, follower) => {
  const { scap } = event;
  const pidfd = thread.table.get(scap.paramSigned(1) ?? -1);
  if (pidfd?.kind !== "pidfd") return;
  const target = follower.threads.get(pidfd.processId)?.table.get(scap.paramSigned(2) ?? -1);
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
  follower.open(event, thread, number, from.with({ flags }));
  // It is called what the original is called.
  event.renames = false;
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

const passClose: Pass = (scap, { table }, index) => {
  if ((scap.paramSigned(0) ?? 0) >= 0) table.delete(scap.paramSigned(index) ?? -1);
  return true;
};

const closeRange: Handler = ({ scap }, thread) => {
  if ((scap.paramSigned(0) ?? 0) < 0) return;
  const first = scap.paramUnsigned(1) ?? 0, last = scap.paramUnsigned(2) ?? 0;
  const isWithin = (number: number) => number >= first && number <= last;
  if (((scap.paramUnsigned(3) ?? 0) & CLOSE_RANGE_CLOEXEC) === 0) {
    thread.table.retain((_descriptor, number) => !isWithin(number));
    return;
  }
  for (const [number, descriptor] of [...thread.table.entries()]) {
    if (!isWithin(number)) continue;
    thread.table.set(number, descriptor.with({ flags: descriptor.flags | O_CLOEXEC }));
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
  { clockNs, texts }: ReplayEvent,
  thread: ReplayThread,
  { sink }: Follower,
  path: string,
): void {
  const { process } = thread;
  // Falco keeps it with the main thread; of threads that nobody knows it knows none.
  if (!thread.isKnown || !process.leader) return;
  const whole = withSlash(joined(process.cwd, path));
  const cwd = whole.length > MAX_DIRECTORY ? UNKNOWN_DIRECTORY : whole;
  if (cwd === process.cwd) return;
  texts.room -= cwd.length;
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
    ...openers,
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
  enters: openersEntered,
  passes: { close: passClose },
};
