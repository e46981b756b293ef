/** Sockets: made, bound, connected, and what each message tells about them. */
import { Buffer } from "node:buffer";
import {
  addressAt,
  addressTextOf,
  type Endpoint,
  equalBytes,
  isMapped,
  type Tuple,
  tupleAt,
  tupleText,
  unmapped,
} from "./_addresses.ts";
import { connectionText, Descriptor, type Ends, ICMP, RAW, TCP, UDP } from "./descriptor.ts";
import type { Follower, Handler, Handlers, Remember } from "./follower.ts";
import type { NetworkInterfaces } from "./interfaces.ts";
import type { ReplayEvent } from "./replay_event.ts";
import type { ReplayThread } from "./threads.ts";
import { ScapEvent } from "../scap/mod.ts";

const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16;
const SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_TYPE_MASK = 0xff;
const IPPROTO_IP = 0, IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_RAW = 255;
const EINPROGRESS = -115;
const O_CLOEXEC = 0x1000;
const UNSPECIFIED_V4 = new Uint8Array(4), UNSPECIFIED_V6 = new Uint8Array(16);

interface NewSocket {
  readonly number: number;
  readonly domain: number;
  readonly type: number;
  readonly protocol: number;
  readonly flags: number;
}

function makeSocket(
  { number, domain, type, protocol, flags }: NewSocket,
  interfaces: NetworkInterfaces,
): Descriptor {
  const base = { number, flags, interfaces };
  switch (domain) {
    case AF_UNIX:
      return new Descriptor({ ...base, kind: "unix" });
    case AF_INET:
    case AF_INET6:
      return new Descriptor({
        ...base,
        kind: domain === AF_INET ? "ipv4" : "ipv6",
        ends: unspecifiedEnds(domain === AF_INET ? "ipv4" : "ipv6"),
        protocolNumber: protocolOf(type, protocol),
      });
    case AF_NETLINK:
      return new Descriptor({ ...base, kind: "netlink" });
    default:
      return new Descriptor({ ...base, kind: "unknown" });
  }
}

function protocolOf(type: number, protocol: number): number {
  const raw = type === SOCK_RAW;
  switch (protocol) {
    case IPPROTO_TCP:
      return raw ? RAW : TCP;
    case IPPROTO_UDP:
      return raw ? RAW : UDP;
    case IPPROTO_ICMP:
      return raw ? RAW : ICMP;
    case IPPROTO_RAW:
      return RAW;
    case IPPROTO_IP: {
      const kind = type & SOCK_TYPE_MASK;
      return kind === SOCK_STREAM ? TCP : kind === SOCK_DGRAM ? UDP : 0;
    }
    default:
      return 0;
  }
}

function unspecifiedEnds(family: "ipv4" | "ipv6"): Ends {
  const address = family === "ipv4" ? UNSPECIFIED_V4 : UNSPECIFIED_V6;
  return { source: { address, port: 0 }, destination: { address, port: 0 } };
}

const socket: Handler = (event, thread, follower) => {
  const { scap } = event;
  const number = scap.paramSigned(0) ?? 0;
  if (number < 0) return;
  const made = makeSocket({
    number,
    domain: scap.paramUnsigned(1) ?? 0,
    type: scap.paramUnsigned(2) ?? 0,
    protocol: scap.paramUnsigned(3) ?? 0,
    flags: scap.paramUnsigned(4) ?? 0,
  }, follower.interfaces);
  follower.open(event, thread, made);
};

/** The two ends are called nothing; the first is the one that the event shows. */
const socketpair: Handler = (event, thread, follower) => {
  const { scap } = event;
  if ((scap.paramSigned(0) ?? 0) < 0) return;
  const first = scap.paramSigned(1) ?? -1, second = scap.paramSigned(2) ?? -1;
  if (first === second) return;
  const kind = "unix" as const;
  follower.open(event, thread, new Descriptor({ number: first, kind }));
  const shown = event.found;
  follower.open(event, thread, new Descriptor({ number: second, kind }));
  // Falco shows the first under the number of the second.
  event.found = shown?.with({ number: second });
};

const bind: Handler = (event, thread, follower) => {
  const { scap } = event;
  const bound = follower.descriptorOf(event, thread);
  if (!bound || (scap.paramSigned(0) ?? 0) < 0) return;
  const address = addressAt(scap, 1);
  if (!address) return;
  const name = addressTextOf(address);
  if ((address.family !== "ipv4" && address.family !== "ipv6") || address.port === 0) {
    follower.replace(event, thread, bound.with({ name }));
    return;
  }
  const isV4 = address.family === "ipv4" || isMapped(address.address);
  const destination = isV4 && address.family === "ipv6" ? unmapped(address) : address;
  follower.replace(
    event,
    thread,
    bound.with({
      kind: isV4 ? "ipv4Server" : "ipv6Server",
      ends: { source: undefined, destination },
      side: "server",
      name,
    }),
  );
};

