/** Socket records as the `FileDescriptor` that rules see. */
import {
  addressText,
  type FileDescriptor,
  type NamedPath,
  type SocketTuple,
} from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { textAt } from "./memory.ts";

const { SOCKET_FACTS, SOCKET_RECORD } = layout;

const AF_UNSPEC = 0, AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16;
const SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3;
const IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_ICMPV6 = 58, IPPROTO_RAW = 255;
const TCP_ESTABLISHED = 1;

type RemoteEnd = Pick<SocketTuple, "remoteAddress" | "remotePort">;

/** What a call says about the two ends of a socket. */
export type SocketCall = "connect" | "accept" | "bind" | "other";

/** Absent when the call names no socket. */
export function socketDescriptorAt(
  memory: RingMemory,
  at: number,
  call: SocketCall,
): FileDescriptor | undefined {
  const facts = at + SOCKET_RECORD.socket;
  const u16 = (field: number) => memory.u16[(facts + field) >> 1]!;
  const family = u16(SOCKET_FACTS.family);
  if (family === AF_UNSPEC) return undefined;
  const type = u16(SOCKET_FACTS.type);
  const state = memory.u8[facts + SOCKET_FACTS.state]!;
  const tuple = asFalcoHas(tupleAt(memory, at, family, call));
  const ip = family === AF_INET || family === AF_INET6;
  const protocol = ip
    ? protocolName({
      type,
      number: u16(SOCKET_FACTS.protocol),
      isFlagged: memory.u8[facts + SOCKET_FACTS.flagged] !== 0,
      tuple,
    })
    : undefined;
  const socket = protocol === "icmp" || protocol === "raw" ? withoutPorts(tuple) : tuple;
  return {
    number: memory.i32[(at + SOCKET_RECORD.fd) >> 2]!,
    typeChar: ip ? (socket.family === "ipv4" ? "4" : "6") : familyTypeChar(family),
    path: unixPath(socket, memory, at),
    socket,
    protocol,
    role: ip
      ? roleOf(socket, call, memory.u8[facts + SOCKET_FACTS.foundByPort] !== 0)
      : unixRole(socket, call, {
        connected: state === TCP_ESTABLISHED,
        hasOwnName: memory.u16[(at + SOCKET_RECORD.localNameLength) >> 1] !== 0,
      }),
    connected: state === TCP_ESTABLISHED,
    // As Falco has it.
    inode: undefined,
    device: undefined,
    flags: 0,
    onOverlayUpper: false,
  };
}

/** Who called whom: by the call, or by what the kernel knows of the port of this end. */
function roleOf(
  socket: SocketTuple,
  call: SocketCall,
  foundByPort: boolean,
): "client" | "server" | undefined {
  if (call === "accept") return "server";
  if (call === "connect") return "client";
  // What has a port there has a peer: the address need not be copied to know.
  if (socket.remotePort === 0 && (socket.remoteAddress ?? []).every((byte) => byte === 0)) {
    return socket.localPort === 0 ? undefined : "server";
  }
  return foundByPort ? "server" : "client";
}

/** As in Falco: who has talked to somebody has one. What is only bound has none, and pairs have none. */
function unixRole(
  { path }: SocketTuple,
  call: SocketCall,
  { connected, hasOwnName }: { readonly connected: boolean; readonly hasOwnName: boolean },
): "client" | "server" | undefined {
  if (call === "accept") return "server";
  if (call === "connect") return "client";
  if (!path || hasOwnName && !connected) return undefined;
  return hasOwnName ? "server" : "client";
}

function familyTypeChar(family: number): string {
  if (family === AF_UNIX) return "u";
  return family === AF_NETLINK ? "n" : "o";
}

interface MadeAs {
  readonly type: number;
  readonly number: number;
  readonly isFlagged: boolean;
  readonly tuple: SocketTuple;
}

/**
 * Falco holds the type as it was passed against SOCK_RAW, so a raw socket that was made with SOCK_CLOEXEC or
 * SOCK_NONBLOCK is one of its protocol. One of a protocol that it does not know is one of UDP as soon as it
 * talks to somebody. libs userspace/libsinsp/parsers.cpp add_socket, update_fd
 */
