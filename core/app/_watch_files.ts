/**
 * Notices that files have changed, also when they are replaced, removed or appear.
 *
 * It looks at them, every second, and at nothing else: not at the directories they are in, where
 * others may write what they like. `Deno.watchFs` opens whatever appears in a directory, and waits for
 * ever at a named pipe that anybody made in `/tmp`; so does whoever closes it. A look follows every
 * link on the way, so it sees a mounted ConfigMap switch, and sees changes on network file systems,
 * of which the kernel tells nothing. It costs some 10 µs a file.
 */
import { hasYamlName } from "./files.ts";

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

/** What files and directories were like, by their paths: see `markOf`. */
export type Marks = ReadonlyMap<string, string>;

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
  #paths: ReadonlySet<string> = new Set();
  /** What the files were like when they were last read. */
  #known: Marks = new Map();
  #change: Change | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #rounds: ReturnType<typeof setInterval>;

  constructor(options: FileWatchOptions) {
    this.#changed = options.changed;
    this.#settleMs = options.settleMs ?? 300;
    this.#patienceMs = options.patienceMs ?? 5000;
    this.#rounds = setInterval(() => this.#round(), options.everyMs ?? 1000);
  }

  /**
   * Watches these files and directories of YAML files in place of the former; they may be missing. `marks`
   * are of the moment before they were read: what has happened to them since is a change, too.
   */
  follow(paths: Iterable<string>, marks: Marks = new Map()): void {
    this.#paths = new Set(paths);
    const former = this.#known;
    this.#known = new Map(
      [...this.#paths].map((path) => [path, marks.get(path) ?? former.get(path) ?? markOf(path)]),
    );
  }

  /** The files are about to be read: only what happens to them from now on is a change. */
  accept(): void {
    this.#known = this.#look();
    this.#change = undefined;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearInterval(this.#rounds);
  }

  #look(): Marks {
    return new Map([...this.#paths].map((path) => [path, markOf(path)]));
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

/** Differs when a file has other content; of a directory, when one of its YAML files has. */
export function markOf(path: string): string {
  const info = infoOf(path);
  if (!info) return "missing";
  return info.isDirectory ? markOfDirectory(path) : markOfFile(info);
}

/** As when rules are read, directories in it do not count, nor do links to any. */
function markOfDirectory(path: string): string {
  try {
    const names = [...Deno.readDirSync(path)].map(({ name }) => name).filter(hasYamlName).sort();
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
