/** The descriptor a given event is about. */
import { parseAddress } from "../base/ip.ts";
import { joinPath } from "../base/mod.ts";
import {
  eventType,
  type FileDescriptor,
  flagValue,
  type NamedPath,
  type SocketTuple,
  type TypeChar,
} from "../event/mod.ts";
import { typeCharNamed } from "../field/mod.ts";
import type { Facts } from "./_facts.ts";
import type { Given } from "./given.ts";

/** `FD_LOWER_LAYER` of `file_flags` says the same of a descriptor. */
const LOWER_LAYER = "FD_LOWER_LAYER";
const USED_DESCRIPTOR = 3;

/**
 * Absent where the call takes and makes none and nothing was given for it, and where `fd.num` was said
 * to be absent.
 */
export function descriptorOf(facts: Facts): FileDescriptor | undefined {
  const { given, result, openFlags } = facts;
  if (given.says("fd.num") && given.value("fd.num") === undefined) return undefined;
  const type = eventType(given.type);
  const expected = type?.params.some(({ name }) => name === "fd") ?? false;
  if (!expected && openFlags === undefined && !given.mentions("fd.")) return undefined;
  const makes = openFlags !== undefined || type?.params[0]?.name === "fd";
  const number = given.number("fd.num") ?? numberOf(given.text("evt.arg", "fd")) ??
    (makes ? Math.max(-1, result ?? -1) : USED_DESCRIPTOR);
  const typeChar = typeCharOf(facts);
  const lower = given.truth("fd.is_lower_layer") ? flagValue("file_flags", LOWER_LAYER) ?? 0 : 0;
  const inode = given.number("fd.ino");
  const isIp = typeChar === "4" || typeChar === "6";
  return {
    number,
    typeChar,
    path: isIp || typeChar === "u" ? undefined : pathOf(facts),
    socket: isIp ? ipSocketOf(given, typeChar) : typeChar === "u" ? unixSocketOf(given) : undefined,
    protocol: isIp ? given.text("fd.l4proto") ?? "tcp" : undefined,
    role: isIp ? roleOf(given) : undefined,
    ...isIp && { isServer: roleOf(given) === "server" },
    connected: isIp ? given.truth("fd.connected") ?? true : given.truth("fd.connected"),
    inode: inode === undefined ? undefined : BigInt(Math.trunc(inode)),
    device: undefined,
    flags: (openFlags ?? 0) | lower,
    onOverlayUpper: given.truth("fd.is_upper_layer") ?? false,
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function typeCharOf({ given, openFlags }: Facts): TypeChar {
  const said = given.text("fd.typechar") ?? typeCharNamed(given.text("fd.type") ?? "");
  if (said !== undefined) return said;
  if (openFlags !== undefined) {
    return (openFlags & (flagValue("file_flags", "O_DIRECTORY") ?? 0)) !== 0 ? "d" : "f";
  }
  const family = given.text("fd.sockfamily");
  if (family === "unix") return "u";
  const ends = endsOf(given);
  const address = ends.local ?? ends.remote;
  if (address) return address.length === 16 ? "6" : "4";
  const name = given.text("fd.name");
  const isNet = eventType(given.type)?.category === "net" || family === "ip";
  if (!isNet) return [...given.values.keys()].some((field) => OF_SOCKETS.test(field)) ? "4" : "f";
  return name?.startsWith("/") ? "u" : "4";
}

/** Fields that only sockets have a value for. */
const OF_SOCKETS = /^fd\.(?:[cslr]?(?:ip|net|port|proto)(?:\.name)?|l4proto|is_server)$/;

/** Name as given and as the kernel knows it, out of whichever fields tell them. */
function pathOf({ given, process, result }: Facts): NamedPath | undefined {
  const passed = given.text("fd.nameraw") ?? given.text("evt.rawarg", "name") ??
    given.text("evt.arg", "name") ?? given.text("fs.path.nameraw");
  const folder = given.text("fd.directory"), file = given.text("fd.filename");
  const name = given.text("fd.name") ?? given.text("fs.path.name") ??
    (folder !== undefined && file !== undefined
      ? `${folder === "/" ? "" : folder}/${file}`
      : undefined) ??
    (passed === undefined ? undefined : joinPath(withSlash(process.cwd), passed));
  if (name === undefined) return undefined;
  const resolved = given.text("fd.realpath") ??
    (given.says("fd.realpath") || (result ?? 0) < 0 ? undefined : name);
  return { raw: passed ?? name, given: name, resolved };
}

export function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}

interface Ends {
  readonly local: Uint8Array | undefined;
  readonly remote: Uint8Array | undefined;
  readonly localPort: number;
  readonly remotePort: number;
}

function roleOf(given: Given): "client" | "server" {
  const said = given.truth("fd.is_server");
  if (said !== undefined) return said ? "server" : "client";
  return /^(?:accept|bind|listen)/.test(eventType(given.type)?.name ?? "") ? "server" : "client";
}

/** By the side a rule names: its own words, then client and server, then the name of the connection. */
function endsOf(given: Given): Ends {
  const [near, far] = roleOf(given) === "client" ? ["c", "s"] : ["s", "c"];
  const named = connectionOf(given.text("fd.name") ?? "");
  const [nearEnd, farEnd] = roleOf(given) === "client"
    ? [named?.client, named?.server]
    : [named?.server, named?.client];
  return {
    local: given.bytes("fd.lip") ?? given.bytes(`fd.${near}ip`) ?? nearEnd?.address,
    remote: given.bytes("fd.rip") ?? given.bytes(`fd.${far}ip`) ?? farEnd?.address,
    localPort: given.number("fd.lport") ?? given.number(`fd.${near}port`) ?? nearEnd?.port ?? 0,
    remotePort: given.number("fd.rport") ?? given.number(`fd.${far}port`) ?? farEnd?.port ?? 0,
  };
}

interface End {
  readonly address: Uint8Array;
  readonly port: number;
}

const CONNECTION = /^(.{2,45}):(\d{1,5})->(.{2,45}):(\d{1,5})$/;

/** `10.0.0.1:33060->10.0.0.2:443`, as `fd.name` shows connections. */
function connectionOf(name: string): { readonly client: End; readonly server: End } | undefined {
  const [, from = "", fromPort, to = "", toPort] = CONNECTION.exec(name) ?? [];
  const client = parseAddress(from), server = parseAddress(to);
  if (!client || !server) return undefined;
  return {
    client: { address: client, port: Number(fromPort) },
    server: { address: server, port: Number(toPort) },
  };
}

function ipSocketOf(given: Given, typeChar: TypeChar): SocketTuple {
  const { local, remote, localPort, remotePort } = endsOf(given);
  return {
    family: typeChar === "4" ? "ipv4" : "ipv6",
    localAddress: local,
    remoteAddress: remote,
    localPort,
    remotePort,
    path: undefined,
  };
}

function unixSocketOf(given: Given): SocketTuple {
  return {
    family: "unix",
    localAddress: undefined,
    remoteAddress: undefined,
    localPort: 0,
    remotePort: 0,
    path: given.text("fd.name"),
  };
}
