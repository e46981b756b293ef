/** Parameters of the events that say most, in the order of the event table. */
import type { ParamValue } from "../../core/event/mod.ts";
import { ALL_CAPABILITIES, START_NS, type Task, virtualId } from "./busy_tables.ts";

/** Long before the capture. */
const INSTALLED_NS = START_NS - 10n ** 15n;
const UNSET_LOGIN = 0xffffffff;

/** Of a `clone`, in the parent and, with the result 0, in the child. */
export function cloned(task: Task, result: number): readonly ParamValue[] {
  const { program, args, id, parentId } = task;
  const { exe, comm, cgroups, uid, contained } = program;
  const pid = virtualId(id, contained);
  const sizes = [1024, 0, 300, 20_000, 4000, 0];
  const head = [result, exe, args, id, id, parentId, "/", ...sizes, comm, cgroups];
  return [...head, 0, uid, uid, pid, pid, INSTALLED_NS];
}

/** Of an `execve` that succeeded. */
export function executed({ id, parentId, program, args }: Task): readonly ParamValue[] {
  const { exe, comm, cgroups, env, exePath, uid } = program;
  const sizes = [1024, 0, 90, 9000, 1500, 0];
  const capabilities = uid === 0 ? ALL_CAPABILITIES : 0n;
  return [
    ...[0, exe, args, id, id, parentId, "/srv", ...sizes, comm, cgroups, env],
    ...[0, id, UNSET_LOGIN, 0, 0, capabilities, capabilities],
    ...[
      exe.length * 7919,
      INSTALLED_NS,
      INSTALLED_NS,
      uid,
      exePath,
      id,
      uid,
      exe,
    ],
  ];
}

/** A connection to 10.0.0.9: who connected comes first. */
export function tupleOf(address: readonly number[], port: number, serverPort: number): Uint8Array {
  const ports = [port & 0xff, port >> 8, serverPort & 0xff, serverPort >> 8] as const;
  return Uint8Array.of(2, ...address, ports[0], ports[1], 10, 0, 0, 9, ports[2], ports[3]);
}
