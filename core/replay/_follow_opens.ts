/** Files that are opened, and under which path. */
import type { EventKin } from "../event/mod.ts";
import type { ScapEvent } from "../scap/mod.ts";
import { Descriptor, O_DIRECTORY, O_TMPFILE, O_WRONLY } from "./descriptor.ts";
import type { Handler, Remember } from "./follower.ts";
import type { ReplayEvent } from "./replay_event.ts";
import { type InternedPath, NOT_CAPTURED, type Texts } from "./texts.ts";
import type { ReplayThread } from "./threads.ts";

const AT_FDCWD = -100;
/**
 * Of a file that O_TMPFILE made in a directory, which Falco takes for the directory. Its probes set that
 * bit for every directory, but no directory is opened for writing.
 */
const UNNAMED = O_TMPFILE | O_WRONLY;
/** From here on flags say what the kernel found, not what the caller asked. */
const ADDED_FLAGS = ~(0x4000 - 1);
const FD_UPPER_LAYER = 0x8000, FD_LOWER_LAYER = 0x10000;
/** O_CREAT, O_TMPFILE: only with these the mode means something. */
const WITH_MODE = 4 | 0x2000;
/** linux include/linux/err.h */
const MAX_ERRNO = 4095;
const CREAT_UPPER_LAYER = 1, CREAT_LOWER_LAYER = 2;
const UNKNOWN_DIRECTORY = "<UNKNOWN>";
/** No event has as many parameters. */
const NONE = 255;

/** Where a call that opens keeps what it says. */
interface OpenLayout {
  readonly directory: number;
  readonly path: number;
  readonly flags: number;
  readonly mode: number;
  readonly device: number;
  readonly inode: number;
  readonly isCreat?: boolean;
  /** Where calls of the type are kept. */
  readonly known?: keyof Texts["knownOpens"];
}

const OPEN: OpenLayout = {
  directory: NONE,
  path: 1,
  flags: 2,
  mode: 3,
  device: 4,
  inode: 5,
  known: "open",
};
const CREAT: OpenLayout = {
  directory: NONE,
  path: 1,
  flags: 5,
  mode: 2,
  device: 3,
  inode: 4,
  isCreat: true,
};
const OPENAT: OpenLayout = {
  directory: 1,
  path: 2,
  flags: 3,
  mode: 4,
  device: 5,
  inode: 6,
  known: "openat",
};
const OPENAT2: OpenLayout = { directory: 1, path: 2, flags: 3, mode: 4, device: 6, inode: 7 };
const OPEN_BY_HANDLE: OpenLayout = {
  directory: NONE,
  path: 3,
  flags: 2,
  mode: NONE,
  device: 4,
  inode: 5,
};

function opener(layout: OpenLayout): Handler {
  return (event, thread, follower) => {
    const { scap } = event;
    const knownOpens = layout.known === undefined || thread.enter !== undefined
      ? undefined
      : event.texts.knownOpens[layout.known];
    if (knownOpens?.find(scap)) {
      event.opened = knownOpens.path;
      event.kin = knownOpens;
      const number = scap.paramSigned(0)!;
      if (number >= 0) follower.open(event, thread, number, knownOpens.descriptor!);
      return;
    }
    const enter = follower.enterOf(event, thread);
    const isTold = enter?.path !== undefined && enter.path !== NOT_CAPTURED;
    let flags = scap.paramUnsigned(layout.flags) ?? 0;
    if (layout.isCreat) flags = creatFlags(flags);
    // What the call was told when it began cannot have been changed meanwhile by another thread.
    if (isTold && !layout.isCreat) flags = (enter.flags ?? 0) | flags & ADDED_FLAGS;
    const again = isTold ? saidAgain(event, enter.path!, layout) : undefined;
    const path = isTold
      ? again ?? toldPath(event, thread, enter.path!, layout, enter.directory)
      : ownPath(event, thread, layout);
    const number = scap.paramSigned(0) ?? 0;
    // Nothing was opened, and nobody knows what was to be: that is no name to be joined.
    event.opened = number < 0 && path.raw === NOT_CAPTURED
      ? event.texts.named(NOT_CAPTURED, NOT_CAPTURED)
      : path;
    const isAsTold = again !== undefined && flags === scap.paramUnsigned(layout.flags);
    if (!isTold || isAsTold) event.kin = kinOf(scap, path, layout);
    if (number < 0) {
      if (event.kin !== undefined) knownOpens?.keep(scap, path, undefined);
      return;
    }
    const last = path.lastOpened;
    const descriptor = describe(scap, { flags, path, layout });
    follower.open(event, thread, number, descriptor);
    if (descriptor === last) knownOpens?.keep(scap, path, descriptor);
  };
}

