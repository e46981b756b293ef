/** The texts and paths of a capture, each decoded once as long as it is in use. */
import { joinPath, utf8At } from "../base/mod.ts";
import { type Cgroup, Kins, type NamedPath, Sight, type View, Words } from "../event/mod.ts";
import type { CaptureBytes, ScapEvent } from "../scap/mod.ts";
import { beginningOf, containerOf } from "../state/mod.ts";
import { BytesTable } from "./_bytes_table.ts";
import type { Descriptor } from "./descriptor.ts";
import { KnownOpens } from "./_known_opens.ts";

const PATHS = { values: 1 << 16, bytes: 8 << 20 };
const TEXTS = { values: 1 << 14, bytes: 8 << 20 };
const MAX_RELATIVE = 1 << 14;
/** In UTF-16 units, all of them together. */
const MAX_RELATIVE_UNITS = 8 << 20;
const NO_TEXTS: readonly string[] = Object.freeze([]);
const NO_WORDS = new Words("");
const NO_CGROUPS: readonly Cgroup[] = Object.freeze([]);
/** What stands for a text that could not be captured. */
export const NOT_CAPTURED = "<NA>";
/** The same in captures of old. */
const OLD_NULL = "(NULL)";

/** One object for one path, so that a judge can keep notes on it. */
export class InternedPath implements NamedPath {
  readonly resolved = undefined;
  readonly sights: Readonly<Record<View, Sight>>;
  /** What was made of it when it was last opened, and as which file: often it is opened so again. */
  #opened: Descriptor | undefined;
  #flags = 0;
  #device = 0;
  #inodeLow = 0;
  #inodeHigh = 0;
  #kins: Kins | undefined;
  #isNamedAgain = false;

  constructor(readonly raw: string, readonly given: string) {
    const sight = new Sight();
    this.sights = { given: sight, resolved: sight };
  }

  /** Of the events that name it, to be called once for each; absent for the first: it may be the only one. */
  namedOnceMore(): Kins | undefined {
    if (this.#isNamedAgain) return this.#kins ??= new Kins();
    this.#isNamedAgain = true;
    return undefined;
  }

  /**
   * Looks at nothing but this object: what is opened is nearly always in no cache. Bits, as signed
   * numbers of 32; in positions, because nothing is asked as often.
   */
  openedAs(
    flags: number,
    device: number,
    inodeLow: number,
    inodeHigh: number,
  ): Descriptor | undefined {
    const isSame = this.#flags === flags && this.#inodeLow === inodeLow &&
      this.#inodeHigh === inodeHigh && this.#device === device;
    return isSame ? this.#opened : undefined;
  }

  /** What it was when it was last opened. */
  get lastOpened(): Descriptor | undefined {
    return this.#opened;
  }

  remember(descriptor: Descriptor): void {
    this.#flags = descriptor.flags | 0;
    this.#device = descriptor.encodedDevice | 0;
    this.#inodeLow = descriptor.inodeLow | 0;
    this.#inodeHigh = descriptor.inodeHigh | 0;
    this.#opened = descriptor;
  }
}

export class Texts {
  /** About bytes that may come to be kept before somebody looks: events have more in them than that. */
  room = 0;
  readonly knownOpens = { open: new KnownOpens(1), openat: new KnownOpens(2) };
  readonly #paths = new BytesTable<InternedPath>(PATHS);
  readonly #relative = new Map<string, InternedPath>();
  #relativeUnits = 0;
  readonly #texts = new BytesTable<string>(TEXTS);
  readonly #words = new BytesTable<Words>(TEXTS);
  readonly #cgroups = new BytesTable<readonly Cgroup[]>(TEXTS);

  /** A parameter's text; `<NA>` when there is none. */
  text(event: ScapEvent, index: number): string {
    const length = textLength(event, index);
    if (length === 0) return event.paramLength(index) === 0 ? NOT_CAPTURED : "";
    const { bytes, view } = event;
    const text = this.#texts.get(bytes, view, event.paramStart(index), length, decode);
    return text === OLD_NULL ? NOT_CAPTURED : text;
  }

  /** A parameter's list of texts, each with a NUL behind it. */
  list(event: ScapEvent, index: number): readonly string[] {
    return this.words(event, index).list;
  }

  /** The same, not yet taken apart. */
  words(event: ScapEvent, index: number): Words {
    const length = event.paramLength(index);
    if (length === 0) return NO_WORDS;
    const { bytes, view } = event;
    return this.#words.get(bytes, view, event.paramStart(index), length, decodeWords);
  }

  cgroups(event: ScapEvent, index: number): readonly Cgroup[] {
    const length = event.paramLength(index);
    if (length === 0) return NO_CGROUPS;
    const { bytes, view } = event;
    return this.#cgroups.get(bytes, view, event.paramStart(index), length, decodeCgroups);
  }

