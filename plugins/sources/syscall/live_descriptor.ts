/** File and socket records as the `FileDescriptor` that rules see. */
import {
  type FileDescriptor,
  joinPath,
  type NamedPath,
  type SocketTuple,
} from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { textAt } from "./memory.ts";

const { FILE_FACTS, FILE_FLAGS, FILE_RECORD, SOCKET_FACTS, SOCKET_RECORD } = layout;

const O_DIRECTORY = 0o200000;
const S_IFMT = 0o170000, S_IFDIR = 0o040000, S_IFIFO = 0o010000;
const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16;
const SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3;
const IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_ICMPV6 = 58, IPPROTO_RAW = 255;
const TCP_ESTABLISHED = 1;

/** Anonymous inodes by the name the kernel gives them, linux fs/anon_inodes.c and its callers. */
const ANONYMOUS: readonly (readonly [string, string])[] = [
  ["pipe:", "p"],
  ["memfd:", "m"],
  ["anon_inode:[eventfd]", "e"],
  ["anon_inode:[eventpoll]", "l"],
  ["anon_inode:inotify", "i"],
  ["anon_inode:[timerfd]", "t"],
  ["anon_inode:[signalfd]", "s"],
  ["anon_inode:[io_uring]", "r"],
  ["anon_inode:[userfaultfd]", "x"],
  ["anon_inode:[pidfd]", "P"],
  ["anon_inode:bpf", "b"],
];

/** `opens`: the call is of the open family, so the path as given stands in the record. */
export function fileDescriptorAt(
  memory: RingMemory,
  at: number,
  opens: boolean,
  flags: number,
): FileDescriptor {
  const facts = at + FILE_RECORD.file;
  const fileFlags = memory.u16[(facts + FILE_FACTS.flags) >> 1]!;
  const known = (fileFlags & FILE_FLAGS.known) !== 0;
  const mode = memory.u16[(facts + FILE_FACTS.mode) >> 1]!;
  const path = namedPathAt(memory, at, opens, fileFlags);
  return {
    number: memory.i32[(at + FILE_RECORD.fd) >> 2]!,
    typeChar: fileTypeChar({ opens, mode, fileFlags, openFlags: flags, name: path?.given ?? "" }),
    path,
    socket: undefined,
    protocol: undefined,
    role: undefined,
    connected: undefined,
    inode: known ? memory.u64[(facts + FILE_FACTS.inode) >> 3]! : undefined,
    device: known ? memory.u32[(facts + FILE_FACTS.device) >> 2]! : undefined,
    flags,
    onOverlayUpper: (fileFlags & FILE_FLAGS.overlayUpper) !== 0,
  };
}

function namedPathAt(
  memory: RingMemory,
  at: number,
  opens: boolean,
  fileFlags: number,
): NamedPath | undefined {
  const givenBytes = memory.u16[(at + FILE_RECORD.givenLength) >> 1]!;
  const baseBytes = memory.u16[(at + FILE_RECORD.baseLength) >> 1]!;
  const resolvedBytes = memory.u16[(at + FILE_RECORD.resolvedLength) >> 1]!;
  const start = at + FILE_RECORD.data;
  const raw = textAt(memory, start, givenBytes);
  if (opens && givenBytes > 0) {
    const given = joinPath(directoryAt(memory, start + givenBytes, baseBytes), raw);
    const resolved = (fileFlags & FILE_FLAGS.same) !== 0
      ? raw
      : textAt(memory, start + givenBytes + baseBytes, resolvedBytes);
    return { raw, given, resolved: resolved === "" ? undefined : resolved };
  }
  const name = textAt(memory, start + givenBytes + baseBytes, resolvedBytes);
  return name === "" ? undefined : { raw: name, given: name, resolved: name };
}

/** With the slash that `joinPath` expects; "/" when the probe could not tell. */
export function directoryAt(memory: RingMemory, at: number, bytes: number): string {
  const base = textAt(memory, at, bytes);
  return base.endsWith("/") ? base : `${base}/`;
}

interface FileKind {
  readonly opens: boolean;
  readonly mode: number;
  readonly fileFlags: number;
  readonly openFlags: number;
  readonly name: string;
}

/** Falco calls everything opened by path a file, and a directory only what was opened as one. */
function fileTypeChar({ opens, mode, fileFlags, openFlags, name }: FileKind): string {
  if ((fileFlags & FILE_FLAGS.memfd) !== 0) return "m";
  if (opens) return (openFlags & O_DIRECTORY) !== 0 ? "d" : "f";
  if ((fileFlags & FILE_FLAGS.pseudo) !== 0) {
    return ANONYMOUS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? "o";
  }
  if ((mode & S_IFMT) === S_IFDIR) return "d";
  return (mode & S_IFMT) === S_IFIFO ? "p" : "f";
}

/** What a call says about the direction of a connection. */
export type SocketCall = "connect" | "accept" | "other";

