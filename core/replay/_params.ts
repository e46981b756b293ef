/** Parameters of captured events, decoded by their types. */
import { utf8At } from "../base/mod.ts";
import {
  DYNAMIC_TYPES,
  type EventParam,
  eventType,
  type NamedPath,
  type ParamType,
  type ParamValue,
  type SocketTuple,
} from "../event/mod.ts";
import type { ScapEvent } from "../scap/mod.ts";
import { addressAt, addressTextOf, tupleAt, tupleText } from "./_addresses.ts";
import type { ReplayEvent } from "./replay_event.ts";
import { NOT_CAPTURED } from "./texts.ts";

const AT_FDCWD = -100;
/** poll(2) takes as many as there are descriptors; nobody looks at more. */
const MAX_POLLED = 1024;

export function decodeParam(event: ReplayEvent, index: number): ParamValue {
  const param = eventType(event.type)?.params[index];
  if (!param) return undefined;
  return decode(event, index, param, param.type);
}

function decode(
  event: ReplayEvent,
  index: number,
  param: EventParam,
  type: ParamType,
): ParamValue {
  const { scap } = event;
  switch (type) {
    case "CHARBUF":
      return textParam(event, index);
    case "FSPATH":
      return pathParam(event, index, event.cwd);
    case "FSRELPATH":
      return pathParam(event, index, directoryOf(event, param));
    case "BYTEBUF":
      return scap.paramLength(index) === 0 ? undefined : scap.paramBytes(index);
    case "INT8":
    case "INT16":
    case "INT32":
    case "FD32":
    case "PID32":
      return scap.paramSigned(index);
    case "INT64":
    case "ERRNO":
    case "FD":
    case "PID":
      return signedWide(scap, index);
    case "UINT64":
    case "RELTIME":
      return unsignedWide(scap, index);
    case "ABSTIME":
      return scap.paramWide(index);
    case "SOCKADDR":
      return addressParam(scap, index);
    case "SOCKTUPLE":
      return tupleParam(scap, index);
    case "FDLIST":
      return polledParam(scap, index);
    case "IPADDR":
    case "IPNET":
    case "IPV4ADDR":
    case "IPV4NET":
    case "IPV6ADDR":
    case "IPV6NET":
      return scap.paramLength(index) === 0 ? undefined : scap.paramBytes(index);
    case "DYN":
      return dynamicParam(event, index, param);
    case "DOUBLE":
      return scap.paramLength(index) === 8
        ? scap.view.getFloat64(scap.paramStart(index), true)
        : undefined;
    // Pointers of the process that wrote the file.
    case "CHARBUFARRAY":
    case "CHARBUF_PAIR_ARRAY":
      return undefined;
    default:
      return scap.paramUnsigned(index) ?? unsignedWide(scap, index);
  }
}

function textParam({ scap, texts }: ReplayEvent, index: number): string {
  return texts.text(scap, index);
}

/** As texts, an absent path is `<NA>`: nothing to join. */
function pathParam(event: ReplayEvent, index: number, directory: string): string | NamedPath {
  const { scap, texts } = event;
  if (texts.isAbsolute(scap, index)) return texts.absolutePath(scap, index);
  const raw = textParam(event, index);
  if (raw === NOT_CAPTURED || raw === "") return raw;
  return texts.relativePath(directory, raw);
}

/** Where a path begins that is relative to a descriptor; "" when nobody knows. */
function directoryOf(event: ReplayEvent, { directory }: EventParam): string {
  const number = directory === undefined ? AT_FDCWD : event.scap.paramSigned(directory);
  if (number === undefined || number === AT_FDCWD) return event.cwd;
  const name = event.thread?.table.get(number)?.name ?? "";
  return name === "" || name.endsWith("/") ? name : `${name}/`;
}

function signedWide(scap: ScapEvent, index: number): number | bigint | undefined {
  const value = scap.paramSigned(index);
  if (value === undefined || Number.isSafeInteger(value)) return value;
  return BigInt.asIntN(64, scap.paramWide(index)!);
}

function unsignedWide(scap: ScapEvent, index: number): number | bigint | undefined {
  const value = scap.paramWide(index);
  if (value === undefined) return scap.paramUnsigned(index);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** A printed address; the fields of the descriptor say more. */
function addressParam(scap: ScapEvent, index: number): SocketTuple | undefined {
  const address = addressAt(scap, index);
  if (!address) return undefined;
  const text = addressTextOf(address);
  return { ...NO_ENDS, family: address.family, path: undefined, text };
}

function tupleParam(scap: ScapEvent, index: number): SocketTuple | undefined {
  const tuple = tupleAt(scap, index);
  if (!tuple) return undefined;
  return { ...NO_ENDS, family: tuple.family, path: undefined, text: tupleText(tuple) };
}

const NO_ENDS = {
  localAddress: undefined,
  remoteAddress: undefined,
  localPort: 0,
  remotePort: 0,
} as const;

function polledParam(scap: ScapEvent, index: number): ParamValue {
  const length = scap.paramLength(index);
  if (length < 2) return undefined;
  const at = scap.paramStart(index);
  const count = Math.min(scap.view.getUint16(at, true), Math.floor((length - 2) / 10), MAX_POLLED);
  const polled = Array.from({ length: count }, (_, i) => {
    const entry = at + 2 + i * 10;
    return {
      number: Number(scap.view.getBigInt64(entry, true)),
      events: scap.view.getInt16(entry + 8, true) >>> 0,
    };
  });
  return { polled };
}

/** The first byte says which of the types the rest has. */
function dynamicParam({ scap }: ReplayEvent, index: number, { dynamic }: EventParam): ParamValue {
  const length = scap.paramLength(index);
  if (length < 1 || dynamic === undefined) return undefined;
  const at = scap.paramStart(index);
  const variant = DYNAMIC_TYPES[dynamic][scap.bytes[at]!];
  if (!variant) return undefined;
  const start = at + 1, size = length - 1;
  switch (variant.type) {
    case "BYTEBUF":
      return scap.bytes.subarray(start, start + size);
    case "CHARBUF":
      return utf8At(scap.bytes, start, start + Math.max(0, size - 1));
    case "UINT32":
      // Upstream prints these as signed ones.
      return size === 4 ? scap.view.getInt32(start, true) : undefined;
    case "SIGTYPE":
      return size === 1 ? scap.bytes[start] : undefined;
    default: {
      if (size !== 8) return undefined;
      const isSigned = variant.type !== "UINT64" && variant.type !== "RELTIME";
      const value = isSigned
        ? scap.view.getBigInt64(start, true)
        : scap.view.getBigUint64(start, true);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
  }
}
