/** Fields of a descriptor that could only show what nobody said. */
import type { FileDescriptor } from "../event/mod.ts";
import type { FieldValue } from "../field/mod.ts";
import type { Given } from "./given.ts";

/** What such fields show in place of what they find in the descriptor. */
export type Untold = ReadonlyMap<string, FieldValue>;

const NAMES = [
  "fd.name",
  "fd.directory",
  "fd.filename",
  "fd.containername",
  "fd.containerdirectory",
];
const EITHER_ADDRESS = ["fd.ip", "fd.net"], EITHER_PORT = ["fd.port", "fd.proto"];
const INODE = ["fd.ino", "fd.dev", "fd.dev.major", "fd.dev.minor"];

/**
 * A descriptor has room for a name, an inode, two ports; live events always fill it. Of a given event
 * a zero or an empty name in there must not satisfy a rule.
 */
export function untoldOf(given: Given, descriptor: FileDescriptor | undefined): Untold {
  const untold = new Map<string, FieldValue>();
  if (!descriptor) return untold;
  const hide = (names: readonly string[]) => names.forEach((name) => untold.set(name, undefined));
  if (!hasToldName(descriptor)) hide(NAMES);
  if (!descriptor.path) hide(["fd.nameraw"]);
  if (descriptor.inode === undefined) hide(INODE);
  const { socket, role } = descriptor;
  if (!socket || socket.family === "unix") return untold;
  const [near, far] = role === "server" ? ["s", "c"] : ["c", "s"];
  const local = endFields(["l", near!]), remote = endFields(["r", far!]);
  const { localPort, remotePort } = socket;
  if (socket.localAddress === undefined) hide(local.addresses);
  if (socket.remoteAddress === undefined) hide(remote.addresses);
  if (!isToldPort(given, localPort, local.ports)) hide(local.ports);
  if (!isToldPort(given, remotePort, remote.ports)) hide(remote.ports);
  const told = <Value>(...sides: readonly (readonly [field: string, value: Value | undefined])[]) =>
    sides.flatMap(([field, value]) => untold.has(field) || value === undefined ? [] : [value]);
  const addresses = told(["fd.lip", socket.localAddress], ["fd.rip", socket.remoteAddress]);
  const ports = told(["fd.lport", localPort], ["fd.rport", remotePort]);
  for (const [names, values] of [[EITHER_ADDRESS, addresses], [EITHER_PORT, ports]] as const) {
    if (values.length === 2) continue;
    for (const name of names) untold.set(name, values.length > 0 ? values : undefined);
  }
  return untold;
}

/** `fd.name` and what is part of it follow from what was given. */
export function hasToldName({ path, socket, role }: FileDescriptor): boolean {
  if (path) return true;
  if (!socket) return false;
  if (socket.family === "unix") return socket.path !== undefined;
  if (socket.localAddress === undefined) return false;
  // A socket that waits for others has one end.
  return socket.remoteAddress !== undefined || (role === "server" && socket.localPort !== 0);
}

function endFields(letters: readonly string[]) {
  return {
    addresses: letters.flatMap((end) => [`fd.${end}ip`, `fd.${end}net`, `fd.${end}ip.name`]),
    ports: letters.flatMap((end) => [`fd.${end}port`, `fd.${end}proto`]),
  };
}

/** Zero stands for "nobody said" unless somebody said zero. */
function isToldPort(given: Given, port: number, fields: readonly string[]): boolean {
  return port !== 0 || fields.some((name) => given.value(name) !== undefined);
}
