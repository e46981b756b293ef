/**
 * What a source delivers and the engine judges.
 *
 * An event is *borrowed*: a source may reuse the object and the memory behind it as soon as
 * `deliver` returns. Whoever needs something longer copies it (an alert is all copies).
 * Everything costly is a method or a getter, decoded only when a rule asks.
 */
import type { StateChange } from "./change.ts";
import type { FileDescriptor, NamedPath, SocketTuple, TextBytes } from "./descriptor.ts";
import type { EventKin } from "./sight.ts";
import type { PolledDescriptors, ResourceUse, TrackedThread } from "./tracked.ts";

/** A parameter of an event before it is rendered. Absent: the source does not know it. */
export type ParamValue =
  | undefined
  | number
  | bigint
  | string
  | readonly string[]
  | Uint8Array
  | NamedPath
  | SocketTuple
  | PolledDescriptors;

export interface Event {
  /** Name of the source, as in a rule's `source`: "syscall", "k8s_audit". */
  readonly source: string;
  /** Counts from 1 within one run (`evt.num`); set by the engine, or `selfContained` events have it. */
  number: number;
  /** Code of an `eventType()`; a generic system call has `GENERIC_BASE` + PPM_SC code. */
  readonly type: number;
  /** Nanoseconds since the Unix epoch. */
  readonly timeNs: bigint;
  /** Nanoseconds on the source's own steady clock (boot time when live), for durations; exact below 2^53. */
  readonly clockNs: number;
  readonly cpu: number;
  /** Kernel ids in the initial pid namespace; 0 where the source has no threads. */
  readonly threadId: number;
  readonly processId: number;
  /** Return value of the system call (`evt.rawres`): negative errno on failure. Absent when it has none. */
  readonly result: number | undefined;
  /** 32-bit system call on a 64-bit kernel. */
  readonly compat: boolean;
  /** What the event does to the process table; applied before rules see the event. */
  readonly change: StateChange | undefined;
  /** The descriptor the event is about, when the source itself knows it (live capture does). */
  readonly descriptor: FileDescriptor | undefined;
  /** What else it names by a number, where the source knows that without following processes. */
  otherDescriptor?(number: number): FileDescriptor | undefined;
  /** What the path of a program was relative to, of captures in which only the call's beginning told. */
  readonly programDirectory?: FileDescriptor | undefined;
  /** True when a name in this event resolved to something else: rules are judged under both views. */
  readonly hasResolvedView: boolean;
  /**
   * The same object for events that differ only in who caused them, when and where, in the numbers
   * they pass and in the number a success gave. So of one kin are: the type, whether it is compat,
   * the paths that are named and what the working directory makes of them, the kind of descriptor,
   * flags and mode of an opening call, and the error. Absent: the source cannot tell quickly.
   */
  readonly kin?: EventKin | undefined;
  /**
   * The path of the event's descriptor, where that is an open file (`typeChar` "f") whose names all
   * agree: as passed, as given and as the kernel resolved it. Longer than "/". Absent also where a
   * source has it only decoded.
   */
  readonly plainPath?: TextBytes | undefined;
  /** Parameter by its index in the event type's `params`. */
  param(index: number): ParamValue;
  /** The caller as a source knows it that follows processes itself; live capture does not. */
  readonly tracked?: TrackedThread | undefined;
  /** What the caller uses, where the source was asked for it and does not follow processes. */
  readonly usage?: ResourceUse | undefined;
  /** Its parameters are all there is: what is absent is not looked up in the process table. */
  readonly selfContained?: boolean;
  /** Happened elsewhere: no process of this machine caused it, and its clock is no other event's. */
  readonly standsAlone?: boolean;
  /** What Falco calls the plugin that such an event comes from, and that plugin's text for it. */
  readonly pluginName?: string;
  readonly pluginInfo?: string;
  /** Name of the machine where it happened; absent: this one. "" where a capture has none. */
  readonly hostname?: string;
  /** Id of the container that it tells of; no process of that one has to have caused it. */
  readonly aboutContainer?: string | undefined;
  /** Of the parameters of its type it has only so many; absent: all. */
  readonly paramCount?: number;
  /** When the source's first event was, on `clockNs`; absent: when the first one came. */
  readonly originClockNs?: number;
  /**
   * When the source's event before this one was, on `clockNs`, whether it was delivered or not; absent:
   * when the one before came.
   */
  readonly previousClockNs?: number | undefined;
  /** The descriptor got another name than it had, where the source can tell. */
  readonly renamesDescriptor?: boolean;
}
