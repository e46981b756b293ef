/** How many bytes parameters of captures have. */
import type { ParamType } from "../event/mod.ts";

const SIZES: Readonly<Partial<Record<ParamType, number>>> = {
  INT8: 1,
  UINT8: 1,
  FLAGS8: 1,
  ENUMFLAGS8: 1,
  SIGTYPE: 1,
  L4PROTO: 1,
  SOCKFAMILY: 1,
  INT16: 2,
  UINT16: 2,
  FLAGS16: 2,
  ENUMFLAGS16: 2,
  SYSCALLID: 2,
  PORT: 2,
  INT32: 4,
  UINT32: 4,
  BOOL: 4,
  FLAGS32: 4,
  ENUMFLAGS32: 4,
  UID: 4,
  GID: 4,
  MODE: 4,
  SIGSET: 4,
  FD32: 4,
  PID32: 4,
  IPV4ADDR: 4,
  INT64: 8,
  UINT64: 8,
  RELTIME: 8,
  ABSTIME: 8,
  ERRNO: 8,
  FD: 8,
  PID: 8,
  DOUBLE: 8,
  IPV6ADDR: 16,
};

/** Bytes of a value of the type; absent where they vary: texts, buffers, addresses, lists. */
export function sizeOf(type: ParamType): number | undefined {
  return SIZES[type];
}
