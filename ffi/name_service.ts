/**
 * Users and groups as the C library finds them: in files, and by the modules of nsswitch.conf(5), which ask
 * servers. They may take as long as those do, so each question has a thread of its own.
 */
import { decodeUtf8 } from "../core/base/utf8.ts";
import { errorText, openLibc } from "./libc.ts";

export interface NamedUser {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

export interface NamedGroup {
  readonly name: string;
}

/** struct passwd and struct group of glibc: where the pointers to their texts stand. */
const PASSWD = { sizeBytes: 48, name: 0, home: 32, shell: 40 } as const;
const GROUP = { sizeBytes: 32, name: 0 } as const;
/** Members of a group stand in it, too. */
const FIRST_BYTES = 16 * 1024, MOST_BYTES = 4 * 1024 * 1024;
/** Numbers of errors that mean no more than that there is nobody. getpwnam(3) */
const NOBODY: ReadonlySet<number> = new Set([1, 2, 3, 9]);
const ERANGE = 34;

/** Undefined: there is none. Throws when that cannot be told. getpwuid_r(3) */
export async function userById(uid: number): Promise<NamedUser | undefined> {
  const found = await ask(openLibc().getpwuid_r, uid, PASSWD.sizeBytes);
  return found && {
    name: found.textAt(PASSWD.name),
    home: found.textAt(PASSWD.home),
    shell: found.textAt(PASSWD.shell),
  };
}

/** getgrgid_r(3) */
export async function groupById(gid: number): Promise<NamedGroup | undefined> {
  const found = await ask(openLibc().getgrgid_r, gid, GROUP.sizeBytes);
  return found && { name: found.textAt(GROUP.name) };
}

type Lookup = ReturnType<typeof openLibc>["getpwuid_r"];

async function ask(lookUp: Lookup, id: number, entryBytes: number): Promise<Found | undefined> {
  for (let sizeBytes = FIRST_BYTES; sizeBytes <= MOST_BYTES; sizeBytes *= 4) {
    const entry = new Uint8Array(entryBytes);
    const texts = new Uint8Array(sizeBytes);
    const result = new BigUint64Array(1);
    const error = await lookUp(id, entry, texts, BigInt(sizeBytes), result);
    if (error === ERANGE) continue;
    if (result[0] !== 0n) return new Found(entry, texts);
    if (error === 0 || NOBODY.has(error)) return undefined;
    throw new Error(`Cannot look up id ${id}: ${errorText(error)}`);
  }
  throw new Error(`Cannot look up id ${id}: its entry is too long`);
}

/** An entry, and the memory its texts stand in. */
class Found {
  readonly #entry: DataView;
  readonly #texts: Uint8Array<ArrayBuffer>;
  readonly #begin: bigint;

  constructor(entry: Uint8Array<ArrayBuffer>, texts: Uint8Array<ArrayBuffer>) {
    this.#entry = new DataView(entry.buffer);
    this.#texts = texts;
    this.#begin = Deno.UnsafePointer.value(Deno.UnsafePointer.of(texts));
  }

  /** "" for a pointer to anywhere else. */
  textAt(offset: number): string {
    const at = Number(this.#entry.getBigUint64(offset, true) - this.#begin);
    if (at < 0 || at >= this.#texts.length) return "";
    const end = this.#texts.indexOf(0, at);
    return decodeUtf8(this.#texts.subarray(at, end < 0 ? this.#texts.length : end));
  }
}
