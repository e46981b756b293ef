/** Names of users and groups. */
import type { Changes } from "./changes.ts";
import type { AccountChange, Credentials } from "../event/mod.ts";
import type { HostFiles } from "./host_files.ts";
import { AskedNames, type NameService } from "./name_service.ts";

export interface User {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
}

export interface UserTableOptions {
  /** Absent: no file is read, all but root is unknown. */
  readonly files?: HostFiles;
  /** Asked for who is in none of them. */
  readonly nameService?: NameService | undefined;
  readonly changes?: Changes;
}

/**
 * Who is in the first is not looked for in the others, where modules of NSS have users of their own:
 * altfiles (Fedora CoreOS and others that are made of images), extrausers (Ubuntu Core), nsscache (LDAP),
 * OS Login (falco 1921). Of the others the name service knows some.
 */
const PASSWD = [
  "/etc/passwd",
  "/usr/lib/passwd",
  "/var/lib/extrausers/passwd",
  "/etc/passwd.cache",
  "/etc/oslogin_passwd.cache",
];
const GROUP = [
  "/etc/group",
  "/usr/lib/group",
  "/var/lib/extrausers/group",
  "/etc/group.cache",
  "/etc/oslogin_group.cache",
];
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_ENTRIES = 65_536;
const MAX_NAME = 256;
const MAX_PATH = 1024;
/** Of all that sources tell, about 65 536 entries of a usual length. */
const MAX_TOLD_UNITS = 16 << 20;
const ENTRY_UNITS = 150;

/** (uid_t) -1 and (gid_t) -1. */
const NOBODY = 4294967295;

/** Falco's answers where /etc/passwd has no entry for 0. */
export const ROOT: User = { name: "root", home: "/root", shell: "<NA>" };
export const ROOT_GROUP: Group = { name: "root" };

/**
 * Ids to names as files of the host have them, read when somebody first asks and again by `refresh` when
 * they have changed. An id without an entry is absent here and prints as
 * `<NA>`. Containers have names of their own (container_users.ts).
 */
export class UserTable {
  readonly #files: HostFiles | undefined;
  readonly #changes: Changes | undefined;
  readonly #askedUsers: AskedNames<User> | undefined;
  readonly #askedGroups: AskedNames<Group> | undefined;
  #loaded = false;
  #changedAt = 0;
  readonly #toldUsers = new Map<number, User>();
  readonly #toldGroups = new Map<number, Group>();
  /** UTF-16 units that those have room for. */
  #room = MAX_TOLD_UNITS;
  #users: readonly Cached<User>[] = PASSWD.map(() => ({ version: undefined, entries: new Map() }));
  #groups: readonly Cached<Group>[] = GROUP.map(() => ({ version: undefined, entries: new Map() }));

