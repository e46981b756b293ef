/** The descriptor an event is about, as several groups of fields see it. */
import type { FileDescriptor } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { pathInView } from "./_path.ts";
import { socketText } from "./_socket.ts";

/** Absent when the call that was to make it failed. */
export function openDescriptor(state: State): FileDescriptor | undefined {
  const descriptor = state.descriptor;
  return descriptor !== undefined && descriptor.number >= 0 ? descriptor : undefined;
}

/** `fd.name`. Sockets that nobody named, pipes and the like have the empty name, as upstream's. */
export function descriptorName(descriptor: FileDescriptor, state: State): string {
  if (descriptor.path !== undefined) return pathInView(descriptor.path, state);
  return descriptor.socket === undefined ? "" : socketText(descriptor.socket, descriptor.role);
}
