/** Messages, and what each tells of the socket it goes through. */
import { type Endpoint, equalBytes, type Tuple, tupleAt, tupleText } from "./_addresses.ts";
import { inferSocket } from "./_follow_new_sockets.ts";
import { type Descriptor, type Ends, TCP, UDP } from "./descriptor.ts";
import type { Handler, Pass } from "./follower.ts";
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
    if (tupleIndex === undefined || descriptor.hasName && isTcp) return;
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
  return descriptor.with({ side, ends, isNamedByEnds: true });
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

/** Through a socket that is known to be connected, and what is no socket, goes nothing new. */
function passTransfer(direction: "in" | "out", tupleIndex: number | undefined): Pass {
  return (scap, { table }, index) => {
    if ((scap.paramSigned(0) ?? 0) < 0) return true;
    const descriptor = table.get(scap.paramSigned(index) ?? -1);
    if (descriptor === undefined) return direction === "in" || tupleIndex === undefined;
    const { kind } = descriptor;
    if ((kind === "ipv4" || kind === "ipv6") && !descriptor.connected) return false;
    if (tupleIndex === undefined || scap.paramLength(tupleIndex) === 0) return true;
    return kind === "ipv4" && descriptor.protocolNumber === TCP && descriptor.hasName;
  };
}

/** Where each of them moves data to, and which parameter tells of both ends, if one does. */
const TRANSFERS: Readonly<
  Record<string, readonly [direction: "in" | "out", tupleIndex: number | undefined]>
> = {
  read: ["in", undefined],
  readv: ["in", undefined],
  pread: ["in", undefined],
  preadv: ["in", undefined],
  recv: ["in", 4],
  recvfrom: ["in", 2],
  recvmsg: ["in", 3],
  recvmmsg: ["in", 4],
  write: ["out", undefined],
  writev: ["out", undefined],
  pwrite: ["out", undefined],
  pwritev: ["out", undefined],
  send: ["out", 4],
  sendto: ["out", 4],
  sendmsg: ["out", 4],
  sendmmsg: ["out", 4],
};

export const transfers: Readonly<Record<string, Handler>> = madeOf(transfer);
export const transfersPassed: Readonly<Record<string, Pass>> = madeOf(passTransfer);

/** Those that tell of a socket only that it is connected. */
export const transfersWithoutEnds: Readonly<Record<string, true>> = Object.fromEntries(
  Object.entries(TRANSFERS).filter(([, [, index]]) => index === undefined)
    .map(([name]) => [name, true as const]),
);

function madeOf<Made>(
  make: (direction: "in" | "out", tupleIndex: number | undefined) => Made,
): Readonly<Record<string, Made>> {
  return Object.fromEntries(
    Object.entries(TRANSFERS).map(([name, [direction, index]]) => [name, make(direction, index)]),
  );
}
