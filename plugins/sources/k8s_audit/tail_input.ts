/**
 * An audit log that grows, followed line by line: through rotation (another file comes under its
 * name), through truncation, and across restarts.
 *
 * Without a saved place it begins at the end of the file, as Falco does, or at the beginning of one that
 * comes later: an API server makes its log when it starts. A place is saved after its
 * lines have been judged: whoever is killed in between reads a few lines again, and misses none.
 */
import { dirname, join } from "node:path";
import { openFailed, openFile, readSome } from "./file_input.ts";
import type { AuditInput, AuditIntake, InputContext } from "./intake.ts";
import { LineTaker } from "./line_taker.ts";
import { LineCutter } from "./lines.ts";
import { pause } from "./pause.ts";
import { headOf, type Place, SavedPlace } from "./saved_place.ts";

const CHUNK_BYTES = 64 << 10;
const LOOK_EVERY_MS = 200;
const SAVE_EVERY_MS = 1000;
/** Files beside the followed one that are looked at for the one it was before. */
const MAX_SIBLINGS = 10_000;

export interface TailOptions {
  readonly maxLineBytes: number;
  /** Absent: nothing is kept. */
  readonly stateDirectory?: string | undefined;
  /** How often to look whether the file has grown. */
  readonly lookEveryMs?: number;
}

/** One file while it is read; another one may have its name by now. */
interface Followed extends Disposable {
  readonly file: Deno.FsFile;
  readonly device: number;
  readonly inode: number;
  readonly lines: LineCutter;
  /** Behind the last line that was judged. */
  offset: number;
}

export class TailInput implements AuditInput {
  readonly #path: string;
  readonly #options: TailOptions;
  readonly #saved: SavedPlace | undefined;
  #savedAtMs = -Infinity;
  #savedOffset = -1;
  #savedInode = -1;

  constructor(path: string, options: TailOptions) {
    this.#path = path;
    this.#options = options;
    const { stateDirectory } = options;
    this.#saved = stateDirectory === undefined ? undefined : new SavedPlace(stateDirectory, path);
  }

  async run(intake: AuditIntake, context: InputContext): Promise<void> {
    const { signal } = context;
    const taker = new LineTaker(intake, { path: this.#path, log: context.log, signal });
    const first = await this.#begin(taker, context);
    if (!first) return;
    let followed = first;
    try {
      context.ready();
      for (;;) {
        const isOver = !await this.#readAll(followed, taker, signal);
        await this.#save(followed, context, { now: isOver });
        if (isOver) return;
        await pause(this.#options.lookEveryMs ?? LOOK_EVERY_MS, signal);
        const next = await this.#successor(followed);
        if (next) {
          // Whoever wrote the old one may have written to it after it was renamed.
          await this.#readAll(followed, taker, signal);
          await this.#finish(followed, taker);
          followed[Symbol.dispose]();
          followed = next;
        } else await this.#restartIfCut(followed, context);
      }
    } finally {
      followed[Symbol.dispose]();
    }
  }

  /** The file at the place where reading goes on; absent when the run ends before there is one. */
  async #begin(taker: LineTaker, context: InputContext): Promise<Followed | undefined> {
    const { log, signal } = context;
    const isNew = !await isThere(this.#path);
    if (isNew) await this.#wait(context);
    if (signal.aborted) return undefined;
    const followed = await this.#open(this.#path);
    const place = await this.#saved?.read();
    const { size } = await followed.file.stat();
    if (!place) {
      await seek(followed, isNew ? 0 : size);
      return followed;
    }
    if (await isPlaceIn(followed, place, size)) {
      await seek(followed, place.offset);
      return followed;
    }
    // It was rotated in the meantime; what was written to the old one since then comes first.
    const old = await this.#findRotated(place);
    if (old) {
      using before = old;
      await this.#readAll(before, taker, signal);
      await this.#finish(before, taker);
    } else {
      const isSame = place.device === followed.device && place.inode === followed.inode;
      const what = isSame
        ? "was truncated since it was read"
        : "is another file than the one that was read before, and that one is gone";
      log.warning(`k8s_audit: "${this.#path}" ${what}: events at its end may have been missed`);
    }
    return followed;
  }

  async #wait({ log, ready, signal }: InputContext): Promise<void> {
    log.warning(`k8s_audit: there is no "${this.#path}" yet; it is read when it comes`);
    ready();
    const lookEveryMs = this.#options.lookEveryMs ?? LOOK_EVERY_MS;
    while (!signal.aborted && !await isThere(this.#path)) await pause(lookEveryMs, signal);
  }

  async #open(path: string): Promise<Followed> {
    const file = await openFile(path);
    const { dev, ino, isFile } = await file.stat();
    if (!isFile) {
      file.close();
      throw openFailed(path, new Error("it is no file"));
    }
    return {
      file,
      device: dev,
      inode: ino ?? 0,
      lines: new LineCutter(this.#options.maxLineBytes),
      offset: 0,
      [Symbol.dispose]: () => {
        try {
          file.close();
        } catch {
          // It was closed before.
        }
      },
    };
  }

  /** To the end of what is there; false when nothing more is to be read. */
  async #readAll(followed: Followed, taker: LineTaker, signal: AbortSignal): Promise<boolean> {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let size; (size = await readSome(followed.file, chunk, this.#path)) > 0;) {
      for (const line of followed.lines.push(chunk.subarray(0, size))) {
        if (signal.aborted || !await taker.take(line)) return false;
        followed.offset += line.bytes;
      }
    }
    return !signal.aborted;
  }

  /** A file that gets no more lines: its last may lack the line feed. */
  async #finish(followed: Followed, taker: LineTaker): Promise<void> {
    const last = followed.lines.end();
    if (last && await taker.take(last)) followed.offset += last.bytes;
  }

  /** The file that has the name now, when it is another one. */
  async #successor({ device, inode }: Followed): Promise<Followed | undefined> {
    const info = await Deno.stat(this.#path).catch(() => undefined);
    // Between renaming the old one and making the new one there is none.
    if (!info?.isFile || info.dev === device && info.ino === inode) return undefined;
    return await this.#open(this.#path).catch(() => undefined);
  }

  /** Truncated: what is written now begins at the beginning. */
  async #restartIfCut(followed: Followed, { log }: InputContext): Promise<void> {
    const { size } = await followed.file.stat();
    if (size >= followed.offset + followed.lines.begunBytes) return;
    log.info(`k8s_audit: "${this.#path}" was truncated, and is read from its beginning`);
    followed.lines.end();
    await seek(followed, 0);
  }

