/** Memory that only starting needed: given back to the kernel once there is nothing else to do. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openLibc } from "./libc.ts";

const MAPPINGS = "/proc/self/smaps";
const PROGRAM = "/proc/self/exe";
const MADV_DONTNEED = 4;
const COLLECT_ALL = { type: "major", execution: "sync", flavor: "last-resort" } as const;

/** A stretch of this process's memory. */
export interface Stretch {
  readonly start: bigint;
  readonly sizeBytes: bigint;
}

/**
 * Gives back the garbage of loading, the room it took, and pages of the program that are mapped but not
 * changed: those in use are found again in the page cache. Stops everything for some 100 ms, so that it
 * belongs where nothing waits; does what it can and never throws.
 */
export function giveBackMemory(): void {
  try {
    collectGarbage();
    const libc = openLibc();
    libc.malloc_trim(0n);
    const stretches = unchangedStretches(
      Deno.readTextFileSync(MAPPINGS),
      Deno.readLinkSync(PROGRAM),
    );
    for (const { start, sizeBytes } of stretches) {
      libc.madvise(start, sizeBytes, MADV_DONTNEED);
    }
  } catch {
    // what was not given back does no harm
  }
}

/** Also makes the young generation small again, which a usual collection leaves as large as loading made it. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  if (typeof collect === "function") collect(COLLECT_ALL);
}

/**
 * Those of /proc/PID/smaps that are of the file `program`, can not be written, and have no page of their
 * own: what is thrown away there comes from the file again.
 *
 * Not of libraries: another thread may be loading one, for a host's name for instance. What has no page of
 * its own while this is read has some when the loader is through, and without them it jumps anywhere.
 */
export function unchangedStretches(smaps: string, program: string): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let candidate: Stretch | undefined;
  for (const line of smaps.split("\n")) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (\S+) [0-9a-f]+ \S+ \d+ *(.*)$/.exec(line);
    if (head) {
      const [, start, end, access, name] = head;
      const first = BigInt(`0x${start}`);
      candidate = ["r-xp", "r--p"].includes(access!) && name === program
        ? { start: first, sizeBytes: BigInt(`0x${end}`) - first }
        : undefined;
      continue;
    }
    // A page of its own that was swapped out counts as that no more.
    const [, key, kb] = /^(Anonymous|Swap): +(\d+) kB$/.exec(line) ?? [];
    if (kb !== undefined && kb !== "0") candidate = undefined;
    if (key === "Swap" && candidate) stretches.push(candidate);
  }
  return stretches;
}