  constructor(options: UserTableOptions = {}) {
    this.#files = options.files;
    this.#changes = options.changes;
    const { nameService } = options;
    if (!nameService) return;
    const onChange = () => void (this.#changedAt = this.#changes?.tick() ?? 0);
    this.#askedUsers = new AskedNames(async (uid) => usable(await nameService.user(uid)), {
      onChange,
    });
    this.#askedGroups = new AskedNames(async (gid) => usable(await nameService.group(gid)), {
      onChange,
    });
  }

  /** What a source tells counts more than any file. */
  apply(change: AccountChange): void {
    const { id } = change;
    if (change.kind === "user") this.#room = tell(this.#toldUsers, id, change.user, this.#room);
    else this.#room = tell(this.#toldGroups, id, change.group, this.#room);
    this.#changedAt = this.#changes?.tick() ?? 0;
  }

  user(uid: number): User | undefined {
    const told = this.#toldUsers.get(uid);
    if (told !== undefined) return told;
    if (!this.#loaded) this.refresh();
    const user = entryOf(this.#users, uid) ?? (uid === 0 ? ROOT : undefined);
    return user ?? (uid === NOBODY ? undefined : this.#askedUsers?.get(uid));
  }

  group(gid: number): Group | undefined {
    const told = this.#toldGroups.get(gid);
    if (told !== undefined) return told;
    if (!this.#loaded) this.refresh();
    const group = entryOf(this.#groups, gid) ?? (gid === 0 ? ROOT_GROUP : undefined);
    return group ?? (gid === NOBODY ? undefined : this.#askedGroups?.get(gid));
  }

  /** Has them looked for, so that they are known when somebody asks. */
  prepare({ euid, egid, loginUid }: Pick<Credentials, "euid" | "egid" | "loginUid">): void {
    if (!this.#askedUsers) return;
    this.user(euid);
    if (loginUid !== euid) this.user(loginUid);
    this.group(egid);
  }

  /** When a name last changed, as far as the files have been looked at. */
  get changedAt(): number {
    return this.#changedAt;
  }

  /** Looks whether the files have changed. */
  refresh(): void {
    const files = this.#files;
    if (!files) return;
    this.#loaded = true;
    const users = this.#users.map((cached, i) => reload(cached, PASSWD[i]!, files, parsePasswd));
    const groups = this.#groups.map((cached, i) => reload(cached, GROUP[i]!, files, parseGroup));
    const isSame = (now: readonly unknown[], before: readonly unknown[]) =>
      now.every((cached, i) => cached === before[i]);
    if (isSame(users, this.#users) && isSame(groups, this.#groups)) return;
    this.#users = users;
    this.#groups = groups;
    this.#changedAt = this.#changes?.tick() ?? 0;
  }
}

/** Takes what a source tells into account, as far as there is room for it, and answers what is left. */
export function tell<Entry extends Group & Partial<User>>(
  told: Map<number, Entry>,
  id: number,
  entry: Entry | undefined,
  room: number,
): number {
  const before = told.get(id);
  const free = room + (before === undefined ? 0 : entryUnits(before));
  if (entry === undefined) {
    told.delete(id);
    return free;
  }
  if (isLong(entry)) return room;
  const units = entryUnits(entry);
  if (units > free || before === undefined && told.size >= MAX_ENTRIES) return room;
  told.set(id, entry);
  return free - units;
}

function isLong({ name, home = "", shell = "" }: Group & Partial<User>): boolean {
  return name.length > MAX_NAME || home.length > MAX_PATH || shell.length > MAX_PATH;
}

/** What a server says is held to what a file may say. */
function usable<Entry extends Group & Partial<User>>(entry: Entry | undefined): Entry | undefined {
  return entry === undefined || entry.name === "" || isLong(entry) ? undefined : entry;
}

/** About what an entry takes: its texts, and the rest of it. */
export function entryUnits({ name, home = "", shell = "" }: Group & Partial<User>): number {
  return ENTRY_UNITS + name.length + home.length + shell.length;
}

interface Cached<Entry> {
  readonly version: string | undefined;
  readonly entries: ReadonlyMap<number, Entry>;
}

function entryOf<Entry>(files: readonly Cached<Entry>[], id: number): Entry | undefined {
  for (const { entries } of files) {
    const entry = entries.get(id);
    if (entry) return entry;
  }
  return undefined;
}

/** A file that cannot be read keeps what was known: it may be in the middle of being replaced. */
function reload<Entry>(
  cached: Cached<Entry>,
  path: string,
  files: HostFiles,
  parse: (text: string) => ReadonlyMap<number, Entry>,
): Cached<Entry> {
  const version = files.version(path);
  if (version === undefined || version === cached.version) return cached;
  const text = files.read(path, MAX_FILE_BYTES);
  return text === undefined ? cached : { version, entries: parse(text) };
}

/** passwd(5): `name:password:uid:gid:comment:home:shell`. Lines of another shape are skipped. */
export function parsePasswd(text: string): Map<number, User> {
  return parseEntries(text, (fields) => {
    const [name, , uid, gid, , home, shell] = fields;
    if (shell === undefined || parseId(gid) === undefined) return undefined;
    if (home!.length > MAX_PATH || shell.length > MAX_PATH) return undefined;
    return [parseId(uid), { name: name!, home: home!, shell }];
  });
}

/** group(5): `name:password:gid:members`. */
export function parseGroup(text: string): Map<number, Group> {
  return parseEntries(text, ([name, , gid]) => [parseId(gid), { name: name! }]);
}

/** The first entry of an id wins, as with getpwuid(3). */
function parseEntries<Entry extends { readonly name: string }>(
  text: string,
  read: (fields: readonly string[]) => readonly [number | undefined, Entry] | undefined,
): Map<number, Entry> {
  const entries = new Map<number, Entry>();
  for (const line of text.split("\n")) {
    if (entries.size >= MAX_ENTRIES) break;
    // "+name" and "-name" refer to NIS, they are no entries.
    if (/^[#+\-:]/.test(line)) continue;
    const [id, entry] = read(line.replace(/\r$/, "").split(":")) ?? [];
    if (id === undefined || !entry || entry.name.length > MAX_NAME || entries.has(id)) continue;
    entries.set(id, entry);
  }
  return entries;
}

/** The whole field must be a number: what is not must not turn into 0, which is root. */
function parseId(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id < 0xffffffff ? id : undefined;
}
