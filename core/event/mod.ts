/**
 * Events: what sources deliver, what types there are, what they change.
 *
 * An event carries only numbers; what they mean stands in the tables here: event types and their
 * parameters (table.ts), system calls (syscalls.ts), names of flags, errors and signals. The tables
 * are text that is read when somebody first asks, so importing this costs nothing.
 */
export type * from "./event.ts";
export type * from "./descriptor.ts";
export type * from "./change.ts";
export type * from "./tracked.ts";
export * from "./table.ts";
export { areSame, type ImageWords, withWords, Words, wordsOf } from "./words.ts";
export { Kins } from "./kins.ts";
export { type EventKin, KinSight, Sight } from "./sight.ts";
export {
  genericSyscalls,
  type Syscall,
  syscallByCode,
  syscallByName,
  syscallByNumber,
  syscalls,
} from "./syscalls.ts";
export { type NewerCall, newerCallNamed, newerCallOf, upstreamCode } from "./newer_calls.ts";
export { eventCodesOfCall, exitEventOfSyscall } from "./exit_events.ts";
export { compatSyscalls, NO_SYSCALL } from "./compat_syscalls.ts";
export { type FlagTable, flagTable, flagValue, renderFlags } from "./flags.ts";
export { errnoName, errnoNames } from "./errno.ts";
export { descriptorParams } from "./descriptor_params.ts";
export { bareDescriptor, unknownDescriptor, unmadeTypeChar } from "./unknown_descriptor.ts";
export { encodeDevice, majorOf, minorOf } from "./device.ts";
export { signalName } from "./signal.ts";
export * from "./encode.ts";
export * from "./encode_calls.ts";
