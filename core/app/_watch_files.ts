/**
 * Notices that files have changed, also when they are replaced, removed or appear.
 *
 * The kernel tells of directories: an editor replaces a file by renaming another one, and a mounted
 * ConfigMap switches a symbolic link next to it. What such a hint means is found out by looking at the
 * files themselves, so a busy directory costs a few `stat` and nothing else. What the kernel does not
 * tell (a file system over the network, a directory further up that was replaced) is found by looking
 * every few seconds.
 */
import type { Logger } from "../plugin/mod.ts";
import { hasYamlName } from "./files.ts";
import { DirectoryWatch } from "./_watch_directories.ts";

export interface FileWatchOptions {
  readonly log: Logger;
  /** Files have changed and have then stayed as they are for `settleMs`. */
  readonly changed: () => void;
  /** 300 unless given. */
  readonly settleMs?: number;
  /** How long a change may stay unnoticed where the kernel does not tell; 5000 unless given. */
  readonly patienceMs?: number;
}

type Marks = ReadonlyMap<string, string>;

export class FileWatch implements Disposable {
  readonly #options: FileWatchOptions;
  readonly #settleMs: number;
  #paths: ReadonlySet<string> = new Set();
  /** What the files were like when they were last read. */
  #known = new Map<string, string>();
  /** What they were like at the last look, when that was something else. */
  #seen: Marks | undefined;
  readonly #directories: DirectoryWatch;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;
  readonly #rounds: ReturnType<typeof setInterval>;

  constructor(options: FileWatchOptions) {
    this.#options = options;
    this.#settleMs = options.settleMs ?? 300;
    this.#directories = new DirectoryWatch({
      log: options.log,
      stirred: () => this.#lookSoon(),
    });
    this.#rounds = setInterval(() => this.#lookSoon(), options.patienceMs ?? 5000);
  }

  /** Watches these files and directories of YAML files in place of the former; they may be missing. */
  follow(paths: Iterable<string>): void {
    this.#paths = new Set(paths);
    this.#directories.follow(this.#paths);
    const former = this.#known;
    this.#known = new Map(
      [...this.#paths].map((path) => [path, former.get(path) ?? markOf(path)]),
    );
    // Something may have happened before there was somebody to hear of it.
    this.#lookSoon();
  }

  /** The files are about to be read: only what happens to them from now on is a change. */
  accept(): void {
    this.#known = new Map(this.#look());
    this.#seen = undefined;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#rounds);
    this.#directories[Symbol.dispose]();
  }

  #look(): Marks {
    return new Map([...this.#paths].map((path) => [path, markOf(path)]));
  }

  #lookSoon(): void {
    if (this.#isDisposed) return;
    this.#timer ??= setTimeout(() => this.#compare(), this.#settleMs);
  }

  #compare(): void {
    this.#timer = undefined;
    this.#directories.follow(this.#paths);
    const now = this.#look();
    if (areSame(now, this.#known)) {
      this.#seen = undefined;
    } else if (this.#seen && areSame(now, this.#seen)) {
      this.accept();
      this.#options.changed();
    } else {
      this.#seen = now;
      this.#lookSoon();
    }
  }
}

function areSame(one: Marks, other: Marks): boolean {
  return one.size === other.size && [...one].every(([path, mark]) => other.get(path) === mark);
}

/** Differs when a file has other content; of a directory, when one of its YAML files has. */
function markOf(path: string): string {
  try {
    const { isDirectory, ino, size, mtime, ctime } = Deno.statSync(path);
    if (!isDirectory) return [ino, size, mtime?.getTime(), ctime?.getTime()].join(" ");
    const names = [...Deno.readDirSync(path)].filter(({ isDirectory }) => !isDirectory)
      .map(({ name }) => name).filter(hasYamlName).sort();
    return names.map((name) => `${name}/${markOf(`${path}/${name}`)}`).join("/");
  } catch {
    return "missing";
  }
}
