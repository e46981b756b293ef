/** Sockets: bound and connected. */
import { Buffer } from "node:buffer";
import { ScapEvent } from "../scap/mod.ts";
import { addressAt, addressTextOf, isMapped, tupleAt, tupleText, unmapped } from "./_addresses.ts";
import { socket, socketpair, unspecifiedEnds } from "./_follow_new_sockets.ts";
import {
  isSameEnd,
  protocolIn,
  swapped,
  transfers,
  transfersPassed,
  transfersWithoutEnds,
} from "./_follow_transfers.ts";
import { Descriptor, type Ends, TCP, UDP } from "./descriptor.ts";
import type { Handler, Handlers, Remember } from "./follower.ts";

const EINPROGRESS = -115;
const O_CLOEXEC = 0x1000;

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
  follower.replace(
    event,
    thread,
    connected.with({ kind, ends, isNamedByEnds: true, side, protocolNumber }),
  );
};

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
    flags,
    side: "server",
    connected: true,
    interfaces: follower.interfaces,
  } as const;
  follower.open(
    event,
    thread,
    number,
    tuple.family === "unix"
      ? Descriptor.of({ ...base, kind: "unix", name: tupleText(tuple) })
      : Descriptor.of({
        ...base,
        kind: tuple.family,
        ends: { source: tuple.source, destination: tuple.destination },
        protocolNumber: TCP,
        isNamedByEnds: true,
      }),
  );
};

function isSameEnds({ ends }: Descriptor, other: Ends): boolean {
  return ends?.source !== undefined && other.source !== undefined &&
    isSameEnd(ends.source, other.source) && isSameEnd(ends.destination, other.destination);
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
    ...transfers,
  },
  enters: { connect: rememberConnect },
  passes: transfersPassed,
  connects: transfersWithoutEnds,
};
