/** Values of parameters as captures have them: what `ScapWriter.event` takes. */
import { encodeUtf8 } from "../base/mod.ts";
import type { ParamType, ParamValue, PolledDescriptors, SocketTuple } from "../event/mod.ts";
import { paramSize } from "./param_size.ts";
import { RecentIntegers } from "./_recent_integers.ts";

/** Families of sockets by upstream's numbers. */
const UNIX = 1, IPV4 = 2, IPV6 = 10;
const POINTER_BYTES = 8;
const LARGEST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * The bytes of a value; absent when the value is, or when the type has no place for it. Bytes are taken
 * as they are, for types that have more to them than their value (DYN). Numbers are cut to the
 * size of their type. The bytes may be shared: they are to be read only.
 */
export function encodeParam(
  type: ParamType,
  value: ParamValue,
  role?: "client" | "server",
): Uint8Array | undefined {
  switch (typeof value) {
    case "undefined":
      return undefined;
    case "number":
    case "bigint":
      return encodeNumber(type, value);
    case "string":
      return encodeUtf8(type === "BYTEBUF" ? value : `${value}\0`);
  }
  if (value instanceof Uint8Array) return value;
  if (isList(value)) return encodeUtf8(value.map((item) => `${item}\0`).join(""));
  if ("raw" in value) return encodeUtf8(`${value.raw}\0`);
  if ("polled" in value) return encodePolled(value);
  return type === "SOCKADDR" ? encodeAddress(value) : encodeTuple(value, role);
}

function encodeNumber(type: ParamType, value: number | bigint): Uint8Array | undefined {
  const size = paramSize(type);
  if (size === undefined || size > 8) return undefined;
  const isExact = typeof value === "number" || value >= 0n && value <= LARGEST_EXACT;
  if (isExact && type !== "DOUBLE") return encodeInteger(Number(value), size);
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  if (type === "DOUBLE") view.setFloat64(0, Number(value), true);
  else view.setBigUint64(0, BigInt(value), true);
  return bytes.subarray(0, size);
}

/** Numbers that came lately, by their size: descriptors, flags, devices come again and again. */
const recent = new Map([1, 2, 4, 8].map((size) => [size, new RecentIntegers(size)]));

/** Without a detour over bigints: most parameters are such numbers. */
function encodeInteger(value: number, size: number): Uint8Array | undefined {
  if (!Number.isFinite(value)) return undefined;
  return recent.get(size)?.bytesOf(Math.trunc(value));
}

/** The peer, or the socket's own address where there is none: what the call named. */
function encodeAddress(socket: SocketTuple): Uint8Array | undefined {
  const { family, localAddress, localPort, remoteAddress, remotePort } = socket;
  if (family === "unix") return Uint8Array.of(UNIX, ...encodeUtf8(`${socket.path ?? ""}\0`));
  if (family === "other") return undefined;
  const hasPeer = remotePort !== 0 || remoteAddress?.some((byte) => byte !== 0);
  const end = hasPeer
    ? encodeEnd(family, remoteAddress, remotePort)
    : encodeEnd(family, localAddress, localPort);
  return Uint8Array.of(family === "ipv4" ? IPV4 : IPV6, ...end);
}

/** Who connected comes first. Kernel addresses of unix sockets are not known here. */
function encodeTuple(socket: SocketTuple, role?: "client" | "server"): Uint8Array | undefined {
  const { family, localAddress, localPort, remoteAddress, remotePort } = socket;
  if (family === "other") return undefined;
  if (family === "unix") {
    const pointers = new Uint8Array(2 * POINTER_BYTES);
    return Uint8Array.of(UNIX, ...pointers, ...encodeUtf8(`${socket.path ?? ""}\0`));
  }
  const local = encodeEnd(family, localAddress, localPort);
  const remote = encodeEnd(family, remoteAddress, remotePort);
  const isRemoteFirst = socket.direction ? socket.direction === "incoming" : role === "server";
  const ends = isRemoteFirst ? [...remote, ...local] : [...local, ...remote];
  return Uint8Array.of(family === "ipv4" ? IPV4 : IPV6, ...ends);
}

function encodeEnd(
  family: "ipv4" | "ipv6",
  address: Uint8Array | undefined,
  port: number,
): readonly number[] {
  const bytes = new Uint8Array(family === "ipv4" ? 4 : 16);
  if (address) bytes.set(address.subarray(0, bytes.length));
  return [...bytes, port & 0xff, port >> 8 & 0xff];
}

function encodePolled({ polled }: PolledDescriptors): Uint8Array {
  const entryBytes = 8 + 2;
  const most = Math.floor(0xffff / entryBytes);
  const entries = polled.slice(0, most);
  const bytes = new Uint8Array(2 + entries.length * entryBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, entries.length, true);
  for (const [index, { number, events }] of entries.entries()) {
    view.setBigInt64(2 + index * entryBytes, BigInt(number), true);
    view.setUint16(2 + index * entryBytes + 8, events, true);
  }
  return bytes;
}

function isList(value: Exclude<ParamValue, undefined>): value is readonly string[] {
  return Array.isArray(value);
}
