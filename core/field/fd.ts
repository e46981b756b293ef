/**
 * fd.…: the descriptor a system call works on or makes.
 *
 * A call that was to make a descriptor and failed has one with a negative number: its name is known,
 * the rest is absent.
 */
import {
  encodeDevice,
  type Event,
  eventType,
  type FileDescriptor,
  majorOf,
  minorOf,
} from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import {
  descriptorName,
  openDescriptor,
  shownTypeChar,
  typeChars,
  typeName,
  typeNames,
} from "./_descriptor.ts";
import { hasFlag } from "./_event.ts";
import { directoryOf, fileNameOf, rememberLast, withoutDoubleSlashes } from "./_path.ts";
import { defineField, type FieldDefinition } from "./field.ts";

const directory = rememberLast(directoryOf);
const fileName = rememberLast(fileNameOf);

/** `FD_LOWER_LAYER` of upstream's `file_flags`. */
const LOWER_LAYER = 0x10000;

export const fdFields: readonly FieldDefinition[] = [
  defineField({
    name: "fd.num",
    type: "INT64",
    basis: "event",
    summary: "Number of the descriptor; negative when the call that was to make it failed",
    format: "id",
    extract: (_event, state) => state.descriptor?.number,
  }),
  defineField({
    name: "fd.type",
    type: "CHARBUF",
    basis: "kin",
    summary: "What the descriptor refers to: file, directory, ipv4, ipv6, unix, pipe …",
    format: "decimal",
    values: typeNames,
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      return descriptor && typeName(descriptor.typeChar);
    },
  }),
  defineField({
    name: "fd.typechar",
    type: "CHARBUF",
    basis: "kin",
    summary: "The same as one character: f, d, 4, 6, u, p …",
    format: "decimal",
    values: typeChars,
    extract: (_event, state) => {
      const descriptor = state.descriptor;
      return descriptor && shownTypeChar(descriptor.typeChar);
    },
  }),
  defineField({
    name: "fd.types",
    type: "CHARBUF",
    summary: "What the open descriptors of the process refer to, or the one in the argument",
    list: true,
    constantsOnly: true,
    argument: { required: false, kind: "index" },
    format: "decimal",
    unavailable: "live, where descriptors are known only while calls work on them; replays have it",
    extract: (_event, state, argument) => {
      if (state.descriptor === undefined || state.tracked === undefined) return undefined;
      const { descriptors } = state.tracked;
      if (typeof argument === "number") {
        const descriptor = descriptors.get(argument);
        return descriptor && [typeName(descriptor.typeChar)];
      }
      const names = new Set<string>();
      for (const { typeChar } of descriptors) names.add(typeName(typeChar));
      return [...names];
    },
  }),
  defineField({
    name: "fd.name",
    type: "CHARBUF",
    basis: "path",
    summary: "Path of a file, both ends of a connection (client first), path of a unix socket",
    extract: (_event, state) => {
      const descriptor = state.descriptor;
      return descriptor && descriptorName(descriptor, state);
    },
  }),
  defineField({
    name: "fd.nameraw",
    type: "CHARBUF",
    basis: "path",
    summary: "Path exactly as the program passed it, only repeated slashes are removed",
    extract: (_event, state) => {
      const descriptor = state.descriptor;
      return descriptor && withoutDoubleSlashes(descriptor.path?.raw ?? "");
    },
  }),
  defineField({
    name: "fd.realpath",
    type: "CHARBUF",
    basis: "path",
    summary: "Path of the file as the kernel resolved it, free of symbolic links",
    origin: "falcod",
    extract: (_event, state) => state.descriptor?.path?.resolved,
  }),
  defineField({
    name: "fd.directory",
    type: "CHARBUF",
    basis: "path",
    summary: "Directory a file is in; of a directory, itself",
    extract: (_event, state) => directoryIn(state),
  }),
  defineField({
    name: "fd.filename",
    type: "CHARBUF",
    basis: "path",
    summary: "Name of a file without its directory",
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      if (descriptor === undefined || descriptor.typeChar !== "f") return undefined;
      return fileName(descriptorName(descriptor, state));
    },
  }),
  defineField({
    name: "fd.containername",
    type: "CHARBUF",
    summary: "Container id and name of the descriptor, with a colon between",
    extract: (_event, state) => {
      const descriptor = state.descriptor;
      return descriptor && `${containerId(state)}:${descriptorName(descriptor, state)}`;
    },
  }),
  defineField({
    name: "fd.containerdirectory",
    type: "CHARBUF",
    summary: "Container id and directory of the file, with a colon between",
    extract: (_event, state) => {
      const text = directoryIn(state);
      return text === undefined ? undefined : `${containerId(state)}:${text}`;
    },
  }),
  defineField({
    name: "fd.uid",
    type: "CHARBUF",
    summary: "Thread id and descriptor number run together: tells descriptors apart",
    extract: (event, state) => {
      const descriptor = state.descriptor;
      return descriptor && `${event.threadId}${descriptor.number}`;
    },
  }),
  defineField({
    name: "fd.connected",
    type: "BOOL",
    summary: "Whether the socket is connected",
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      return descriptor && descriptor.connected === true;
    },
  }),
  defineField({
    name: "fd.name_changed",
    type: "BOOL",
    summary: "Whether this event gave the descriptor its name",
    extract: (event, state) => {
      const descriptor = openDescriptor(state);
      return descriptor && (event.renamesDescriptor ?? givesName(event, descriptor));
    },
  }),
  defineField({
    name: "fd.dev",
    type: "INT32",
    summary: "Device of the file, encoded as user space does (new_encode_dev)",
    format: "hex",
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      return descriptor && encodeDevice(descriptor.device ?? 0);
    },
  }),
  defineField({
    name: "fd.dev.major",
    type: "INT32",
    summary: "Major number of the file's device",
    format: "decimal",
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      return descriptor && majorOf(descriptor.device ?? 0);
    },
  }),
  defineField({
    name: "fd.dev.minor",
    type: "INT32",
    summary: "Minor number of the file's device",
    format: "decimal",
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      return descriptor && minorOf(descriptor.device ?? 0);
    },
  }),
  defineField({
    name: "fd.ino",
    type: "INT64",
    summary: "Inode number of the file",
    format: "decimal",
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      return descriptor && (descriptor.inode ?? 0n);
    },
  }),
  defineField({
    name: "fd.is_upper_layer",
    type: "BOOL",
    summary: "Whether the file is in the upper, writable layer of an overlay",
    extract: (_event, state) => openDescriptor(state)?.onOverlayUpper,
  }),
  defineField({
    name: "fd.is_lower_layer",
    type: "BOOL",
    summary: "Whether the file is in a lower layer of an overlay",
    extract: (_event, state) => {
      const descriptor = openDescriptor(state);
      return descriptor && (descriptor.flags & LOWER_LAYER) !== 0;
    },
  }),
];

