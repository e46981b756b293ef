/** Settings of the syscall source, as core/app takes them out of falco.yaml and the command line. */
import * as z from "zod";

const MIB = 1 << 20;
const LARGEST_PRESET = 10;
/** EXTRA_LIMIT of ffi/probe/extras.h. */
const LONGEST_DATA = 8192;
const LARGEST_RING_BYTES = 512 * MIB;
const DEFAULT_PRESET = 4;
/** Some 2500 programs that start and end before falcod looks again. */
const LIFECYCLE_RING_BYTES = 4 * MIB;
const LARGEST_LIFECYCLE_RING_BYTES = 64 * MIB;

export const syscallSchema = z.object({
  /** Watch only this process and its descendants. */
  scopeProcessId: z.int().positive().optional(),
  /** Falco's `buf_size_preset`: 4, Falco's default, is 8 MiB for every two processors. */
  bufferPreset: z.int().min(0).max(LARGEST_PRESET).default(DEFAULT_PRESET),
  /** Longest argument vector kept, in bytes. */
  argsLimit: z.int().min(256).max(65_536).default(65_536),
  /** Bytes of what is read or written that an event has; longer ones than the probe's are cut to it. */
  dataLimit: z.int().positive().default(80).transform((bytes) => Math.min(bytes, LONGEST_DATA)),
  /** Calls that failed are not reported, whatever rules ask for. */
  dropFailed: z.boolean().default(false),
  /** Names of system calls that are not reported, whatever rules ask for. */
  excludedSyscalls: z.array(z.string()).default([]),
  /** Leaves out in the kernel what no rule can match; off only to compare. */
  kernelFilter: z.boolean().default(true),
  /** Folder with the compiled probe; absent: the one that came with falcod. */
  probeFolder: z.string().optional(),
});

export type SyscallConfig = z.infer<typeof syscallSchema>;

/**
 * Bytes of the events ring. Falco has a ring for every two processors, each of the preset's size; ours
 * is one for all, as large as Falco's together, up to 512 MiB.
 */
export function eventsRingBytes(preset: number, processors: number): number {
  const oneBytes = preset === 0 ? MIB : MIB * 2 ** (preset - 1);
  return Math.min(oneBytes * Math.ceil(processors / 2), LARGEST_RING_BYTES);
}

/** Of the ring of starts and ends: presets above the default are there to survive longer bursts of these, too. */
export function lifecycleRingBytes(preset: number): number {
  const bytes = LIFECYCLE_RING_BYTES * 2 ** Math.max(0, preset - DEFAULT_PRESET);
  return Math.min(bytes, LARGEST_LIFECYCLE_RING_BYTES);
}
