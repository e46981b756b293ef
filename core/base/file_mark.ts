/**
 * Differs when a file has other content, is another or is missing; compare it with a former one. A
 * look follows every link on the way, so it sees a mounted Secret switch.
 */
export function fileMark(path: string): string {
  try {
    const { dev, ino, size, mtime, ctime } = Deno.statSync(path);
    return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join(" ");
  } catch {
    return "missing";
  }
}
