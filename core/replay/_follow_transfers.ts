/** Messages, and what each tells of the socket it goes through. */
import { type Endpoint, equalBytes, type Tuple, tupleAt, tupleText } from "./_addresses.ts";
import { inferSocket } from "./_follow_new_sockets.ts";
import { connectionText, type Descriptor, type Ends, TCP, UDP } from "./descriptor.ts";
import type { Handler } from "./follower.ts";
import type { NetworkInterfaces } from "./interfaces.ts";

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

export function swapped({ source, destination }: Ends): Ends {
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

export function isSameEnd(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && equalBytes(a.address, b.address);
}

/** A socket of one family that turns out to be of the other loses its protocol in Falco. */
export function protocolIn(descriptor: Descriptor, kind: "ipv4" | "ipv6"): number {
  const isSame = descriptor.kind === kind || descriptor.isServerSocket;
  return isSame ? descriptor.protocolNumber : 0;
}

export const transfers: Readonly<Record<string, Handler>> = {
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
};
