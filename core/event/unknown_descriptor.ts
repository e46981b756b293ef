/** A descriptor of which there is nothing but what the event says of it. */
import type { FileDescriptor, NamedPath } from "./descriptor.ts";
import { eventType } from "./table.ts";

/** Of a file that has nothing but its path. */
export function bareDescriptor(number: number, typeChar: string, path: NamedPath): FileDescriptor {
  return {
    number,
    typeChar,
    path,
    socket: undefined,
    protocol: undefined,
    role: undefined,
    connected: undefined,
    inode: undefined,
    device: undefined,
    flags: 0,
    onOverlayUpper: false,
  };
}

/** It was not opened, or nobody saw it: there is its number, and what a call of that type makes. */
export function unknownDescriptor(code: number, number: number, path: NamedPath): FileDescriptor {
  return { ...bareDescriptor(number, unmadeTypeChar(code), path), known: false };
}

/** What a call would have made; libs userspace/libsinsp/event.h extract_typechar. */
const TYPES: Readonly<Record<string, string>> = {
  openat: "f",
  openat2: "f",
  creat: "f",
  socket: "4",
  accept: "4",
  accept4: "4",
  pipe: "p",
  pipe2: "p",
  eventfd: "e",
  eventfd2: "e",
  signalfd: "s",
  signalfd4: "s",
  timerfd_create: "t",
  inotify_init: "i",
  inotify_init1: "i",
};

/** Of what a call of the type did not make, or nobody saw it make. */
export function unmadeTypeChar(code: number): string {
  const name = eventType(code)?.name ?? "";
  return Object.hasOwn(TYPES, name) ? TYPES[name]! : "o";
}