/** Of what the call says itself; absent where a path begins at a descriptor, or something is missing. */
function kinOf(scap: ScapEvent, path: InternedPath, layout: OpenLayout): EventKin | undefined {
  const result = scap.paramSigned(0);
  const flags = scap.paramUnsigned(layout.flags), mode = scap.paramUnsigned(layout.mode);
  if (result === undefined || flags === undefined || mode === undefined) return undefined;
  if (result < -MAX_ERRNO) return undefined;
  if (
    layout.directory !== NONE && scap.paramSigned(layout.directory) !== AT_FDCWD &&
    !path.raw.startsWith("/")
  ) return undefined;
  const call = (result < 0 ? -result << 16 : 0) | scap.type;
  const hasMode = layout.isCreat || (flags & WITH_MODE) !== 0;
  return path.namedOnceMore()?.of(call, flags | 0, hasMode ? mode : 0, 0);
}

interface Opened {
  readonly flags: number;
  readonly path: InternedPath;
  readonly layout: OpenLayout;
}

function describe(scap: ScapEvent, { flags, path, layout }: Opened): Descriptor {
  const inodeAt = scap.paramStart(layout.inode);
  const hasInode = scap.paramLength(layout.inode) === 8;
  const bits = flags | 0;
  const device = (scap.paramUnsigned(layout.device) ?? 0) | 0;
  const inodeLow = hasInode ? scap.view.getInt32(inodeAt, true) : 0;
  const inodeHigh = hasInode ? scap.view.getInt32(inodeAt + 4, true) : 0;
  const last = path.openedAs(bits, device, inodeLow, inodeHigh);
  if (last !== undefined) return last;
  const isDirectory = (flags & O_DIRECTORY) !== 0 && (flags & UNNAMED) !== UNNAMED;
  const kind = isDirectory ? "directory" : "file";
  const descriptor = new Descriptor(
    kind,
    path,
    bits >>> 0,
    device,
    inodeLow,
    inodeHigh,
    path.given,
  );
  path.remember(descriptor);
  return descriptor;
}

function creatFlags(flags: number): number {
  if ((flags & CREAT_UPPER_LAYER) !== 0) return FD_UPPER_LAYER;
  return (flags & CREAT_LOWER_LAYER) !== 0 ? FD_LOWER_LAYER : 0;
}

function ownPath(event: ReplayEvent, thread: ReplayThread, layout: OpenLayout): InternedPath {
  const { scap, texts } = event;
  if (texts.isAbsolute(scap, layout.path)) return texts.absolutePath(scap, layout.path);
  const raw = texts.text(scap, layout.path);
  if (layout === OPEN_BY_HANDLE) return texts.relativePath("", raw);
  if (layout.directory === NONE) return texts.relativePath(event.cwd, raw);
  const number = scap.paramSigned(layout.directory);
  return texts.relativePath(number === undefined ? "" : directoryName(thread, number), raw);
}

/** The path from the root that the call was given, where its end names the same: nearly always. */
function saidAgain(
  { scap, texts }: ReplayEvent,
  raw: string,
  layout: OpenLayout,
): InternedPath | undefined {
  if (!texts.isAbsolute(scap, layout.path)) return undefined;
  const path = texts.absolutePath(scap, layout.path);
  return path.raw === raw ? path : undefined;
}

function toldPath(
  { texts, cwd }: ReplayEvent,
  thread: ReplayThread,
  raw: string,
  layout: OpenLayout,
  number: number | undefined,
): InternedPath {
  if (raw.startsWith("/")) return texts.relativePath("", raw);
  if (layout.directory === NONE) return texts.relativePath(cwd, raw);
  return texts.relativePath(number === undefined ? "" : directoryName(thread, number), raw);
}

/** What a path relative to a descriptor begins with. */
export function directoryName(thread: ReplayThread, number: number): string {
  if (number === AT_FDCWD) return thread.process.cwd;
  const descriptor = thread.table.get(number);
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

export const openers: Readonly<Record<string, Handler>> = {
  open: opener(OPEN),
  creat: opener(CREAT),
  openat: opener(OPENAT),
  openat2: opener(OPENAT2),
  open_by_handle_at: opener(OPEN_BY_HANDLE),
};

export const openersEntered: Readonly<Record<string, Remember>> = {
  open: rememberOpen(0, 1, NONE),
  creat: rememberOpen(0, NONE, NONE),
  openat: rememberOpen(1, 2, 0),
  openat2: rememberOpen(1, 2, 0),
};
