/** What falcod says at its end, as numbers. */

/** `  syscall drops.file: 12` and `  processes known: 3, threads: 3` by what stands before the colons. */
export function summaryOf(log: string): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  const lines = log.slice(log.lastIndexOf("falcod: stopped; ")).split("\n");
  for (const line of lines.filter((line) => line.startsWith("  "))) {
    for (const part of line.trim().split(", ")) {
      const [, what, count] = /^(.+): (\d+)$/.exec(part) ?? [];
      if (what !== undefined) numbers.set(what, Number(count));
    }
  }
  return numbers;
}