  async #findRotated(place: Place): Promise<Followed | undefined> {
    const folder = dirname(this.#path);
    let seen = 0;
    try {
      for await (const { name, isFile } of Deno.readDir(folder)) {
        if (!isFile || ++seen > MAX_SIBLINGS) continue;
        const info = await Deno.stat(join(folder, name)).catch(() => undefined);
        if (info?.dev !== place.device || info.ino !== place.inode) continue;
        const candidate = await this.#open(join(folder, name));
        if (await isPlaceIn(candidate, place, info.size)) {
          await seek(candidate, place.offset);
          return candidate;
        }
        candidate[Symbol.dispose]();
      }
    } catch {
      return undefined;
    }
    return undefined;
  }

  /** Now and then, and at the end; a directory that cannot be written to is told once. */
  async #save(
    { file, device, inode, offset }: Followed,
    { log }: InputContext,
    { now }: { readonly now: boolean },
  ): Promise<void> {
    if (!this.#saved || offset === this.#savedOffset && inode === this.#savedInode) return;
    const nowMs = performance.now();
    if (!now && nowMs - this.#savedAtMs < SAVE_EVERY_MS) return;
    const isFirst = this.#savedAtMs === -Infinity;
    this.#savedAtMs = nowMs;
    try {
      // Each time: it may have been cleaned up.
      await Deno.mkdir(dirname(this.#saved.path), { recursive: true, mode: 0o700 });
      await this.#saved.write({ device, inode, offset, ...await headOf(file, offset) });
      this.#savedOffset = offset;
      this.#savedInode = inode;
    } catch (error) {
      if (!isFirst) return;
      const reason = error instanceof Error ? error.message : String(error);
      log.warning(
        `k8s_audit: how far "${this.#path}" was read cannot be kept in "${this.#saved.path}": ` +
          `${reason}; after a restart, reading begins at its end`,
      );
    }
  }
}

/** False only where there is nothing of the name. */
async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

async function seek(followed: Followed, offset: number): Promise<void> {
  await followed.file.seek(offset, Deno.SeekMode.Start);
  followed.offset = offset;
}

async function isPlaceIn(followed: Followed, place: Place, size: number): Promise<boolean> {
  if (followed.device !== place.device || followed.inode !== place.inode) return false;
  if (size < place.offset) return false;
  const { head, headBytes } = await headOf(followed.file, place.headBytes);
  return head === place.head && headBytes === place.headBytes;
}
