/** Captures for tests, event by event as those of today are. */
import {
  EVENT_FLAGS,
  eventCodesByName,
  type EventType,
  eventType,
  type ParamValue,
  upstreamCode,
} from "../core/event/mod.ts";
import { encodeParam, type ScapProcess, ScapWriter, UNKNOWN_PROCESS } from "../core/scap/mod.ts";
import { written } from "../core/scap/testing.ts";

/** An event by the name of its type, with the parameters that matter by theirs. */
export interface GivenEvent {
  readonly type: string;
  readonly direction?: "enter";
  readonly threadId?: number;
  /** After the beginning. */
  readonly atNs?: number;
  readonly params?: Readonly<Record<string, ParamValue>>;
}

export const BEGIN_NS = 1_700_000_000_000_000_000n;

/** A process that was there when the capture began. */
export function process(
  id: number,
  comm: string,
  more: Partial<ScapProcess> = {},
): ScapProcess {
  return {
    ...UNKNOWN_PROCESS,
    threadId: id,
    processId: id,
    parentId: 1,
    virtualThreadId: id,
    virtualProcessId: id,
    sessionId: id,
    comm,
    exe: comm,
    exePath: `/usr/bin/${comm}`,
    cwd: "/root/",
    loginUid: 1000,
    ...more,
  };
}

export function capture(
  processes: readonly ScapProcess[],
  events: readonly GivenEvent[],
): Promise<Uint8Array> {
  return written((writer) => {
    writer.processes(processes);
    for (const [index, given] of events.entries()) write(writer, given, index);
  });
}

function write(writer: ScapWriter, given: GivenEvent, index: number): void {
  const { threadId = 10, atNs = index * 1000, params = {} } = given;
  const type = typeOf(given);
  const values = type.params.map((param) => {
    return encodeParam(param.type, params[param.name]);
  });
  writer.event({ type: type.code, timeNs: BEGIN_NS + BigInt(atNs), threadId, cpu: 0 }, values);
}

function typeOf({ type: name, direction }: GivenEvent): EventType {
  const codes = eventCodesByName(name);
  const current = codes.map((code) => eventType(code)!)
    .findLast(({ code, flags }) => (flags & EVENT_FLAGS.old) === 0 && upstreamCode(code) === code);
  if (!current) throw new Error(`no event is called ${name}`);
  return direction === "enter" ? eventType(current.code - 1)! : current;
}

/** A file opened for reading, by its path. */
export function opening(name: string): GivenEvent {
  return {
    type: "openat",
    params: { fd: 3, dirfd: -100, name, flags: 1, mode: 0, dev: 5, ino: 7n },
  };
}
