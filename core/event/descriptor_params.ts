/** Which parameter of an exit event is the descriptor that the call works on. */
import { newerCalls } from "./newer_calls.ts";
import { EVENT_FLAGS, eventTypes, GENERIC_BASE } from "./table.ts";

/** Where it is not the second parameter; libs userspace/libscap/scap_event.c. */
const PLACES: Readonly<Record<string, number>> = {
  read: 2,
  pread: 2,
  bind: 2,
  write: 2,
  pwrite: 2,
  recv: 2,
  send: 2,
  sendto: 2,
  sendmsg: 2,
  sendfile: 2,
  splice: 2,
  writev: 2,
  pwritev: 2,
  connect: 2,
  symlinkat: 2,
  recvfrom: 3,
  readv: 3,
  preadv: 3,
  recvmsg: 5,
  mmap: 8,
  mmap2: 8,
};

/** By event type; an index that no event has where the call works on none. */
export function descriptorParams(): Uint8Array {
  const indexes = new Uint8Array(GENERIC_BASE).fill(255);
  for (const { code, name, direction, flags, params } of eventTypes()) {
    if (direction === "enter" || (flags & EVENT_FLAGS.uses) === 0) continue;
    const index = Object.hasOwn(PLACES, name) ? PLACES[name]! : 1;
    if (params[index]?.type === "FD") indexes[code] = index;
  }
  for (const { code, event } of newerCalls()) indexes[code] = indexes[event]!;
  return indexes;
}
