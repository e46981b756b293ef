/** Flags of calls that open files: what was asked for, and what is known of the file. */
import { encodeOpenFlags, withOpenedFile } from "../../../core/mod.ts";
import { layout } from "../../../ffi/mod.ts";
import type { LiveEvent } from "./live_event.ts";

const SYS_CREAT = 85;
const CREAT_FLAGS = 0o1101; // O_CREAT | O_WRONLY | O_TRUNC, creat(2)
const FD_UPPER_LAYER_CREAT = 1, FD_LOWER_LAYER_CREAT = 2; // falcosecurity/libs ppm_events_public.h

/** The layer of the new file; upstream's `creat_flags` are `file_flags` of their own. */
export function creatFlags(event: LiveEvent): number {
  const facts = event.factFlags();
  if ((facts & layout.FILE_FLAGS.overlayUpper) !== 0) return FD_UPPER_LAYER_CREAT;
  return (facts & layout.FILE_FLAGS.overlayLower) !== 0 ? FD_LOWER_LAYER_CREAT : 0;
}

/** Open flags in upstream's encoding, with what is known of the file. */
export function openFlagsOf(event: LiveEvent): number {
  const { created, overlayUpper, overlayLower } = layout.FILE_FLAGS;
  const native = nativeOpenFlags(event);
  const facts = event.factFlags() & (created | overlayUpper | overlayLower);
  const key = facts * 0x1_0000_0000 + native;
  let flags = encodedOpenFlags.get(key);
  if (flags !== undefined) return flags;
  flags = withOpenedFile(encodeOpenFlags(native), {
    created: (facts & created) !== 0,
    overlayUpper: (facts & overlayUpper) !== 0,
    overlayLower: (facts & overlayLower) !== 0,
  });
  if (encodedOpenFlags.size >= MAX_ENCODED) encodedOpenFlags.clear();
  encodedOpenFlags.set(key, flags);
  return flags;
}

/** Programs use few of the combinations there are. */
const encodedOpenFlags = new Map<number, number>();
const MAX_ENCODED = 1024;

/** As the kernel has them, in 32 bits. */
export function nativeOpenFlags(event: LiveEvent): number {
  if (event.syscall === SYS_CREAT) return CREAT_FLAGS;
  return event.argumentUint(2); // open_by_handle_at has them there too
}
