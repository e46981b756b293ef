/** Field types that compare alike, and how the constants they are compared with are read. */
import { didYouMean } from "../base/nearest.ts";
import { type Network, networkText, parseAddress, parseNetwork } from "../base/ip.ts";
import { encodeUtf8 } from "../base/mod.ts";
import type { FieldScalar, FieldType } from "../field/mod.ts";
import type { Literal } from "./condition.ts";
import { servicePorts } from "./service_ports.ts";

/** How values of a type compare. `opaque` ones only exist. */
export type Family = "number" | "truth" | "text" | "bytes" | "address" | "network" | "opaque";

/** What a rule compares a field with; a network only stands on this side. */
export type Constant = FieldScalar | Network;

export type Reading =
  | { readonly value: Constant; readonly warning?: string }
  | { readonly problem: string; readonly help?: string };

interface TypeRow {
  readonly family: Family;
  /** Integers: bits and whether the first is a sign. */
  readonly bits?: number;
  readonly signed?: boolean;
  /** Constants may be names of services. */
  readonly named?: boolean;
  /** A list field may have this type. */
  readonly lists?: boolean;
}

const int = (bits: number): TypeRow => ({ family: "number", bits, signed: true });
const uint = (bits: number): TypeRow => ({ family: "number", bits, signed: false });

/** Widths decide what a constant out of range wraps to. libs userspace/libsinsp/value_parser.cpp */
const TYPES: Readonly<Record<FieldType, TypeRow>> = {
  INT8: int(8),
  INT16: int(16),
  INT32: int(32),
  INT64: int(64),
  UINT8: uint(8),
  UINT16: uint(16),
  UINT32: uint(32),
  UINT64: { ...uint(64), lists: true },
  DOUBLE: int(32),
  ERRNO: int(64),
  FD: int(64),
  PID: int(64),
  UID: uint(32),
  GID: uint(32),
  PORT: { ...uint(16), named: true },
  L4PROTO: uint(8),
  SIGTYPE: uint(8),
  MODE: uint(32),
  FLAGS32: uint(32),
  RELTIME: { ...uint(64), lists: true },
  ABSTIME: { ...uint(64), lists: true },
  BOOL: { family: "truth", lists: true },
  CHARBUF: { family: "text", lists: true },
  FSPATH: { family: "text" },
  BYTEBUF: { family: "bytes" },
  IPADDR: { family: "address", lists: true },
  IPNET: { family: "network", lists: true },
  SOCKFAMILY: { family: "opaque" },
  DYN: { family: "opaque" },
};

/** For messages: "proc.pid holds numbers". */
export const FAMILY_NOUNS: Readonly<Record<Family, string>> = {
  number: "numbers",
  truth: "true or false",
  text: "strings",
  bytes: "bytes",
  address: "IP addresses",
  network: "addresses, compared with networks",
  opaque: "values that cannot be compared",
};

export function familyOf(type: FieldType): Family {
  return TYPES[type].family;
}

/** Whether a list of values of this type can be compared. */
export function comparesAsList(type: FieldType): boolean {
  return TYPES[type].lists ?? false;
}

/** The value a literal has as a value of `type`. */
export function readConstant(literal: Literal, type: FieldType): Reading {
  const { text } = literal;
  const row = TYPES[type];
  if (row.family !== "bytes" && text.includes("\0")) {
    return {
      problem: "a value cannot contain a NUL byte (\\x00)",
      help: "only fields of type BYTEBUF hold such bytes",
    };
  }
  switch (row.family) {
    case "number":
      return row.named ? readPort(text) : readInteger(text, row.bits ?? 64, row.signed ?? true);
    case "truth":
      if (text === "true") return { value: true };
      if (text === "false") return { value: false };
      return { problem: `"${text}" is neither true nor false`, help: "write true or false" };
    case "text":
      return { value: text };
    case "bytes":
      return { value: encodeUtf8(text) };
    case "address":
      return readAddress(text);
    case "network":
      return readNetwork(text);
    case "opaque":
      return {
        problem: `a field of type ${type} cannot be compared with a value`,
        help: 'ask whether it is there with "exists"',
      };
    default:
      return row.family satisfies never;
  }
}