function protocolName({ type, number, isFlagged, tuple }: MadeAs): string | undefined {
  const isRaw = type === SOCK_RAW && !isFlagged;
  switch (number) {
    case IPPROTO_TCP:
      return isRaw ? "raw" : "tcp";
    case IPPROTO_UDP:
      return isRaw ? "raw" : "udp";
    case IPPROTO_ICMP:
      return isRaw ? "raw" : "icmp";
    case IPPROTO_RAW:
      return "raw";
    default:
      if (type === SOCK_STREAM) return "tcp";
      if (type === SOCK_DGRAM && number !== IPPROTO_ICMPV6) return "udp";
      return hasPeer(tuple) ? "udp" : undefined;
  }
}

function hasPeer({ remoteAddress, remotePort }: SocketTuple): boolean {
  return remotePort !== 0 || (remoteAddress ?? []).some((byte) => byte !== 0);
}

/** A connection that prints as its addresses alone; which ports it has its tuple goes on telling. */
class PortlessTuple implements SocketTuple {
  readonly path = undefined;

  constructor(readonly whole: SocketTuple) {}

  get family() {
    return this.whole.family;
  }

  get localAddress() {
    return this.whole.localAddress;
  }

  get remoteAddress() {
    return this.whole.remoteAddress;
  }

  get localPort() {
    return this.whole.localPort;
  }

  get remotePort() {
    return this.whole.remotePort;
  }

  get text(): string {
    const { localAddress, remoteAddress } = this.whole;
    const shown = (address: Uint8Array | undefined) => address ? addressText(address) : "";
    return `${shown(localAddress)}->${shown(remoteAddress)}`;
  }
}

/** libs userspace/libsinsp/utils.cpp sockinfo_to_str */
function withoutPorts(tuple: SocketTuple): SocketTuple {
  return hasPeer(tuple) ? new PortlessTuple(tuple) : tuple;
}

/** As calls tell what they move; libs driver/modern_bpf, OUTBOUND and INBOUND. */
export function movedTuple(
  socket: SocketTuple,
  direction: NonNullable<SocketTuple["direction"]>,
): SocketTuple {
  const { family, localAddress, remoteAddress, localPort, remotePort } = socket;
  if (family !== "ipv4" && family !== "ipv6") return socket;
  return {
    family,
    localAddress,
    remoteAddress,
    localPort: socket instanceof KernelTuple ? socket.ownPort : localPort,
    remotePort,
    path: undefined,
    direction,
  };
}

/** With the ports, as calls tell it. */
export function wholeTuple(socket: SocketTuple): SocketTuple {
  return socket instanceof PortlessTuple ? socket.whole : socket;
}

/** The socket's own addresses; the argument of the call only where the socket has no peer. */
function tupleAt(
  memory: RingMemory,
  at: number,
  family: number,
  call: SocketCall,
): SocketTuple {
  const facts = at + SOCKET_RECORD.socket;
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
  const tuple = new KernelTuple(memory, facts, family === AF_INET ? "ipv4" : "ipv6");
  const given = ipArgument(memory, argument, addressBytes);
  // As in Falco: which port the kernel chose is told by whatever the socket does next.
  if (call === "bind" && given?.remotePort === 0) return unchosen(tuple.family, given);
  // A raw one keeps no port, and has what was passed.
  if (call === "bind" && given && tuple.isRaw && !hasPeer(tuple)) {
    const { remoteAddress: localAddress, remotePort: localPort } = given;
    const { family, remoteAddress } = tuple;
    return { family, localAddress, localPort, remoteAddress, remotePort: 0, path: undefined };
  }
  // bind's argument is this end, which the kernel has told.
  if (tuple.remotePort !== 0 || call === "bind") return tuple;
  const { localAddress, remoteAddress, remotePort } = tuple;
  const localPort = given ? tuple.ownPort : tuple.localPort;
  const known = { localAddress, remoteAddress, localPort, remotePort, path: undefined };
  return { family: tuple.family, ...known, ...given };
}

/**
 * A socket of IPv6 that talks to IPv4 counts as one of IPv4, and so does one that waits for both; what
 * only waits keeps the name it was bound with. A socket that nobody bound or connected is left alone.
 */
function asFalcoHas(tuple: SocketTuple): SocketTuple {
  const { family, localAddress, remoteAddress, localPort, remotePort } = tuple;
  if (family !== "ipv6" || localPort === 0 && remotePort === 0) return tuple;
  if (!standsForIpv4(localAddress) || !standsForIpv4(remoteAddress)) return tuple;
  const short = (address: Uint8Array | undefined) => address?.subarray(12);
  return {
    family: "ipv4",
    localAddress: short(localAddress),
    remoteAddress: short(remoteAddress),
    localPort,
    remotePort,
    path: undefined,
    ...remotePort === 0 && localAddress !== undefined && {
      text: `${addressText(localAddress)}:${localPort}`,
    },
  };
}

