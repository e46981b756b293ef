/** What captures are called that follow each other, and which of them are too many. */
import { basename, dirname, join } from "node:path";

/** `20261123T093244.123Z`: sorted as text, such names are sorted by time. */
const STAMP = /^\d{8}T\d{6}\.\d{3}Z$/;

/** `trace.scap.gz` at that time: `trace-20261123T093244.123Z.scap.gz`. */
export function rotatedPath(path: string, timeMs: number): string {
  const { folder, stem, ending } = partsOf(path);
  const stamp = new Date(timeMs).toISOString().replace(/[-:]/g, "");
  return join(folder, `${stem}-${stamp}${ending}`);
}

/**
 * Captures of that series beyond the `keep` newest ones, whichever run made them: somebody who starts
 * falcod again wants the disk no fuller. `current` counts, and is never among them.
 */
export async function pathsBeyond(
  path: string,
  { keep, current }: { readonly keep: number; readonly current: string },
): Promise<readonly string[]> {
  const { folder, stem, ending } = partsOf(path);
  const others: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !name.startsWith(`${stem}-`) || !name.endsWith(ending)) continue;
    const stamp = name.slice(stem.length + 1, name.length - ending.length);
    if (STAMP.test(stamp) && name !== basename(current)) others.push(name);
  }
  others.sort();
  return others.slice(0, Math.max(0, others.length - (keep - 1))).map((name) => join(folder, name));
}

function partsOf(path: string) {
  const [, stem = "", ending = ""] = /^(.*?)((?:\.[A-Za-z]\w*)?(?:\.gz)?)$/s.exec(basename(path))!;
  return { folder: dirname(path), stem, ending };
}
