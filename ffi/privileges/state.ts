/** What this process may do, as the kernel tells of each of its threads. */
import { type Capability, namesIn } from "./capability.ts";

export interface ThreadPrivileges {
  readonly threadId: number;
  readonly userId: number;
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly bounding: bigint;
  readonly noNewPrivileges: boolean;
}

/** What any thread may do, all may be made to do. */
export interface Privileges {
  readonly userId: number;
  readonly capabilities: readonly Capability[];
  /** What programs that it starts can have at most. */
  readonly bounding: readonly Capability[];
  /** Programs that it starts get no more rights than it has. */
  readonly noNewPrivileges: boolean;
}

/** proc_pid_status(5); throws where /proc is not there. */
export function threadPrivileges(): readonly ThreadPrivileges[] {
  const threads: ThreadPrivileges[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    let status: string;
    try {
      status = Deno.readTextFileSync(`/proc/self/task/${name}/status`);
    } catch {
      continue; // it has ended
    }
    const read = (key: string) => new RegExp(`^${key}:\\s*(\\w+)`, "m").exec(status)?.[1] ?? "0";
    threads.push({
      threadId: Number(name),
      userId: Number(read("Uid")),
      effective: BigInt(`0x${read("CapEff")}`),
      permitted: BigInt(`0x${read("CapPrm")}`),
      bounding: BigInt(`0x${read("CapBnd")}`),
      noNewPrivileges: read("NoNewPrivs") === "1",
    });
  }
  return threads;
}

export function readPrivileges(): Privileges {
  const threads = threadPrivileges();
  const all = (of: (thread: ThreadPrivileges) => bigint) =>
    namesIn(threads.reduce((mask, thread) => mask | of(thread), 0n));
  return {
    userId: Math.min(...threads.map(({ userId }) => userId)),
    capabilities: all(({ effective, permitted }) => effective | permitted),
    bounding: all(({ bounding }) => bounding),
    noNewPrivileges: threads.every(({ noNewPrivileges }) => noNewPrivileges),
  };
}
