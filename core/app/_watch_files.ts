/**
 * Notices that files have changed, also when they are replaced, removed or appear.
 *
 * It looks at them, every second, and at nothing else: not at the directories they are in, where
 * others may write what they like. `Deno.watchFs` opens whatever appears in a directory, and waits for
 * ever at a named pipe that anybody made in `/tmp`; so does whoever closes it. A look follows every
 * link on the way, so it sees a mounted ConfigMap switch, and sees changes on network file systems,
 * of which the kernel tells nothing. It costs some 10 µs a file.
 */
import { every, isPackedFile, packedFilesIn } from "../base/mod.ts";
import { type FolderUse, isReadIn } from "./files.ts";

export interface FileWatchOptions {
  /** Files have changed and have then stayed as they are for `settleMs`, or never do. */
  readonly changed: () => void;
  /** How often files are looked at; 1000 unless given. */
  readonly everyMs?: number;
  /** 300 unless given. */
  readonly settleMs?: number;
  /** How long files may go on changing before they are read as they are; 5000 unless given. */
  readonly patienceMs?: number;
}

/** A file, or a directory of which those files count that are read. */
export interface Watched {
  readonly path: string;
  readonly use: FolderUse;
}

/** What files and directories were like: see `Marking`. */
export type Marks = ReadonlyMap<string, string>;

/** Takes marks before things are read. */
export class Marking {
  readonly #marks = new Map<string, string>();

  add(watched: Watched): void {
    this.#marks.set(keyOf(watched), markOf(watched));
  }

  get marks(): Marks {
    return this.#marks;
  }
}

/** What is in the binary stays as it is. */
function isPacked(path: string): boolean {
  return isPackedFile(path) || packedFilesIn(path) !== undefined;
}

/** A directory may be read for both. */
function keyOf({ path, use }: Watched): string {
  return `${use} ${path}`;
}

/** Files that differ from those last read. */
interface Change {
  /** What they were like at the last look. */
  readonly marks: Marks;
  /** When the first difference was seen, by `performance.now()`. */
  readonly sinceMs: number;
}

export class FileWatch implements Disposable {
  readonly #changed: () => void;
  readonly #settleMs: number;
  readonly #patienceMs: number;
  #watched: ReadonlyMap<string, Watched> = new Map();
  /** What the files were like when they were last read. */
  #known: Marks = new Map();
  #change: Change | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #rounds: Disposable;

  constructor(options: FileWatchOptions) {
    this.#changed = options.changed;
    this.#settleMs = options.settleMs ?? 300;
    this.#patienceMs = options.patienceMs ?? 5000;
    this.#rounds = every(options.everyMs ?? 1000, () => this.#round());
  }

  /**
   * Watches these files and directories in place of the former; they may be missing. `marks` are of the
   * moment before they were read: what has happened to them since is a change, too.
   */
  follow(all: Iterable<Watched>, marks: Marks = new Map()): void {
    const changing = [...all].filter(({ path }) => !isPacked(path));
    this.#watched = new Map(changing.map((watched) => [keyOf(watched), watched]));
    const former = this.#known;
    this.#known = new Map(
      [...this.#watched].map(([key, watched]) => [
        key,
        marks.get(key) ?? former.get(key) ?? markOf(watched),
      ]),
    );
  }

  /** The files are about to be read: only what happens to them from now on is a change. */
  accept(): void {
    this.#known = this.#look();
    this.#change = undefined;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#rounds[Symbol.dispose]();
  }

  #look(): Marks {
    return new Map([...this.#watched].map(([key, watched]) => [key, markOf(watched)]));
  }

  #round(): void {
    if (this.#timer === undefined) this.#compare();
  }

  #compare(): void {
    this.#timer = undefined;
    const marks = this.#look();
    if (areSame(marks, this.#known)) {
      this.#change = undefined;
      return;
    }
    const nowMs = performance.now();
    const sinceMs = this.#change?.sinceMs ?? nowMs;
    const hasSettled = this.#change !== undefined && areSame(marks, this.#change.marks);
    if (hasSettled || nowMs - sinceMs >= this.#patienceMs) {
      this.accept();
      this.#changed();
      return;
    }
    this.#change = { marks, sinceMs };
    this.#timer = setTimeout(() => this.#compare(), this.#settleMs);
  }
}

function areSame(one: Marks, other: Marks): boolean {
  return one.size === other.size && [...one].every(([path, mark]) => other.get(path) === mark);
}

/** Differs when a file has other content; of a directory, when one of those that are read has. */
function markOf(watched: Watched): string {
  const info = infoOf(watched.path);
  if (!info) return "missing";
  return info.isDirectory ? markOfDirectory(watched) : markOfFile(info);
}

/** As when it is read, directories in it do not count, nor do links to any. */
function markOfDirectory({ path, use }: Watched): string {
  try {
    const names = [...Deno.readDirSync(path)].map(({ name }) => name)
      .filter((name) => isReadIn(use, name)).sort();
    return names.flatMap((name) => {
      const info = infoOf(`${path}/${name}`);
      return info?.isFile ? [`${name}/${markOfFile(info)}`] : [];
    }).join("/");
  } catch {
    return "unreadable";
  }
}

function markOfFile({ dev, ino, size, mtime, ctime }: Deno.FileInfo): string {
  return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join(" ");
}

function infoOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
