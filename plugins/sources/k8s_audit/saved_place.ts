/**
 * How far a followed file was read, kept across restarts in a small file of its own. It is replaced as
 * a whole, so that whoever pulls the plug finds the old place or the new one.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** A place in one particular file, whatever that is called by now. */
export interface Place {
  readonly device: number;
  readonly inode: number;
  /** Bytes from the beginning. */
  readonly offset: number;
  /** Hash of its first bytes, so that a new file with an old inode is not taken for the old one. */
  readonly head: string;
  /** How many bytes `head` covers. */
  readonly headBytes: number;
}

const MAX_HEAD_BYTES = 256;
const MAX_STATE_BYTES = 4096;

/** Hash of the first bytes of a file up to `limit`, at most 256. */
export async function headOf(
  file: Deno.FsFile,
  limit: number,
): Promise<Pick<Place, "head" | "headBytes">> {
  const bytes = new Uint8Array(Math.min(limit, MAX_HEAD_BYTES));
  const before = await file.seek(0, Deno.SeekMode.Current);
  await file.seek(0, Deno.SeekMode.Start);
  let size = 0;
  while (size < bytes.length) {
    const more = await file.read(bytes.subarray(size)) ?? 0;
    if (more === 0) break;
    size += more;
  }
  await file.seek(before, Deno.SeekMode.Start);
  const head = createHash("sha256").update(bytes.subarray(0, size)).digest("hex");
  return { head, headBytes: size };
}

export class SavedPlace {
  readonly #path: string;

  /** `followed` is the path that the place is kept for. */
  constructor(directory: string, followed: string) {
    const name = createHash("sha256").update(followed).digest("hex").slice(0, 16);
    this.#path = join(directory, `k8s_audit-${name}.json`);
  }

  get path(): string {
    return this.#path;
  }

  /** Absent when there is none, or none that can be understood. */
  async read(): Promise<Place | undefined> {
    let text: string;
    try {
      using file = await Deno.open(this.#path);
      const { size, isFile } = await file.stat();
      if (!isFile || size > MAX_STATE_BYTES) return undefined;
      const bytes = new Uint8Array(size);
      const read = await file.read(bytes) ?? 0;
      text = new TextDecoder().decode(bytes.subarray(0, read));
    } catch {
      return undefined;
    }
    return parsePlace(text);
  }

  /** Rejects when the directory cannot be written to. */
  async write(place: Place): Promise<void> {
    const fresh = `${this.#path}.${Deno.pid}`;
    // What is left of a falcod that was killed while it wrote.
    await Deno.remove(fresh).catch(() => {});
    {
      using file = await Deno.open(fresh, { write: true, createNew: true, mode: 0o600 });
      const bytes = new TextEncoder().encode(`${JSON.stringify(place)}\n`);
      for (let size = 0; size < bytes.length;) size += await file.write(bytes.subarray(size));
      await file.syncData();
    }
    await Deno.rename(fresh, this.#path);
  }
}

function parsePlace(text: string): Place | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const place = value as Partial<Record<keyof Place, unknown>> | null;
  const numbers = [place?.device, place?.inode, place?.offset, place?.headBytes];
  const isPlace = numbers.every((number) => Number.isSafeInteger(number) && Number(number) >= 0) &&
    typeof place?.head === "string";
  return isPlace ? value as Place : undefined;
}
