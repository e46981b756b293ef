/** Settings of the syscall source, as core/app takes them out of falco.yaml and the command line. */
import { z } from "zod";

/** Falco's `buf_size_preset`: bytes of the events ring by index; 4 is the default there and here. */
const PRESET_BYTES = [
  1 << 20, // 0 is reserved upstream; the smallest that works
  1 << 20,
  2 << 20,
  4 << 20,
  8 << 20,
  16 << 20,
  32 << 20,
  64 << 20,
  128 << 20,
  256 << 20,
  512 << 20,
] as const;

export const syscallSchema = z.object({
  /** Watch only this process and its descendants. */
  scopeProcessId: z.int().positive().optional(),
  /** 0 to 10; the ring is shared by all processors, so ours is larger than Falco's at the same number. */
  bufferPreset: z.int().min(0).max(PRESET_BYTES.length - 1).default(6),
  /** Longest argument vector kept, in bytes. */
  argsLimit: z.int().min(256).max(32_768).default(16_384),
  /** Folder with the compiled probe; absent: the one that came with falcod. */
  probeFolder: z.string().optional(),
});

export type SyscallConfig = z.infer<typeof syscallSchema>;

export function eventsRingBytes(preset: number): number {
  return PRESET_BYTES[preset] ?? PRESET_BYTES[6];
}
