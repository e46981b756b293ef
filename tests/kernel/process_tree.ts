/** What /proc says of processes, to hold against what falcod knows. */

const PAUSE_MS = 20;
const ATTEMPTS = 500;

/** How many processes stand above one, up to the first of all: falcod knows them too. */
export function ancestorsOf(processId: number): number {
  let count = 0;
  for (let id = processId;; count++) {
    const status = Deno.readTextFileSync(`/proc/${id}/status`);
    id = Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1]);
    if (id === 0) return count;
  }
}

/** Waits until processes have ended, waited for by their parents or not. */
export async function untilEnded(processIds: readonly number[]): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (!processIds.some(isAlive)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`still alive: ${processIds.filter(isAlive).join(", ")}`);
}

function isAlive(processId: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${processId}/stat`);
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
