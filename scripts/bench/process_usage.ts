/** What a process takes, by /proc. */

/** USER_HZ, which is 100 on every Linux. */
const TICKS_PER_SECOND = 100;

/** User and system time of a process so far. */
export function cpuSeconds(processId: number): number {
  const stat = Deno.readTextFileSync(`/proc/${processId}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Its memory that is not swapped out, shared pages included. */
export function residentMib(processId: number): number {
  const status = Deno.readTextFileSync(`/proc/${processId}/status`);
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
}
