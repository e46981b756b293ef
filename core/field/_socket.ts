/** Ends of a connection: who is client, who is server, and how both print. */
import { addressText } from "../base/ip.ts";
import type { FileDescriptor, SocketTuple } from "../event/mod.ts";

/**
 * A socket that waits for others rather than talking to one: bound, no peer. It has a server's
 * address but no client's.
 */
export function isServerSocket(socket: SocketTuple): boolean {
  return socket.remotePort === 0 && socket.localPort !== 0 && !socket.isConnection &&
    isUnset(socket.remoteAddress);
}

/** An IP socket with two ends; upstream's fields are absent while it is not known who called whom. */
export function isConnection(descriptor: FileDescriptor): boolean {
  const socket = descriptor.socket;
  return descriptor.role !== undefined && socket !== undefined && isIp(socket) &&
    !isServerSocket(socket);
}

export function isIp(socket: SocketTuple): boolean {
  return socket.family === "ipv4" || socket.family === "ipv6";
}

/** `10.0.0.1:33060->10.0.0.2:443`, client first; `0.0.0.0:80` for servers; a unix socket's path. */
export function socketText(socket: SocketTuple, role: "client" | "server" | undefined): string {
  if (socket.text !== undefined) return socket.text;
  if (!isIp(socket)) return socket.path ?? "";
  const local = endText(socket.localAddress, socket.localPort);
  if (isServerSocket(socket)) return local;
  if (socket.remotePort === 0 && isUnset(socket.remoteAddress)) return "";
  const remote = endText(socket.remoteAddress, socket.remotePort);
  return role === "server" ? `${remote}->${local}` : `${local}->${remote}`;
}

/** Both ends of what is moved, whether there is anything at them or not. */
export function movedText({ direction, ...socket }: SocketTuple): string {
  const local = endText(socket.localAddress, socket.localPort);
  const remote = endText(socket.remoteAddress, socket.remotePort);
  return direction === "incoming" ? `${remote}->${local}` : `${local}->${remote}`;
}

/** One address as a system call names it: the peer's, or the socket's own where there is no peer. */
export function addressOfSocket(socket: SocketTuple): string {
  if (!isIp(socket)) return socket.path ?? "";
  const isAlone = socket.remotePort === 0 && isUnset(socket.remoteAddress);
  return isAlone && socket.localAddress !== undefined
    ? endText(socket.localAddress, socket.localPort)
    : endText(socket.remoteAddress, socket.remotePort);
}

function endText(address: Uint8Array | undefined, port: number): string {
  return `${address === undefined ? "" : addressText(address)}:${port}`;
}

function isUnset(address: Uint8Array | undefined): boolean {
  if (address === undefined) return true;
  for (let i = 0; i < address.length; i++) if (address[i] !== 0) return false;
  return true;
}

/** Which end of a connection: by who called whom, or by the side this host is on. */
export type End = "client" | "server" | "local" | "remote";

/**
 * The side of the socket that an end is on, be it at 0.0.0.0:0. A server socket has a server's end and no
 * other; without a role there are no ends.
 */
function sideOf({ socket, role }: FileDescriptor, end: End): "local" | "remote" | undefined {
  if (socket === undefined || !isIp(socket)) return undefined;
  if (isServerSocket(socket)) return end === "server" ? "local" : undefined;
  if (role === undefined) return undefined;
  return end === "local" || end === role ? "local" : "remote";
}

export function addressOf(descriptor: FileDescriptor, end: End): Uint8Array | undefined {
  const side = sideOf(descriptor, end);
  if (side === undefined) return undefined;
  const { socket } = descriptor;
  return side === "local" ? socket?.localAddress : socket?.remoteAddress;
}

/** Without a look at the addresses, which a source may have to copy first. */
export function portOf(descriptor: FileDescriptor, end: End): number | undefined {
  const side = sideOf(descriptor, end);
  if (side === undefined) return undefined;
  const { socket } = descriptor;
  const number = side === "local" ? socket?.localPort : socket?.remotePort;
  // An end without an address is none, and only of such without a port it is looked at.
  return number === 0 && addressOf(descriptor, end) === undefined ? undefined : number;
}

/**
 * "tcp", "udp" …; absent for what has none, and while it is not known who called whom. libs
 * userspace/libsinsp/fdinfo.cpp get_l4proto
 */
export function protocolOf(descriptor: FileDescriptor): string | undefined {
  const { protocol, socket } = descriptor;
  if (protocol === undefined || socket === undefined) return undefined;
  return protocol === "raw" || isServerSocket(socket) || isConnection(descriptor)
    ? protocol
    : undefined;
}