/** libs userspace/libsinsp/utils.cpp is_ipv4_mapped_ipv6: any address does, too. */
function standsForIpv4(address: Uint8Array | undefined): boolean {
  if (address === undefined) return true;
  for (let i = 0; i < 10; i++) if (address[i] !== 0) return false;
  if (address[10] === 0xff && address[11] === 0xff) return true;
  for (let i = 10; i < 16; i++) if (address[i] !== 0) return false;
  return true;
}

/** An end with an address and no port yet: it has a name and is nobody's. */
function unchosen(family: SocketTuple["family"], { remoteAddress }: RemoteEnd): SocketTuple {
  const none = { localAddress: undefined, remoteAddress: undefined, localPort: 0, remotePort: 0 };
  return { family, ...none, path: undefined, text: `${addressText(remoteAddress!)}:0` };
}

/** Both ends as the kernel has them; addresses are copied when somebody asks. */
class KernelTuple implements SocketTuple {
  readonly path = undefined;
  readonly isRaw: boolean;
  /** Of a raw socket, its protocol. */
  readonly ownPort: number;
  readonly localPort: number;
  readonly remotePort: number;
  readonly #memory: RingMemory;
  readonly #facts: number;
  #localAddress: Uint8Array | undefined;
  #remoteAddress: Uint8Array | undefined;

  constructor(memory: RingMemory, facts: number, readonly family: "ipv4" | "ipv6") {
    const u16 = (field: number) => memory.u16[(facts + field) >> 1]!;
    this.isRaw = u16(SOCKET_FACTS.type) === SOCK_RAW;
    this.ownPort = u16(SOCKET_FACTS.localPort);
    this.remotePort = u16(SOCKET_FACTS.remotePort);
    this.#memory = memory;
    this.#facts = facts;
    // By it nobody finds a raw socket, so that it is no server's.
    this.localPort = this.isRaw && !hasPeer(this) ? 0 : this.ownPort;
  }

  get localAddress(): Uint8Array {
    return this.#localAddress ??= this.#copy(SOCKET_FACTS.localAddress);
  }

  get remoteAddress(): Uint8Array {
    return this.#remoteAddress ??= this.#copy(SOCKET_FACTS.remoteAddress);
  }

  #copy(field: number): Uint8Array {
    const at = this.#facts + field;
    const bytes = new Uint8Array(this.family === "ipv4" ? 4 : 16);
    // A third of what slicing mapped memory costs.
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.#memory.u8[at + i]!;
    return bytes;
  }
}

/** The address a program passed (connect, bind, sendto …), as the remote end of a tuple. */
export function socketArgumentAt(memory: RingMemory, at: number): SocketTuple | undefined {
  const u16 = (field: number) => memory.u16[(at + field) >> 1]!;
  const bytes = u16(SOCKET_RECORD.addressLength);
  const argument = at + SOCKET_RECORD.data + u16(SOCKET_RECORD.localNameLength) +
    u16(SOCKET_RECORD.peerNameLength) + u16(SOCKET_RECORD.resolvedLength);
  const none = { localAddress: undefined, localPort: 0 } as const;
  const ip = ipArgument(memory, argument, bytes);
  if (ip !== undefined) {
    const family = ip.remoteAddress?.length === 4 ? "ipv4" : "ipv6";
    return { ...none, ...ip, family, path: undefined };
  }
  const path = unixArgument(memory, argument, bytes);
  if (path === "") return undefined;
  return { ...none, family: "unix", remoteAddress: undefined, remotePort: 0, path };
}

/** struct sockaddr_in and sockaddr_in6, ports in network order; linux include/uapi/linux/in.h, in6.h. */
function ipArgument(
  memory: RingMemory,
  at: number,
  bytes: number,
): RemoteEnd | undefined {
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

/** As Falco's, the name is not joined with a directory; the kernel knows the node it leads to. */
function unixPath(socket: SocketTuple, memory: RingMemory, at: number): NamedPath | undefined {
  const name = socket.path;
  if (!name) return undefined;
  const u16 = (field: number) => memory.u16[(at + field) >> 1]!;
  const names = at + SOCKET_RECORD.data + u16(SOCKET_RECORD.localNameLength) +
    u16(SOCKET_RECORD.peerNameLength);
  const resolved = textAt(memory, names, u16(SOCKET_RECORD.resolvedLength));
  return { raw: name, given: name, resolved: resolved === "" ? undefined : resolved };
}