  /** Whether a parameter holds a path that starts at the root. */
  isAbsolute(event: ScapEvent, index: number): boolean {
    return event.paramLength(index) > 0 && event.bytes[event.paramStart(index)] === SLASH;
  }

  /** A path that starts at the root. */
  absolutePath(event: ScapEvent, index: number): InternedPath {
    const length = textLength(event, index);
    return this.#paths.get(event.bytes, event.view, event.paramStart(index), length, decodePath);
  }

  /** `directory` ends in a slash, or is a word that stands for an unknown one. */
  relativePath(directory: string, raw: string): InternedPath {
    const key = `${directory}\0${raw}`;
    let path = this.#relative.get(key);
    if (path) return path;
    path = new InternedPath(raw, joined(directory, raw));
    const units = key.length + path.given.length;
    this.room -= units;
    this.#relativeUnits += units;
    if (this.#relative.size >= MAX_RELATIVE || this.#relativeUnits > MAX_RELATIVE_UNITS) {
      this.#relative.clear();
      this.#relativeUnits = units;
    }
    this.#relative.set(key, path);
    return path;
  }

  /** A name that is no path and joined with nothing. */
  named(raw: string, name: string): NamedPath {
    return { raw, given: name, resolved: undefined };
  }
}

const SLASH = 47;

/** No path leads nowhere, wherever it begins. */
export function joined(directory: string, path: string): string {
  return path === "" ? "" : joinPath(directory, path);
}

/** Bytes before the NUL that ends a text. */
function textLength(event: ScapEvent, index: number): number {
  const length = event.paramLength(index);
  if (length === 0) return 0;
  return event.bytes[event.paramStart(index) + length - 1] === 0 ? length - 1 : length;
}

function decode(bytes: CaptureBytes, at: number, length: number): string {
  return utf8At(bytes, at, at + length);
}

function decodePath(bytes: CaptureBytes, at: number, length: number): InternedPath {
  const raw = decode(bytes, at, length);
  return new InternedPath(raw, joinPath("", raw));
}

/** A lone empty text is none, as in `withoutLoneEmpty`. */
function decodeWords(bytes: CaptureBytes, at: number, length: number): Words {
  const text = decode(bytes, at, length);
  return text === "\0" ? NO_WORDS : new Words(text);
}

function decodeCgroups(bytes: CaptureBytes, at: number, length: number): readonly Cgroup[] {
  return cgroupsOf(decodeWords(bytes, at, length).list);
}

/** Falco takes a single empty text for none at all. */
export function withoutLoneEmpty(texts: readonly string[]): readonly string[] {
  return texts.length === 1 && texts[0] === "" ? NO_TEXTS : texts;
}

/** Controllers were called otherwise once; libs userspace/libsinsp/threadinfo.cpp set_cgroups. */
const CONTROLLERS: Readonly<Record<string, string>> = {
  perf: "perf_event",
  mem: "memory",
  io: "blkio",
};

/** In UTF-16 units, with the controller; the kernel has no longer ones, nor as many hierarchies. */
const MAX_CGROUP = 4096 + 64, MAX_CGROUPS = 64;

/** From `controller=path`; a list that is broken is none. */
export function cgroupsOf(entries: readonly string[]): readonly Cgroup[] {
  const cgroups: Cgroup[] = [];
  for (const entry of entries) {
    if (entry.length > MAX_CGROUP || cgroups.length === MAX_CGROUPS) continue;
    const equals = entry.indexOf("=");
    if (equals < 0) return NO_CGROUPS;
    const controller = entry.slice(0, equals).replace("_cgroup", "");
    const name = Object.hasOwn(CONTROLLERS, controller) ? CONTROLLERS[controller]! : controller;
    cgroups.push([name, entry.slice(equals + 1)]);
  }
  return cgroups;
}

const paths = new WeakMap<readonly Cgroup[], string>();

/** The path that names a container, in whichever hierarchy; else the longest, which tells most. */
export function cgroupPath(cgroups: readonly Cgroup[]): string {
  let found = paths.get(cgroups);
  if (found !== undefined) return found;
  found = cgroups.find(([, path]) => containerOf(path) !== undefined)?.[1] ?? "";
  if (found === "") {
    for (const [, path] of cgroups) {
      if (path.length > found.length) found = path;
    }
    // A named hierarchy has its name in front: `name=systemd=/path`.
    found = found.slice(Math.max(0, found.indexOf("/")));
  }
  // A part of a text keeps all of it.
  found = beginningOf(found, MAX_CGROUP);
  paths.set(cgroups, found);
  return found;
}
