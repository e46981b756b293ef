/** Entries of all other lists. */
import type {
  NamedDescriptorType,
  ScapDescriptor,
  ScapGroup,
  ScapInterface,
  ScapMachine,
  ScapStart,
  ScapUser,
} from "./entries.ts";
import { DESCRIPTOR_TYPES, INTERFACE_TYPES, TEXT_LIMITS } from "./format.ts";
import type { EntryCursor } from "./_entry_cursor.ts";

const HOSTNAME_BYTES = 128;

export function readMachine(cursor: EntryCursor): ScapMachine {
  const machine = {
    kind: "machine",
    cpuCount: cursor.u32(),
    memoryBytes: cursor.u64(),
    maxPid: cursor.u64(),
    hostname: cursor.fixedText(HOSTNAME_BYTES),
    bootTimeNs: cursor.u64(),
    flags: cursor.u64(),
  } as const;
  cursor.u64(); // reserved
  cursor.u64();
  return machine;
}

/** Absent: a kind of interface nobody knows yet. */
export function readInterface(cursor: EntryCursor): ScapInterface | undefined {
  const type = cursor.u16();
  const nameBytes = cursor.u16();
  if (nameBytes >= TEXT_LIMITS.path) {
    cursor.fail(
      `the name of an interface has ${nameBytes} bytes, less than ${TEXT_LIMITS.path} are allowed`,
    );
    return undefined;
  }
  const { ipv4, ipv6, ipv4WithoutSpeed, ipv6WithoutSpeed } = INTERFACE_TYPES;
  const addressBytes = type === ipv4 || type === ipv4WithoutSpeed
    ? 4
    : type === ipv6 || type === ipv6WithoutSpeed
    ? 16
    : undefined;
  if (addressBytes === undefined) return undefined;
  return {
    kind: "interface",
    address: cursor.bytes(addressBytes),
    netmask: cursor.bytes(addressBytes),
    broadcast: cursor.bytes(addressBytes),
    linkSpeed: type === ipv4 || type === ipv6 ? cursor.u64() : 0n,
    name: cursor.fixedText(nameBytes),
  };
}

export function readStart(cursor: EntryCursor): ScapStart {
  return { kind: "start", threadId: cursor.i64(), timeNs: cursor.u64() };
}

export function readAccount(cursor: EntryCursor): ScapUser | ScapGroup {
  const isUser = cursor.u8() === 0;
  if (!isUser) {
    return { kind: "group", gid: cursor.u32(), name: cursor.text("group name", TEXT_LIMITS.path) };
  }
  return {
    kind: "user",
    uid: cursor.u32(),
    gid: cursor.u32(),
    name: cursor.text("user name", TEXT_LIMITS.path),
    home: cursor.text("home directory", TEXT_LIMITS.path),
    shell: cursor.text("shell", TEXT_LIMITS.path),
  };
}

const TYPE_NAMES: ReadonlyMap<number, ScapDescriptor["type"]> = new Map(
  Object.entries(DESCRIPTOR_TYPES).map((
    [name, type],
  ) => [type, name as ScapDescriptor["type"]]),
);

/** Of a type nobody knows yet the name says so, as upstream has it; only version 2 can step over it. */
export function readDescriptor(
  cursor: EntryCursor,
  threadId: number,
  version: number,
): ScapDescriptor {
  const number = cursor.i64();
  const inode = cursor.u64();
  const code = cursor.u8();
  const base = { kind: "descriptor", threadId, number, inode } as const;
  const type = TYPE_NAMES.get(code);
  const name = () => cursor.text("name of a descriptor", TEXT_LIMITS.descriptorName);
  switch (type) {
    case "ipv4":
    case "ipv6": {
      const addressBytes = type === "ipv4" ? 4 : 16;
      return {
        ...base,
        type,
        source: cursor.bytes(addressBytes),
        destination: cursor.bytes(addressBytes),
        sourcePort: cursor.u16(),
        destinationPort: cursor.u16(),
        protocol: cursor.u8(),
      };
    }
    case "ipv4Server":
    case "ipv6Server":
      return {
        ...base,
        type,
        address: cursor.bytes(type === "ipv4Server" ? 4 : 16),
        port: cursor.u16(),
        protocol: cursor.u8(),
      };
    case "unix":
      return { ...base, type, source: cursor.u64(), destination: cursor.u64(), path: name() };
    case "file":
      return {
        ...base,
        type,
        openFlags: cursor.u32(),
        path: name(),
        device: version >= 2 && cursor.has(4) ? cursor.u32() : 0,
      };
    case undefined:
      if (version < 2) cursor.fail(`a descriptor is of the unknown type ${code}`);
      return { ...base, type: "unsupported", name: `unknown-type:[${code}]` };
    default:
      return { ...base, type: type satisfies NamedDescriptorType, name: name() };
  }
}
