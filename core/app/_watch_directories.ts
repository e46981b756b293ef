/** Listens to the directories where something has to happen for a file to change. */
import { join, resolve } from "node:path";
import type { Logger } from "../plugin/mod.ts";
import { hasYamlName, kindOf, reasonOf } from "./files.ts";

export interface DirectoryWatchOptions {
  readonly log: Logger;
  /** Something has happened in one of the directories. */
  readonly stirred: () => void;
}

export class DirectoryWatch implements Disposable {
  readonly #options: DirectoryWatchOptions;
  #directories: ReadonlySet<string> = new Set();
  /** The directories with what tells one from another of its name. */
  #key = "";
  #watcher: Deno.FsWatcher | undefined;
  #isClosing = false;
  #isDisposed = false;

  constructor(options: DirectoryWatchOptions) {
    this.#options = options;
  }

  /** Directories come and go, so this is to be called whenever something has happened. */
  follow(paths: Iterable<string>): void {
    const directories = directoriesOf(paths);
    const key = directories.map((path) => `${path}\0${identityOf(path)}`).join("\0");
    if (key === this.#key || this.#isDisposed) return;
    this.#directories = new Set(directories);
    this.#key = key;
    if (this.#isClosing) return;
    if (!this.#watcher) return this.#open();
    // To be opened again when it is gone: until then the runtime takes an old directory for a new one.
    this.#isClosing = true;
    this.#watcher.close();
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#watcher?.close();
  }

  #open(): void {
    const directories = [...this.#directories];
    this.#watcher = undefined;
    if (directories.length === 0) return;
    try {
      this.#watcher = Deno.watchFs(directories, { recursive: false });
    } catch (error) {
      this.#options.log.warning(
        `Cannot watch ${directories.join(", ")} for changes: ${reasonOf(error)}; ` +
          "changes are found by looking every few seconds",
      );
      return;
    }
    this.#listen(this.#watcher);
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const event of watcher) this.#hear(event);
    } catch (error) {
      this.#options.log.warning(
        `Cannot watch for changes any more: ${reasonOf(error)}; ` +
          "they are found by looking every few seconds",
      );
    }
    if (!this.#isClosing || this.#isDisposed) return;
    this.#isClosing = false;
    this.#open();
    // Nobody listened meanwhile.
    this.#options.stirred();
  }

  #hear({ kind, paths }: Deno.FsEvent): void {
    if (kind === "access") return;
    // A directory itself was replaced, whatever its identity says: inodes are used again.
    const isReplaced = kind !== "modify" && paths.some((path) => this.#directories.has(path));
    if (isReplaced) this.#key = "";
    this.#options.stirred();
  }
}

/** The kernel has a bound for them; what is left out is looked at every few seconds. */
const MAX_DIRECTORIES = 100;
/** On the way to one file; as many as the kernel follows. */
const MAX_LINKS = 40;

/** Where something has to happen for one of the paths to change; sorted. */
function directoriesOf(paths: Iterable<string>): string[] {
  const directories = new Set<string>();
  for (const path of paths) {
    addWayTo(path, directories);
    if (kindOf(path) !== "directory") continue;
    directories.add(realPathOf(path) ?? path);
    for (const link of linksIn(path)) addWayTo(link, directories);
  }
  return [...directories].slice(0, MAX_DIRECTORIES).sort();
}

/** The directory a path ends in, or where the way to it ends, and those of the links on that way. */
function addWayTo(path: string, directories: Set<string>): void {
  const names = resolve(path).split("/").slice(1);
  let links = 0;
  let directory = "/";
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const next = join(directory, name);
    const target = links < MAX_LINKS ? linkTarget(next) : undefined;
    if (target !== undefined) {
      links++;
      directories.add(directory);
      names.unshift(...resolve(directory, target).split("/").slice(1));
      directory = "/";
    } else if (names.length === 0 || kindOf(next) !== "directory") {
      directories.add(directory);
      return;
    } else directory = next;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}

/** Symbolic links among the YAML files of a directory. */
function linksIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)]
      .filter(({ isSymlink, name }) => isSymlink && hasYamlName(name))
      .map(({ name }) => join(directory, name));
  } catch {
    return [];
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}

function identityOf(path: string): string {
  try {
    const { dev, ino, birthtime } = Deno.statSync(path);
    return [dev, ino, birthtime?.getTime()].join(" ");
  } catch {
    return "missing";
  }
}
