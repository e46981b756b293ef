/**
 * fd.…ip, fd.…port and the rest about connections.
 *
 * Client and server tell who called whom, local and remote on which side this host is. The tuple is
 * the socket's own, so local and remote need no list of the host's addresses.
 */
import type { SocketTuple } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { openDescriptor } from "./_descriptor.ts";
import { addressOf, type End, isIp, isServerSocket, portOf, protocolOf } from "./_socket.ts";
import { defineField, type FieldDefinition, type FieldType, type FieldValue } from "./field.ts";

export const fdNetFields: readonly FieldDefinition[] = [
  defineField({
    name: "fd.ip",
    type: "IPADDR",
    summary: "Either address of the connection",
    only: "filter",
    candidates: "none-differs",
    extract: (_event, state) => bothAddresses(state),
  }),
  ipField("fd.cip", "client", "Address of the client"),
  ipField("fd.sip", "server", "Address of the server"),
  ipField("fd.lip", "local", "Address on this host's side"),
  ipField("fd.rip", "remote", "Address on the other host's side"),
  defineField({
    name: "fd.port",
    type: "PORT",
    basis: "event",
    summary: "Either port of the connection",
    only: "filter",
    candidates: "none-differs",
    format: "decimal",
    extract: (_event, state) => bothPorts(state),
  }),
  portField("fd.cport", "client", "Port of the client"),
  portField("fd.sport", "server", "Port of the server"),
  portField("fd.lport", "local", "Port on this host's side"),
  portField("fd.rport", "remote", "Port on the other host's side"),
  defineField({
    name: "fd.l4proto",
    type: "CHARBUF",
    basis: "event",
    summary: "Protocol of a socket: tcp, udp, icmp or raw",
    values: () => ["tcp", "udp", "icmp", "raw", "<NA>"],
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      return descriptor && (protocolOf(descriptor) ?? "<NA>");
    },
  }),
  defineField({
    name: "fd.sockfamily",
    type: "CHARBUF",
    basis: "event",
    summary: "ip or unix; absent for other descriptors",
    extract: (_event, state) => {
      const socket = openDescriptor(state)?.socket;
      if (socket === undefined) return undefined;
      if (isIp(socket)) return "ip";
      return socket.family === "unix" ? "unix" : undefined;
    },
  }),
  defineField({
    name: "fd.is_server",
    type: "BOOL",
    basis: "event",
    summary: "Whether this process is the server's end of the connection",
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      if (descriptor === undefined) return undefined;
      const { role, socket, isServer } = descriptor;
      if (isServer !== undefined) return isServer;
      return socket !== undefined && isIp(socket) && (role === "server" || isServerSocket(socket));
    },
  }),
  defineField({
    name: "fd.proto",
    type: "PORT",
    basis: "event",
    summary: "Either port of the connection, as fd.port",
    only: "filter",
    candidates: "none-differs",
    extract: (_event, state) => bothPorts(state),
  }),
  protocolField("fd.cproto", "client", "Port of the client as text"),
  protocolField("fd.sproto", "server", "Port of the server as text"),
  protocolField("fd.lproto", "local", "Port on this host's side as text"),
  protocolField("fd.rproto", "remote", "Port on the other host's side as text"),
  defineField({
    name: "fd.net",
    type: "IPNET",
    summary: "Either address of the connection, to be held against networks",
    only: "filter",
    candidates: "none-differs",
    extract: (_event, state) => bothAddresses(state),
  }),
  netField("fd.cnet", "client", "Address of the client, to be held against networks"),
  netField("fd.snet", "server", "Address of the server, to be held against networks"),
  netField("fd.lnet", "local", "Address on this host's side, to be held against networks"),
  netField("fd.rnet", "remote", "Address on the other host's side, to be held against networks"),
  nameField("fd.cip.name", "client", "Domain name that the client's address belongs to"),
  nameField("fd.sip.name", "server", "Domain name that the server's address belongs to"),
  nameField("fd.lip.name", "local", "Domain name that this host's address belongs to"),
  nameField("fd.rip.name", "remote", "Domain name that the other host's address belongs to"),
];

function ipField(name: string, end: End, summary: string): FieldDefinition {
  return addressField({ name, type: "IPADDR", end, summary });
}

function netField(name: string, end: End, summary: string): FieldDefinition {
  return { ...addressField({ name, type: "IPNET", end, summary }), only: "filter" };
}

function addressField(
  { name, type, end, summary }: { name: string; type: FieldType; end: End; summary: string },
): FieldDefinition {
  return defineField({ name, type, summary, extract: (_event, state) => address(state, end) });
}

function portField(name: string, end: End, summary: string): FieldDefinition {
  return defineField({
    name,
    type: "PORT",
    basis: "event",
    summary,
    format: "decimal",
    extract: (_event, state) => port(state, end),
  });
}

function protocolField(name: string, end: End, summary: string): FieldDefinition {
  return defineField({
    name,
    type: "CHARBUF",
    summary,
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      if (!descriptor?.socket) return undefined;
      const { socket, role } = descriptor;
      // Unlike fd.sport, Falco's is empty while nobody has called.
      const isListening = isIp(socket) && isServerSocket(socket);
      if (end === "server" && isListening) return "";
      const number = portOf(descriptor, end);
      if (number !== undefined) return String(number);
      // What has a side and no port there, as unix sockets.
      return end === "client" && role !== undefined ? "" : undefined;
    },
  });
}

/** Names that rules compare with are resolved beforehand; here their addresses are looked up. */
function nameField(name: string, end: End, summary: string): FieldDefinition {
  return defineField({
    name,
    type: "CHARBUF",
    summary,
    candidates: "empty-differs",
    extract: (_event, state) => {
      const of = address(state, end);
      return of && state.names.namesOf(of);
    },
  });
}

function ipSocket(state: State): SocketTuple | undefined {
  const socket = openDescriptor(state)?.socket;
  return socket !== undefined && isIp(socket) ? socket : undefined;
}

function address(state: State, end: End): Uint8Array | undefined {
  const descriptor = openDescriptor(state);
  return descriptor && addressOf(descriptor, end);
}

function port(state: State, end: End): number | undefined {
  const descriptor = openDescriptor(state);
  return descriptor && portOf(descriptor, end);
}

function bothAddresses(state: State): FieldValue {
  const socket = ipSocket(state);
  if (socket?.localAddress === undefined) return undefined;
  return isServerSocket(socket) || socket.remoteAddress === undefined
    ? [socket.localAddress]
    : [socket.localAddress, socket.remoteAddress];
}

function bothPorts(state: State): FieldValue {
  const socket = ipSocket(state);
  if (socket === undefined) return undefined;
  return isServerSocket(socket) ? [socket.localPort] : [socket.localPort, socket.remotePort];
}
