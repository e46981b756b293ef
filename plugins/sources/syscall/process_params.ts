/** Parameters of events that start and end processes: most of it stands in the change they bring. */
import {
  cgroupTexts,
  encodeExecFlags,
  encodePageFault,
  joinPath,
  type NamedPath,
} from "../../../core/mod.ts";
import type { LiveEvent } from "./live_event.ts";
import { keepingPieces, type Reader, usage, words } from "./piece_params.ts";

const result: Reader = (event) => event.result;
const unknown: Reader = () => undefined;

/** A parameter that a record does not hold, `count` times. */
function unknowns(count: number): Reader[] {
  return new Array(count).fill(unknown);
}

/** `fdlimit` to `vm_swap`. */
const USAGE: readonly Reader[] = [
  usage.descriptorLimit,
  usage.majorFaults,
  usage.minorFaults,
  usage.virtualKb,
  usage.residentKb,
  usage.swappedKb,
];

/** The name of the program as it was given. */
export const execFile: Reader = (event) => {
  const change = exec(event);
  return change ? pathIn(change.cwd, change.image.exeGiven) : event.first;
};

/** As it stands there, and joined with where the process is. */
function pathIn(cwd: string, raw: string): NamedPath {
  const given = joinPath(cwd.endsWith("/") ? cwd : `${cwd}/`, raw);
  return { raw, given, resolved: undefined };
}

function exec(event: LiveEvent) {
  return event.change?.kind === "exec" ? event.change : undefined;
}

/** The image stands in the change; a failed call has nothing of it. */
export function execReaders(): readonly Reader[] {
  const snapshot = exec;
  return [
    result,
    keepingPieces(words.first, (event) => snapshot(event)?.image.exe ?? words.first(event)),
    keepingPieces(words.others, (event) => snapshot(event)?.image.args ?? words.others(event)),
    (event) => snapshot(event)?.threadId ?? event.threadId,
    (event) => snapshot(event)?.processId ?? event.processId,
    (event) => snapshot(event)?.parentId,
    (event) => snapshot(event)?.cwd,
    ...USAGE,
    (event) => snapshot(event)?.comm,
    (event) => {
      const membership = snapshot(event)?.membership;
      return membership && cgroupTexts(membership.cgroup);
    },
    keepingPieces(
      words.environment,
      (event) => snapshot(event) ? snapshot(event)?.image.env : words.environment(event),
    ),
    (event) => snapshot(event)?.membership.tty,
    (event) => snapshot(event)?.membership.virtualProcessGroupId,
    (event) => snapshot(event)?.credentials.loginUid,
    (event) => {
      const image = snapshot(event)?.image;
      return image && encodeExecFlags(image);
    },
    (event) => snapshot(event)?.credentials.capInheritable,
    (event) => snapshot(event)?.credentials.capPermitted,
    (event) => snapshot(event)?.credentials.capEffective,
    (event) => snapshot(event)?.image.exeInode,
    (event) => snapshot(event)?.image.exeCtimeNs,
    (event) => snapshot(event)?.image.exeMtimeNs,
    (event) => snapshot(event)?.credentials.euid,
    (event) => {
      const change = snapshot(event);
      return change && pathIn(change.cwd, change.image.exePath);
    },
    (event) => snapshot(event)?.membership.processGroupId,
    (event) => snapshot(event)?.credentials.egid,
  ];
}

/** The exit code as wait(2) packs it: status, exit value, signal, core dump. */
export function exitReaders(): readonly Reader[] {
  const change = (event: LiveEvent) => event.change?.kind === "exit" ? event.change : undefined;
  const code = (event: LiveEvent) => change(event)?.exitCode ?? 0;
  return [
    code,
    (event) => (code(event) >> 8) & 0xff,
    (event) => code(event) & 0x7f,
    (event) => (code(event) >> 7) & 1,
    (event) => change(event)?.reaperId,
  ];
}

/** A signal that reaches a thread: who sent it, whom it reaches, which it is. */
export function signalReaders(): readonly Reader[] {
  return [
    (event) => event.signal.senderId,
    (event) => event.threadId,
    (event) => event.signal.number,
  ];
}

/** Who runs now, and what the one used that did. */
export function switchReaders(): readonly Reader[] {
  return [
    (event) => event.nextThreadId,
    (event) => event.usage?.majorFaults,
    (event) => event.usage?.minorFaults,
    (event) => event.usage?.vmSizeKb,
    (event) => event.usage?.vmResidentKb,
    (event) => event.usage?.vmSwapKb,
  ];
}

export function faultReaders(): readonly Reader[] {
  return [
    (event) => event.fault.address,
    (event) => event.fault.instruction,
    (event) => encodePageFault(event.fault.error),
  ];
}

/** What is to know of the caller stands in the process table, from which fields take it. */
export function forkReaders(flags: Reader): readonly Reader[] {
  return [
    result,
    ...unknowns(2), // exe, args
    (event) => event.threadId,
    (event) => event.processId,
    ...unknowns(2), // ptid, cwd
    ...USAGE,
    ...unknowns(2), // comm, cgroups
    flags,
    ...unknowns(5), // uid, gid, vtid, vpid, pidns_init_start_ts
  ];
}
