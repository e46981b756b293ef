/**
 * What the podman of a user who is not root has on disk about that user's containers.
 *
 * All of it is the user's to write: links are not followed, only the user's own plain files are read,
 * and little at a time. A home may be on another machine or be served by a program of the user, and
 * never answer: nobody waits for it but who asked, and not for long.
 */
import { Buffer } from "node:buffer";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  type ContainerDetails,
  fileMark,
  NOTHING_TOLD,
  onHost,
  parsePasswd,
} from "../../../core/mod.ts";
import { detailsOfNote, DRIVERS, NOTE_FILES, noteOf, parseNotes, specFile } from "./notes.ts";
import { detailsOfSpec, parseSpec } from "./runtime_spec.ts";

/** Unless the user's storage.conf says otherwise. */
const IN_HOME = ".local/share/containers/storage";
const IN_RUN = "containers";
const MAX_FILE_BYTES = 512 << 10;
/** JSON of that much takes some 5 ms to read, in which events wait: a twentieth of the time is given. */
const REST_MS_PER_BYTE = 100 / MAX_FILE_BYTES;
const MAX_RESTS = 64;

export interface UsersStoragePlaces {
  readonly passwd: string;
  /** Where users have a folder for as long as they are logged in. */
  readonly run: string;
}

export interface Clock {
  readonly nowMs: () => number;
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const CLOCK: Clock = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => setTimeout(ms, undefined, { signal }),
};

export class UsersStorage {
  readonly #timeoutMs: number;
  readonly #places: UsersStoragePlaces;
  readonly #clock: Clock;
  /** Of each user the reading that comes last. */
  readonly #readings = new Map<number, Promise<unknown>>();
  /** By user, when more of that user's may be read. */
  readonly #rests = new Map<number, number>();
  /** Users whose files do not answer. */
  readonly #stuck = new Set<number>();
  #homes: { readonly mark: string; readonly byUser: ReadonlyMap<number, string> } | undefined;

  constructor(
    timeoutMs: number,
    places: UsersStoragePlaces = { passwd: onHost("/etc/passwd"), run: onHost("/run/user") },
    clock = CLOCK,
  ) {
    this.#timeoutMs = timeoutMs;
    this.#places = places;
    this.#clock = clock;
  }

  /** Absent where nothing is on disk, or cannot be read, or not soon. Never rejects. */
  async recall(fullId: string, userId: number): Promise<ContainerDetails | undefined> {
    if (this.#stuck.has(userId)) return undefined;
    const reading = this.#afterOthers(fullId, userId);
    const stop = new AbortController();
    const late = this.#clock.wait(this.#timeoutMs, stop.signal).then(() => "late" as const);
    const first = await Promise.race([reading, late]).finally(() => stop.abort());
    if (first !== "late") return first;
    this.#stuck.add(userId);
    reading.finally(() => this.#stuck.delete(userId));
    return undefined;
  }

  #afterOthers(fullId: string, userId: number): Promise<ContainerDetails | undefined> {
    const before = this.#readings.get(userId);
    const reading = this.#rested(userId, before).then(() => this.#read(fullId, userId))
      .catch(() => undefined);
    this.#readings.set(userId, reading);
    reading.finally(() => {
      if (this.#readings.get(userId) === reading) this.#readings.delete(userId);
    });
    return reading;
  }

  async #rested(userId: number, before: Promise<unknown> | undefined): Promise<void> {
    await before;
    const rest = (this.#rests.get(userId) ?? 0) - this.#clock.nowMs();
    if (rest > 0) await this.#clock.wait(rest);
  }

  #rest(userId: number, bytes: number): void {
    this.#rests.delete(userId);
    if (this.#rests.size >= MAX_RESTS) this.#rests.delete(this.#rests.keys().next().value!);
    this.#rests.set(userId, this.#clock.nowMs() + bytes * REST_MS_PER_BYTE);
  }

  async #read(fullId: string, userId: number): Promise<ContainerDetails | undefined> {
    let bytes = 0;
    const take = async (path: string) => {
      const content = await ownFile(path, userId).catch(() => undefined);
      bytes += content?.length ?? 0;
      return content;
    };
    const folders = await this.#folders(userId);
    let details: ContainerDetails | undefined;
    for (const path of folders.flatMap((folder) => NOTE_FILES.map((file) => `${folder}/${file}`))) {
      const note = noteOf(parseNotes(await take(path)), fullId);
      if (note) {
        details = detailsOfNote(note);
        break;
      }
    }
    for (const folder of folders) {
      const spec = parseSpec(await take(`${folder}/${specFile(fullId)}`));
      if (spec) {
        details = { ...details ?? NOTHING_TOLD, ...detailsOfSpec(spec, "users") };
        break;
      }
    }
    this.#rest(userId, bytes);
    return details;
  }

  /** Those that are there. Links above a user's own folders are the administrator's. */
  async #folders(userId: number): Promise<string[]> {
    const home = this.#homeOf(userId);
    const places = [
      ...home ? [{ top: onHost(home), below: IN_HOME }] : [],
      { top: `${this.#places.run}/${userId}`, below: IN_RUN },
    ];
    const folders: string[] = [];
    for (const { top, below } of places) {
      const real = await Deno.realPath(top).catch(() => undefined);
      if (!real) continue;
      for (const driver of DRIVERS) {
        const folder = `${real}/${below}/${driver}-containers`;
        const { isDirectory } = await Deno.lstat(folder).catch(() => ({ isDirectory: false }));
        if (isDirectory) folders.push(folder);
      }
    }
    return folders;
  }

  #homeOf(userId: number): string | undefined {
    const { passwd } = this.#places;
    const mark = fileMark(passwd);
    if (this.#homes?.mark !== mark) this.#homes = { mark, byUser: homesIn(passwd) };
    return this.#homes.byUser.get(userId);
  }
}

function homesIn(passwd: string): ReadonlyMap<number, string> {
  try {
    const users = [...parsePasswd(Deno.readTextFileSync(passwd))];
    return new Map(
      users.map(([id, { home }]) => [id, home] as const).filter(([, home]) => home.startsWith("/")),
    );
  } catch {
    return new Map();
  }
}

/**
 * The content of a plain file of the user's. Rejects, or is absent, where it is none: another folder may
 * take the place of one that was looked at, but what is opened there is called the same, has to be the
 * user's, and is opened without waiting for anybody.
 */
async function ownFile(path: string, userId: number): Promise<Uint8Array | undefined> {
  const folder = dirname(path);
  if (await Deno.realPath(folder) !== folder) return undefined;
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.uid !== userId) return undefined;
    if (stat.size === 0 || stat.size > MAX_FILE_BYTES) return undefined;
    return await contentOf(file, stat.size);
  } finally {
    await file.close();
  }
}

/** As much as there was; absent where it became less. */
async function contentOf(file: FileHandle, size: number): Promise<Uint8Array | undefined> {
  const buffer = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(buffer, filled, size - filled, filled);
    if (bytesRead === 0) return undefined;
    filled += bytesRead;
  }
  return buffer;
}
