/** What a process and the programs it has started use, as /proc tells. proc(5) */
import { readdirSync, readFileSync } from "node:fs";

export interface Usage {
  /** Of all CPUs, since the start of the process. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** USER_HZ, the same on every machine of ours. */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;
/** All processes of the machine are looked through so often: it takes some microseconds for each. */
const SEARCH_MS = 1000;

export class GroupUsage {
  readonly #leader: number;
  readonly #hasPrograms: boolean;
  #programs: readonly number[] = [];
  #searchedMs = -Infinity;

  /** `leader` has a group of its own, which no program can leave; `hasPrograms`: there may be some. */
  constructor(leader: number, { hasPrograms }: { readonly hasPrograms: boolean }) {
    this.#leader = leader;
    this.#hasPrograms = hasPrograms;
  }

  /** Absent when the process is gone. */
  read(nowMs: number): Usage | undefined {
    if (this.#hasPrograms && nowMs - this.#searchedMs >= SEARCH_MS) {
      this.#searchedMs = nowMs;
      this.#programs = membersOf(this.#leader);
    }
    const own = statOf(this.#leader);
    if (!own) return undefined;
    const [, pages] = textOf(`/proc/${this.#leader}/statm`).split(" ");
    let cpuMs = own.cpuMs, memoryBytes = Number(pages ?? 0) * PAGE_BYTES;
    for (const program of this.#programs) {
      const stat = statOf(program);
      // Its number may be another's by now.
      if (stat?.group !== this.#leader) continue;
      cpuMs += stat.cpuMs;
      memoryBytes += ownMemoryOf(program);
    }
    return { cpuMs, memoryBytes };
  }
}

function membersOf(leader: number): readonly number[] {
  let names: readonly string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return [];
  }
  return names.map(Number)
    .filter((id) => Number.isInteger(id) && id !== leader && statOf(id)?.group === leader);
}

/** The group, and the CPU time with that of those it has started and waited for. */
function statOf(processId: number) {
  const text = textOf(`/proc/${processId}/stat`);
  // The name may have anything in it.
  const values = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (values.length < 15) return undefined;
  const ticks = values.slice(11, 15).reduce((sum, value) => sum + Number(value), 0);
  return { group: Number(values[2]), cpuMs: ticks * MS_PER_TICK };
}

/** What programs share as files, their code first, is in memory once, however many there are. */
function ownMemoryOf(processId: number): number {
  const text = textOf(`/proc/${processId}/status`);
  const values = text.matchAll(/^(?:RssAnon|RssShmem|VmSwap):\s*(\d+) kB$/gm);
  return values.reduce((sum, [, kilobytes]) => sum + 1024 * Number(kilobytes), 0);
}

/** Empty when the process is gone. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
