/** The descriptor an event is about, as several groups of fields see it. */
import type { FileDescriptor } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { pathInView } from "./_path.ts";
import { socketText } from "./_socket.ts";

/** Absent when the call that was to make it failed, and when nobody saw it being made. */
export function openDescriptor(state: State): FileDescriptor | undefined {
  const descriptor = state.descriptor;
  return descriptor !== undefined && descriptor.number >= 0 && descriptor.known !== false
    ? descriptor
    : undefined;
}

/** `fd.typechar`. Upstream has one letter for two. */
export function shownTypeChar(typeChar: string): string {
  return typeChar === "x" ? "u" : typeChar;
}

/** `fd.type`. */
export function typeName(typeChar: string): string {
  return TYPE_NAMES[typeChar] ?? UNKNOWN_TYPE;
}

/** Values of `fd.type`. */
export function typeNames(): readonly string[] {
  return [...Object.values(TYPE_NAMES), UNKNOWN_TYPE];
}

/** Values of `fd.typechar`; "o" are those of captures that have no other. */
export function typeChars(): readonly string[] {
  return [...new Set([...Object.keys(TYPE_NAMES).map(shownTypeChar), "o"])];
}

/** The letter of what `fd.type` calls so; absent for names it does not have. */
export function typeCharNamed(name: string): string | undefined {
  return Object.keys(TYPE_NAMES).find((typeChar) => TYPE_NAMES[typeChar] === name);
}

const UNKNOWN_TYPE = "<NA>";

const TYPE_NAMES: Readonly<Record<string, string>> = {
  f: "file",
  d: "directory",
  4: "ipv4",
  6: "ipv6",
  u: "unix",
  p: "pipe",
  e: "event",
  s: "signalfd",
  l: "eventpoll",
  i: "inotify",
  t: "timerfd",
  n: "netlink",
  b: "bpf",
  x: "userfaultfd",
  r: "io_uring",
  m: "memfd",
  P: "pidfd",
};

/** `fd.name`. Sockets that nobody named, pipes and the like have the empty name, as upstream's. */
export function descriptorName(descriptor: FileDescriptor, state: State): string {
  if (descriptor.path !== undefined) return pathInView(descriptor.path, state);
  return descriptor.socket === undefined ? "" : socketText(descriptor.socket, descriptor.role);
}