/** Pairs of hexadecimal digits, as `bcontains` and `bstartswith` take them. */
export function readHexadecimal({ text }: Literal): Reading {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) {
    return {
      problem: `"${text}" is not a row of bytes`,
      help: "write each byte as two hexadecimal digits: 7f454c46",
    };
  }
  return { value: Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16)) };
}

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Integers are decimal, with blanks before and a sign allowed, as scanf(3) reads them: what 64 bits
 * cannot hold becomes the nearest they can, what the type cannot hold loses its upper bits.
 */
function readInteger(text: string, bits: number, signed: boolean): Reading {
  const trimmed = text.trimStart();
  if (!/^[+-]?\d{1,40}$/.test(trimmed)) {
    const help = HEXADECIMAL.test(text)
      ? `only decimal numbers are read here: ${BigInt(text)}`
      : "write a whole number in decimal digits";
    return { problem: `"${text}" is not a valid number`, help };
  }
  const exact = BigInt(trimmed.replace(/^\+/, ""));
  const wrapped = signed
    ? BigInt.asIntN(bits, exact > MAX_INT64 ? MAX_INT64 : exact < MIN_INT64 ? MIN_INT64 : exact)
    : BigInt.asUintN(bits, exact > MAX_UINT64 || exact < -MAX_UINT64 ? MAX_UINT64 : exact);
  const value = Number.isSafeInteger(Number(wrapped)) ? Number(wrapped) : wrapped;
  if (wrapped === exact) return { value };
  return { value, warning: wrapWarning(text, wrapped) };
}

function wrapWarning(text: string, wrapped: bigint | number): string {
  return `${text} is out of range here and compares as ${wrapped}`;
}

const HEXADECIMAL = /^0[xX][0-9a-fA-F]{1,16}$/;

/** Falco reads digits into 32 bits before it keeps 16 of them; it knows no signs and blanks here. */
const MAX_PORT_READ = 2 ** 31 - 1;

/** Digits, the name of a service, or the empty text, which is port 0. */
function readPort(text: string): Reading {
  if (/^\d*$/.test(text) && text.length <= 40 && Number(text) <= MAX_PORT_READ) {
    const value = Number(text) & 0xffff;
    if (value === Number(text)) return { value };
    return { value, warning: wrapWarning(text, value) };
  }
  const value = servicePorts().get(text);
  if (value !== undefined) return { value };
  const help = HEXADECIMAL.test(text)
    ? `only decimal numbers are read here: ${BigInt(text)}`
    : didYouMean(text, servicePorts().keys()) ??
      `write the number of the port, or a name such as https${orList(text)}`;
  return { problem: `"${text}" is no port, and the name of no service`, help };
}

/** Names of several words are those of lists, and one that is not defined is a value. */
function orList(text: string): string {
  return /^[a-z]\w*_\w+$/i.test(text) ? `; for a list, define it: "- list: ${text}"` : "";
}

function readAddress(text: string): Reading {
  const value = parseAddress(text);
  if (value) return { value };
  const help = parseNetwork(text)
    ? "an address has no prefix length; fields that end in net compare with networks"
    : `an address looks like 10.0.0.1 or 2001:db8::1${orList(text)}`;
  return { problem: `"${text}" is not an IP address`, help };
}

function readNetwork(text: string): Reading {
  const value = parseNetwork(text);
  if (!value) {
    const address = parseAddress(text);
    return {
      problem: `"${text}" is not an IP network`,
      help: address
        ? `add a prefix length: ${networkText({ address, prefix: address.length * 8 })}`
        : `a network looks like 10.0.0.0/8 or 2001:db8::/32${orList(text)}`,
    };
  }
  // Falco refuses the IPv6 network of everything, though not the IPv4 one.
  if (value.address.length === 16 && value.prefix === 0) {
    return {
      problem: `"${text}" is not an IP network: the prefix length must be 1 to 128`,
      help: "for every IPv6 address, ask for both halves: ::/1 and 8000::/1",
    };
  }
  return { value };
}
