/**
 * The native boundary: everything with a pointer in it stays in this folder.
 *
 * `openCapture` loads the BPF probe (ffi/probe, C) through libbpf and maps its memory. From then on no
 * record costs a call into native code: the two rings the probe writes are parsed where they lie
 * (ring.ts), merged by time (merge.ts) and handed to a `RecordHandler` as a memory and an offset.
 * What stands at which offset says layout.ts, generated from the probe's own type information;
 * ffi/probe/records.h explains the records.
 *
 * ```ts ignore
 * using capture = openCapture({ objects: [castObject, readObject] });
 * capture.setInterest(257, "all"); // openat
 * capture.attach();
 * while (!signal.aborted) {
 *   capture.drain(handler);
 *   await capture.wait(signal);
 * }
 * ```
 *
 * Lifetimes: a record is valid until `record` returns. The probe lives as long as its `Capture` and
 * never longer than the process: nothing is pinned, and the kernel cleans up after a `kill -9`.
 * Whatever the kernel, libbpf or Deno refuses is a `NativeError`, whose `code` says which of them and
 * whose `help` says what to do. Importing does nothing; libraries are opened by the first call.
 */
export {
  Capture,
  type CaptureCounters,
  type CaptureOptions,
  type ClassCounters,
  openCapture,
} from "./capture.ts";
export { groupById, userById } from "./name_service.ts";
export type { LoadedProgram } from "./bpf_object.ts";
export * as confine from "./confine/mod.ts";
export { giveBackMemory } from "./give_back.ts";
export { ForeignRoot } from "./foreign_files.ts";
export * as layout from "./layout.ts";
export * as privileges from "./privileges/mod.ts";
export { bootTimeNs, epochMinusBootNs, noteSignal } from "./libc.ts";
export type { RecordHandler } from "./merge.ts";
export { NativeError, type NativeErrorCode } from "./native_error.ts";
export type { Detail, Interest, ResolveLevel } from "./probe_settings.ts";
export type { RingMemory } from "./ring.ts";
export { type OpenFile, openUnblocked, WouldWait } from "./unblocked_file.ts";
export { namesOf } from "./verdicts.ts";
export { SocketError, type SocketErrorCode, UnixDatagram } from "./unix_datagram.ts";
export { checkSupport, type Support, type SupportItem } from "./support.ts";
