/** What captures are called that follow each other, and which of them are too many. */
/** `20261123T093244.123Z`: sorted as text, such names are sorted by time. */
const STAMP = /^\d{8}T\d{6}\.\d{3}Z$/;

/** `trace.scap.gz` at that time: `trace-20261123T093244.123Z.scap.gz`. */
export function rotatedPath(path: string, timeMs: number): string {
  const { folder, stem, ending } = partsOf(path);
  const stamp = new Date(timeMs).toISOString().replace(/[-:]/g, "");
  return `${folder}${stem}-${stamp}${ending}`;
}

/** What is open already, and has no folder. */
const STREAMS = /^\/(?:dev\/(?:fd\/|std)|proc\/)/;

/** Why there can be no files of such names; absent where there can. */
export function whyNotRotated(path: string): string | undefined {
  if (path === "-" || STREAMS.test(path)) return "standard output is one capture";
  const { stem, ending } = partsOf(path);
  if (/^\.*$/.test(stem + ending)) return "what files are called is missing";
  let found: Deno.FileInfo;
  try {
    found = Deno.statSync(path);
  } catch {
    return undefined;
  }
  if (found.isDirectory) return "that is a folder";
  return found.isFile ? undefined : "that is a device or a pipe";
}

/**
 * Captures of that series beyond the `keep` newest ones, the oldest first, whichever run made them:
 * somebody who starts falcod again wants the disk no fuller. `current` counts, and is never among them.
 * What claims to be later was made by a clock that was ahead, before all that this run has made.
 */
export async function pathsBeyond(
  path: string,
  { keep, current }: { readonly keep: number; readonly current: string },
): Promise<readonly string[]> {
  const { folder, stem, ending } = partsOf(path);
  const now = current.slice(folder.length);
  const earlier: string[] = [], ahead: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder || ".")) {
    if (!isFile || !name.startsWith(`${stem}-`) || !name.endsWith(ending)) continue;
    const stamp = name.slice(stem.length + 1, name.length - ending.length);
    if (STAMP.test(stamp) && name !== now) (name > now ? ahead : earlier).push(name);
  }
  const others = [...ahead.sort(), ...earlier.sort()];
  return others.slice(0, Math.max(0, others.length - (keep - 1))).map((name) => folder + name);
}

/** The folder as it is written: `..` behind a link leads elsewhere than a path without both. */
function partsOf(path: string) {
  const [, folder = "", stem = "", ending = ""] = /^(.*\/)?([^/]*?)((?:\.[A-Za-z]\w*)?(?:\.gz)?)$/s
    .exec(path)!;
  return { folder, stem, ending };
}