/** As bytes: in its memory the enter event is gone when the exit comes. */
const rememberConnect: Remember = (scap) => ({
  type: scap.type,
  address: new Uint8Array(scap.paramBytes(1)),
});

const connect: Handler = (event, thread, follower) => {
  const { scap } = event;
  const descriptor = follower.descriptorOf(event, thread);
  if (!descriptor) return;
  const result = scap.paramSigned(0) ?? 0;
  if (result < 0 && result !== EINPROGRESS) return;
  const told = follower.enterOf(event, thread)?.address;
  const toldAddress = told && addressAt(asEvent(told), 0);
  const connected = descriptor.with({ connected: true });
  follower.replace(event, thread, connected);
  if (scap.paramLength(1) === 0) {
    if (toldAddress) follower.replace(event, thread, withDestination(connected, toldAddress));
    return;
  }
  const tuple = tupleAt(scap, 1);
  if (!tuple) return;
  const given = addressAt(scap, 3);
  const side = connected.side ?? "client";
  if (tuple.family === "unix") {
    if (connected.kind !== "unix") return;
    const path = given?.family === "unix" && given.path === tuple.path &&
        toldAddress?.family === "unix"
      ? toldAddress.path
      : tuple.path;
    follower.replace(
      event,
      thread,
      connected.with({ name: tupleText({ ...tuple, path }), side }),
    );
    return;
  }
  if (tuple.family === "other") return;
  // What the kernel did not change it took from the caller; and that is what the caller said at first.
  const isGiven = given !== undefined && isIp(given) && isSameEnd(given, tuple.destination);
  const destination = isGiven && toldAddress && isIp(toldAddress)
    ? { address: toldAddress.address, port: toldAddress.port }
    : tuple.destination;
  let ends: Ends = { source: tuple.source, destination };
  const kind = tuple.family;
  const isUdp = kind === "ipv4" && connected.protocolNumber === UDP;
  // A server that connects a socket it receives on.
  if (connected.side === "server" && isUdp && !isSameEnds(connected, ends)) ends = swapped(ends);
  const protocolNumber = protocolIn(connected, kind);
  const name = connectionText(ends, protocolNumber);
  follower.replace(event, thread, connected.with({ kind, ends, name, side, protocolNumber }));
};

/** A socket of one family that turns out to be of the other loses its protocol in Falco. */
function protocolIn(descriptor: Descriptor, kind: "ipv4" | "ipv6"): number {
  const isSame = descriptor.kind === kind || descriptor.isServerSocket;
  return isSame ? descriptor.protocolNumber : 0;
}

/** Only the address that was passed is known; there is no name for what lacks an end. */
function withDestination(
  descriptor: Descriptor,
  address: NonNullable<ReturnType<typeof addressAt>>,
): Descriptor {
  if (!isIp(address)) return descriptor.with({ name: addressTextOf(address) });
  const isV4 = address.family === "ipv4" || isMapped(address.address);
  const destination = isV4 && address.family === "ipv6" ? unmapped(address) : address;
  const kind = isV4 ? "ipv4" : "ipv6";
  const source = descriptor.ends?.source ?? unspecifiedEnds(kind).source;
  return descriptor.with({ kind, ends: { source, destination } });
}

function isIp<A extends { readonly family: string }>(
  address: A,
): address is Extract<A, { address: Uint8Array }> {
  return address.family === "ipv4" || address.family === "ipv6";
}

const accept: Handler = (event, thread, follower) => {
  const { scap } = event;
  const number = scap.paramSigned(0) ?? 0;
  if (number < 0) return;
  event.descriptorNumber = number;
  const tuple = tupleAt(scap, 1);
  if (!tuple || tuple.family === "other") return;
  const flags = (scap.paramSigned(5) ?? 0) & O_CLOEXEC;
  const base = {
    number,
    flags,
    side: "server",
    connected: true,
    name: tupleText(tuple),
    interfaces: follower.interfaces,
  } as const;
  follower.open(
    event,
    thread,
    tuple.family === "unix" ? new Descriptor({ ...base, kind: "unix" }) : new Descriptor({
      ...base,
      kind: tuple.family,
      ends: { source: tuple.source, destination: tuple.destination },
      protocolNumber: TCP,
    }),
  );
};

