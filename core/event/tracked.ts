/**
 * What a source knows of a thread that follows processes itself: capture files have nobody else to ask.
 * Live capture asks the kernel for what an event needs, and follows nothing.
 */
import type { FileDescriptor } from "./descriptor.ts";

/** The descriptors a process has open, as far as they were seen. */
export interface OpenDescriptors extends Iterable<FileDescriptor> {
  readonly size: number;
  get(number: number): FileDescriptor | undefined;
}

/** A controller, or "" for the unified hierarchy, and the path of the group in it. */
export type Cgroup = readonly [controller: string, path: string];

/** What a process uses, when the event happened. */
export interface ResourceUse {
  /** Most descriptors the process may have open; -1 when unknown. */
  readonly descriptorLimit: number;
  readonly vmSizeKb: number;
  readonly vmResidentKb: number;
  readonly vmSwapKb: number;
  /** Of the thread, since it started. */
  readonly majorFaults: number;
  readonly minorFaults: number;
}

export interface TrackedThread extends ResourceUse {
  /** False: nobody saw it start, and nothing but its id is known. */
  readonly isKnown: boolean;
  /** Threads of its process that are alive; and those of them without the first. */
  readonly threadCount: number;
  readonly otherThreadCount: number;
  readonly descriptors: OpenDescriptors;
  readonly openCount: number;
  readonly cgroups: readonly Cgroup[];
  /** When its pid namespace began, since the epoch; 0 when unknown. */
  readonly namespaceStartNs: bigint;
  /** When it came into being, on the clock of events; 0 when nobody saw it. */
  readonly startClockNs: number;
  readonly parent: TrackedThread | undefined;
  /** How long the thread ran that is switched out with this event; absent in others. */
  readonly ranNs: number | undefined;
  readonly totalRanNs: number;
  /** Per cent of the last second, where the event tells it. */
  readonly processorUse: ProcessorUse | undefined;
}

export interface ProcessorUse {
  readonly total: number;
  readonly user: number;
  readonly system: number;
}

/** What a poll waits for: each descriptor with the bits of poll(2). */
export interface PolledDescriptors {
  readonly polled: readonly { readonly number: number; readonly events: number }[];
}