function directoryIn(state: State): string | undefined {
  const descriptor = state.descriptor;
  if (descriptor === undefined) return undefined;
  const name = descriptorName(descriptor, state);
  const isKnown = descriptor.number >= 0 && descriptor.known !== false;
  if (!isKnown || descriptor.typeChar === "f") return directory(name);
  return descriptor.typeChar === "d" ? name : undefined;
}

function containerId(state: State): string {
  const id = state.process?.containerId;
  return id === undefined || id === "host" ? "" : id;
}

/**
 * Making a descriptor and connecting one name it, a copy is called what the original is; so does a datagram, for the peer may be another
 * each time. Upstream compares with the name before, which takes a table of all descriptors.
 */
function givesName({ type, result = 0 }: Event, descriptor: FileDescriptor): boolean {
  if (result < 0 && result !== EINPROGRESS) return false;
  if (hasFlag(type, "creates")) return !hasFlag(type, "uses") && isNamed(descriptor);
  if (type === CONNECT) return true;
  const isDatagram = descriptor.socket !== undefined && descriptor.connected !== true;
  return isDatagram && hasFlag(type, "uses") && hasFlag(type, "state") && tellsAddress(type);
}

/** What closes or copies a socket knows its address no better than before. */
function tellsAddress(type: number): boolean {
  const params = eventType(type)?.params ?? [];
  return params.some(({ name }) => name === "tuple" || name === "addr");
}

function isNamed({ path, socket }: FileDescriptor): boolean {
  return path !== undefined
    ? path.given !== ""
    : socket?.remotePort !== undefined && socket.remotePort !== 0;
}

const EINPROGRESS = -115;
/** PPME_SOCKET_CONNECT_X */
const CONNECT = 23;