/** Reading and writing: a socket that carries datagrams may talk to somebody else each time. */
function transfer(direction: "in" | "out", tupleIndex: number | undefined): Handler {
  return (event, thread, follower) => {
    const { scap } = event;
    const result = scap.paramSigned(0) ?? 0;
    let descriptor = follower.descriptorOf(event, thread);
    if (!descriptor && direction === "out" && tupleIndex !== undefined && result >= 0) {
      descriptor = inferSocket(event, thread, follower);
    }
    if (!descriptor || result < 0) return;
    const isConnection = descriptor.kind === "ipv4" || descriptor.kind === "ipv6";
    if (isConnection && !descriptor.connected) {
      descriptor = descriptor.with({ connected: true });
      follower.replace(event, thread, descriptor);
    }
    const isTcp = descriptor.kind === "ipv4" && descriptor.protocolNumber === TCP;
    if (tupleIndex === undefined || descriptor.name !== "" && isTcp) return;
    const tuple = tupleAt(scap, tupleIndex);
    const updated = tuple && updateSocket(descriptor, tuple, follower.interfaces);
    if (!updated) return;
    follower.replace(event, thread, named(updated, tuple, direction));
  };
}

/** Nobody saw the socket being made; that somebody sends with an address makes it a datagram's. */
function inferSocket(
  event: ReplayEvent,
  thread: ReplayThread,
  follower: Follower,
): Descriptor | undefined {
  const { scap } = event;
  const domain = scap.paramLength(4) === 0 ? 0 : scap.bytes[scap.paramStart(4)]!;
  if (domain !== AF_INET && domain !== AF_INET6) return undefined;
  const number = event.descriptorNumber;
  const made = makeSocket(
    { number, domain, type: SOCK_DGRAM, protocol: IPPROTO_UDP, flags: 0 },
    follower.interfaces,
  );
  follower.open(event, thread, made);
  return made;
}

/** The socket with the ends that a message told; absent when they are the same. */
function updateSocket(
  descriptor: Descriptor,
  tuple: Tuple,
  interfaces: NetworkInterfaces,
): Descriptor | undefined {
  if (tuple.family === "other") return undefined;
  if (tuple.family === "unix") {
    return descriptor.with({ kind: "unix", name: tuple.path, ends: undefined });
  }
  if (descriptor.kind === tuple.family && isSameConnection(descriptor.ends, tuple)) {
    return undefined;
  }
  const { source, destination } = tuple;
  const protocolNumber = protocolIn(descriptor, tuple.family) || UDP;
  return descriptor.with({
    kind: tuple.family,
    ends: source ? interfaces.completed(source, destination) : { source, destination },
    protocolNumber,
  });
}

function named(descriptor: Descriptor, tuple: Tuple, direction: "in" | "out"): Descriptor {
  if (descriptor.kind === "unix") return descriptor.with({ name: tupleText(tuple) });
  const side = descriptor.side ?? guessedSide(descriptor, direction);
  let ends = descriptor.ends!;
  if (side === (direction === "in" ? "client" : "server")) ends = swapped(ends);
  const name = connectionText(ends, descriptor.protocolNumber);
  return descriptor.with({ side, ends, name });
}

/** A server usually begins by reading, a client by writing; of IPv6, Falco takes all for clients. */
function guessedSide({ kind }: Descriptor, direction: "in" | "out"): "client" | "server" {
  return kind === "ipv4" && direction === "in" ? "server" : "client";
}

function swapped({ source, destination }: Ends): Ends {
  return source ? { source: destination, destination: source } : { source, destination };
}

function isSameConnection(
  ends: Ends | undefined,
  tuple: Exclude<Tuple, { family: "unix" | "other" }>,
): boolean {
  if (!ends?.source) return false;
  return isSameEnd(ends.source, tuple.source) && isSameEnd(ends.destination, tuple.destination) ||
    isSameEnd(ends.source, tuple.destination) && isSameEnd(ends.destination, tuple.source);
}

function isSameEnds({ ends }: Descriptor, other: Ends): boolean {
  return ends?.source !== undefined && other.source !== undefined &&
    isSameEnd(ends.source, other.source) && isSameEnd(ends.destination, other.destination);
}

function isSameEnd(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && equalBytes(a.address, b.address);
}

/** Bytes of one parameter, so that they are read as parameters are. */
function asEvent(bytes: Uint8Array): ScapEvent {
  const event = new ScapEvent();
  const copy = Buffer.from(bytes) as typeof event.bytes;
  event.bytes = copy;
  event.view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  event.paramCount = 1;
  event.paramOffsets[1] = copy.length;
  return event;
}

export const socketHandlers: Handlers = {
  exits: {
    socket,
    socketpair,
    bind,
    connect,
    accept,
    accept4: accept,
    read: transfer("in", undefined),
    readv: transfer("in", undefined),
    pread: transfer("in", undefined),
    preadv: transfer("in", undefined),
    recv: transfer("in", 4),
    recvfrom: transfer("in", 2),
    recvmsg: transfer("in", 3),
    recvmmsg: transfer("in", 4),
    write: transfer("out", undefined),
    writev: transfer("out", undefined),
    pwrite: transfer("out", undefined),
    pwritev: transfer("out", undefined),
    send: transfer("out", 4),
    sendto: transfer("out", 4),
    sendmsg: transfer("out", 4),
    sendmmsg: transfer("out", 4),
  },
  enters: { connect: rememberConnect },
};