export function socketDescriptorAt(
  memory: RingMemory,
  at: number,
  call: SocketCall,
): FileDescriptor {
  const facts = at + SOCKET_RECORD.socket;
  const u16 = (field: number) => memory.u16[(facts + field) >> 1]!;
  const family = u16(SOCKET_FACTS.family);
  const type = u16(SOCKET_FACTS.type);
  const state = memory.u8[facts + SOCKET_FACTS.state]!;
  const socket = tupleAt(memory, at, family);
  const ip = family === AF_INET || family === AF_INET6;
  return {
    number: memory.i32[(at + SOCKET_RECORD.fd) >> 2]!,
    typeChar: ip ? (family === AF_INET ? "4" : "6") : familyTypeChar(family),
    path: unixPath(socket),
    socket,
    protocol: ip ? protocolName(type, u16(SOCKET_FACTS.protocol)) : undefined,
    role: call === "accept" ? "server" : call === "connect" ? "client" : undefined,
    connected: state === TCP_ESTABLISHED,
    inode: memory.u64[(at + SOCKET_RECORD.inode) >> 3]!,
    device: undefined,
    flags: 0,
    onOverlayUpper: false,
  };
}

function familyTypeChar(family: number): string {
  if (family === AF_UNIX) return "u";
  return family === AF_NETLINK ? "n" : "o";
}

function protocolName(type: number, protocol: number): string {
  if (protocol === IPPROTO_TCP) return "tcp";
  if (protocol === IPPROTO_UDP) return "udp";
  if (protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6) return "icmp";
  if (protocol === IPPROTO_RAW || type === SOCK_RAW) return "raw";
  if (type === SOCK_STREAM) return "tcp";
  return type === SOCK_DGRAM ? "udp" : "<NA>";
}

/** The socket's own addresses; the argument of the call only where the socket has no peer. */
function tupleAt(memory: RingMemory, at: number, family: number): SocketTuple {
  const facts = at + SOCKET_RECORD.socket;
  const u16 = (field: number) => memory.u16[(facts + field) >> 1]!;
  const localBytes = memory.u16[(at + SOCKET_RECORD.localNameLength) >> 1]!;
  const peerBytes = memory.u16[(at + SOCKET_RECORD.peerNameLength) >> 1]!;
  const resolvedBytes = memory.u16[(at + SOCKET_RECORD.resolvedLength) >> 1]!;
  const addressBytes = memory.u16[(at + SOCKET_RECORD.addressLength) >> 1]!;
  const names = at + SOCKET_RECORD.data;
  const argument = names + localBytes + peerBytes + resolvedBytes;
  if (family !== AF_INET && family !== AF_INET6) {
    const name = unixName(memory, names + localBytes, peerBytes) ||
      unixArgument(memory, argument, addressBytes) || unixName(memory, names, localBytes);
    return {
      family: family === AF_UNIX ? "unix" : "other",
      localAddress: undefined,
      remoteAddress: undefined,
      localPort: 0,
      remotePort: 0,
      path: family === AF_UNIX ? name : undefined,
    };
  }
  const bytes = family === AF_INET ? 4 : 16;
  const copy = (field: number) => memory.u8.slice(facts + field, facts + field + bytes);
  const tuple: SocketTuple = {
    family: family === AF_INET ? "ipv4" : "ipv6",
    localAddress: copy(SOCKET_FACTS.localAddress),
    remoteAddress: copy(SOCKET_FACTS.remoteAddress),
    localPort: u16(SOCKET_FACTS.localPort),
    remotePort: u16(SOCKET_FACTS.remotePort),
    path: undefined,
  };
  if (tuple.remotePort !== 0) return tuple;
  return { ...tuple, ...ipArgument(memory, argument, addressBytes) };
}

/** struct sockaddr_in and sockaddr_in6, ports in network order; linux include/uapi/linux/in.h, in6.h. */
function ipArgument(
  memory: RingMemory,
  at: number,
  bytes: number,
): Pick<SocketTuple, "remoteAddress" | "remotePort"> | undefined {
  if (bytes < 8) return undefined;
  const family = memory.u8[at]! | memory.u8[at + 1]! << 8;
  const remotePort = memory.u8[at + 2]! << 8 | memory.u8[at + 3]!;
  if (family === AF_INET) return { remotePort, remoteAddress: memory.u8.slice(at + 4, at + 8) };
  if (family !== AF_INET6 || bytes < 24) return undefined;
  return { remotePort, remoteAddress: memory.u8.slice(at + 8, at + 24) };
}

function unixArgument(memory: RingMemory, at: number, bytes: number): string {
  const family = bytes > 2 ? memory.u8[at]! | memory.u8[at + 1]! << 8 : 0;
  return family === AF_UNIX ? unixName(memory, at + 2, bytes - 2) : "";
}

/** Abstract names start with a NUL and are written with "@", as /proc/net/unix does. */
function unixName(memory: RingMemory, at: number, bytes: number): string {
  if (bytes <= 0) return "";
  const name = textAt(memory, at, bytes);
  if (name.startsWith("\0")) return `@${name.slice(1)}`;
  const end = name.indexOf("\0");
  return end < 0 ? name : name.slice(0, end);
}

function unixPath(socket: SocketTuple): NamedPath | undefined {
  const name = socket.path;
  return name ? { raw: name, given: name, resolved: undefined } : undefined;
}

/** True when the record is about a file whose kernel path is not the path as given. */
export function resolvedElsewhere(path: NamedPath | undefined): boolean {
  return path?.resolved !== undefined && path.resolved !== path.given;
}
