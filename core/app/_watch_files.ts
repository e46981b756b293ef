/**
 * Notices that files have changed, also when they are replaced, removed or appear.
 *
 * The kernel tells of directories: an editor replaces a file by renaming another one, and a mounted
 * ConfigMap switches a symbolic link next to it. What such a hint means is found out by looking at the
 * files themselves, so a busy directory costs a few `stat` and nothing else.
 */
import { dirname } from "node:path";
import type { Logger } from "../plugin/mod.ts";
import { hasYamlName, kindOf, reasonOf } from "./files.ts";

export interface FileWatchOptions {
  readonly log: Logger;
  /** Files have changed and have then stayed as they are for `settleMs`. */
  readonly changed: () => void;
  /** 300 unless given. */
  readonly settleMs?: number;
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
  #directories = "";
  #watcher: Deno.FsWatcher | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FileWatchOptions) {
    this.#options = options;
    this.#settleMs = options.settleMs ?? 300;
  }

  /** Watches these files and directories of YAML files in place of the former; they may be missing. */
  follow(paths: Iterable<string>): void {
    this.#paths = new Set(paths);
    this.#open();
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
    clearTimeout(this.#timer);
    this.#paths = new Set();
    this.#close();
  }

  #look(): Marks {
    return new Map([...this.#paths].map((path) => [path, markOf(path)]));
  }

  #lookSoon(): void {
    this.#timer ??= setTimeout(() => this.#compare(), this.#settleMs);
  }

  #compare(): void {
    this.#timer = undefined;
    this.#open();
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

  /** Directories come and go, so what is listened to is found out anew each time. */
  #open(): void {
    const directories = directoriesOf(this.#paths);
    const key = directories.join("\0");
    if (key === this.#directories) return;
    this.#close();
    this.#directories = key;
    if (directories.length === 0) return;
    try {
      this.#watcher = Deno.watchFs(directories, { recursive: false });
    } catch (error) {
      this.#options.log.warning(
        `Cannot watch ${directories.join(", ")} for changes: ${reasonOf(error)}; ` +
          "send SIGHUP after a change",
      );
      return;
    }
    this.#listen(this.#watcher);
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind } of watcher) {
        if (kind !== "access" && watcher === this.#watcher) this.#lookSoon();
      }
    } catch (error) {
      this.#options.log.warning(
        `Cannot watch for changes any more: ${reasonOf(error)}; send SIGHUP after a change`,
      );
    }
  }

  #close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#directories = "";
  }
}

function areSame(one: Marks, other: Marks): boolean {
  return one.size === other.size && [...one].every(([path, mark]) => other.get(path) === mark);
}

/** Where something has to happen for one of the paths to change; sorted. */
function directoriesOf(paths: Iterable<string>): string[] {
  const directories = new Set<string>();
  for (const path of paths) {
    if (kindOf(path) === "directory") directories.add(path);
    directories.add(nearestDirectory(dirname(path)));
    const target = realPathOf(path);
    if (target !== undefined) directories.add(dirname(target));
  }
  return [...directories].sort();
}

/** The directory, or where it would have to appear. */
function nearestDirectory(path: string): string {
  let directory = path;
  while (kindOf(directory) !== "directory" && dirname(directory) !== directory) {
    directory = dirname(directory);
  }
  return directory;
}

function realPathOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
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
