/** What events of clone, fork and exec have in common. */
import type { Cgroup, Membership } from "../event/mod.ts";
import type { ScapEvent } from "../scap/mod.ts";
import type { Follower } from "./follower.ts";
import { cgroupPath } from "./texts.ts";
import type { ReplayThread } from "./threads.ts";

/** Places of parameters. */
export const EXE = 1, ARGS = 2, PROCESS_ID = 4, PARENT_ID = 5, LIMIT = 7, MAJOR_FAULTS = 8;
export const MINOR_FAULTS = 9,
  VM_SIZE = 10,
  VM_RESIDENT = 11,
  VM_SWAP = 12,
  COMM = 13,
  CGROUPS = 14;
export function useEvent(thread: ReplayThread, scap: ScapEvent): void {
  if (scap.paramLength(VM_SWAP) === 0) return;
  thread.majorFaults = Number(scap.paramWide(MAJOR_FAULTS) ?? 0n);
  thread.minorFaults = Number(scap.paramWide(MINOR_FAULTS) ?? 0n);
  thread.vmSizeKb = scap.paramUnsigned(VM_SIZE) ?? 0;
  thread.vmResidentKb = scap.paramUnsigned(VM_RESIDENT) ?? 0;
  thread.vmSwapKb = scap.paramUnsigned(VM_SWAP) ?? 0;
}

export function withCgroup(membership: Membership, cgroups: readonly Cgroup[]): Membership {
  const cgroup = cgroupPath(cgroups);
  return cgroup === membership.cgroup ? membership : { ...membership, cgroup };
}

export function moveToProcess(thread: ReplayThread, processId: number, follower: Follower): void {
  const { threads } = follower;
  const before = thread.process;
  if (processId <= 0 || processId === before.id) return;
  threads.move(thread, threads.process(processId));
  if (before.threadCount <= 0) follower.told.end(thread.id, before);
}
