/** Descriptors that no event has opened, told by the calls that would have made them. */
import { addressText } from "../base/ip.ts";
import {
  encodeDevice,
  eventType,
  type FileDescriptor,
  flagValue,
  type ParamValue,
  type SocketTuple,
} from "../event/mod.ts";
import { encodeParam } from "../scap/mod.ts";
import { codeOf, type NamedValues, type Role } from "./_params.ts";
import type { ToldDescriptor } from "./_told.ts";

/** A system call that only changes state. */
export interface ToldCall {
  readonly name: string;
  readonly values: NamedValues;
  readonly role?: Role;
  /** When it was, on the clock of events; absent: just now. */
  readonly clockNs?: number;
}

const AT_FDCWD = -100;
const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16;
const DOMAINS: Readonly<Record<string, number>> = {
  u: AF_UNIX,
  4: AF_INET,
  6: AF_INET6,
  n: AF_NETLINK,
};
/** Type and protocol of socket(2). */
const SOCKETS: Readonly<Record<string, readonly [number, number]>> = {
  tcp: [1, 6],
  udp: [2, 17],
  icmp: [2, 1],
  raw: [3, 255],
};
const STREAM: readonly [number, number] = [1, 0];

/** What makes a descriptor without a path; the first parameter is its number. */
const MAKERS: Readonly<Record<string, string>> = {
  e: "eventfd2",
  s: "signalfd4",
  t: "timerfd_create",
  i: "inotify_init1",
  l: "epoll_create1",
  r: "io_uring_setup",
  x: "userfaultfd",
  b: "bpf",
  P: "pidfd_open",
};

export function toldDescriptor(descriptor: FileDescriptor): ToldDescriptor {
  const { typeChar, socket } = descriptor;
  const path = descriptor.path?.given ?? "";
  const key = socket
    ? `${typeChar}|${descriptor.role}|${socketKey(socket)}`
    : `${typeChar}|${path}`;
  return { typeChar, path, key };
}

function socketKey({ localAddress, localPort, remoteAddress, remotePort, path }: SocketTuple) {
  const text = (address: Uint8Array | undefined) => address ? addressText(address) : "";
  return `${text(localAddress)}:${localPort}|${text(remoteAddress)}:${remotePort}|${path ?? ""}`;
}

/** The calls that lead to it. */
export function callsMaking(descriptor: FileDescriptor): readonly ToldCall[] {
  return knownCalls(descriptor).map(withEveryNumber);
}

/** Falco ends at a call that makes a descriptor and lacks a number: those that nobody knows are 0. */
function withEveryNumber(call: ToldCall): ToldCall {
  const values: Record<string, ParamValue> = {};
  for (const { name, type } of eventType(codeOf(call.name))!.params) {
    values[name] = call.values[name] ?? (encodeParam(type, 0) ? 0 : undefined);
  }
  return { ...call, values };
}

function knownCalls(descriptor: FileDescriptor): readonly ToldCall[] {
  const { number, typeChar } = descriptor;
  switch (typeChar) {
    case "f":
    case "d":
      return [openCall(descriptor)];
    case "4":
    case "6":
    case "u":
      return [socketCall(descriptor), ...connectionCalls(descriptor)];
    case "n":
      return [socketCall(descriptor)];
    case "o":
      return descriptor.socket ? [socketCall(descriptor)] : [];
    case "p": {
      const ino = descriptor.inode;
      return [{ name: "pipe2", values: { res: 0, fd1: number, fd2: number, ino, flags: 0 } }];
    }
    case "m": {
      const name = descriptor.path?.given;
      return [{ name: "memfd_create", values: { fd: number, name, flags: 0 } }];
    }
    default: {
      const name = Object.hasOwn(MAKERS, typeChar) ? MAKERS[typeChar]! : undefined;
      if (name === undefined) return [];
      const pid = /^\/proc\/(\d+)$/.exec(descriptor.path?.given ?? "")?.[1];
      const [first] = eventType(codeOf(name))!.params;
      return [{ name, values: { [first!.name]: number, ...pid && { pid: Number(pid) } } }];
    }
  }
}

function openCall(descriptor: FileDescriptor): ToldCall {
  const { number, typeChar, path, device, inode, onOverlayUpper } = descriptor;
  let { flags } = descriptor;
  if (typeChar === "d") flags |= flagValue("file_flags", "O_DIRECTORY")!;
  if (onOverlayUpper) flags |= flagValue("file_flags", "FD_UPPER_LAYER")!;
  const file = { flags, dev: encodeDevice(device ?? 0), ino: inode };
  // What this names is not joined with where the process is.
  if (path === undefined) {
    const values = { fd: number, mountfd: AT_FDCWD, path: "", ...file };
    return { name: "open_by_handle_at", values };
  }
  const opened = { ...file, name: path.given, mode: 0 };
  return { name: "openat", values: { fd: number, dirfd: AT_FDCWD, ...opened } };
}

/** The socket alone, neither bound nor connected. */
export function socketCall({ number, typeChar, protocol }: FileDescriptor): ToldCall {
  const known = protocol !== undefined && Object.hasOwn(SOCKETS, protocol);
  const [type, proto] = known ? SOCKETS[protocol]! : STREAM;
  const domain = DOMAINS[typeChar] ?? 0;
  return { name: "socket", values: { fd: number, domain, type, proto, flags: 0 } };
}

function connectionCalls(descriptor: FileDescriptor): readonly ToldCall[] {
  const { number, typeChar, socket, protocol, role } = descriptor;
  if (!socket) return [];
  const connect: ToldCall = {
    name: "connect",
    values: { res: 0, tuple: socket, fd: number },
    role: "client",
  };
  if (socket.family === "unix") return socket.path ? [connect] : [];
  const own: SocketTuple = { ...endsOf(socket), remoteAddress: undefined, remotePort: 0 };
  const bind: ToldCall = { name: "bind", values: { res: 0, addr: own, fd: number } };
  if (!hasPeer(socket)) return socket.localPort === 0 ? [] : [bind];
  if (role !== "server") return [connect];
  // Of IPv4 it is found out that a server's socket connects the other way round.
  if (protocol !== "tcp") return [bind, typeChar === "6" ? { ...connect, role } : connect];
  return [{ name: "accept4", values: { fd: number, tuple: socket }, role: "server" }];
}

/** Its members may be getters, which a spread leaves behind. */
function endsOf({ family, localAddress, localPort, path }: SocketTuple) {
  return { family, localAddress, localPort, path };
}

function hasPeer({ remoteAddress, remotePort }: SocketTuple): boolean {
  return remotePort !== 0 || (remoteAddress?.some((byte) => byte !== 0) ?? false);
}
