/** Names of users and groups that stand in no file: those of LDAP, SSSD, systemd's dynamic users. */
import type { Group, User } from "./user_table.ts";

/** Undefined: there is nobody of that id. Rejects when that cannot be told now. */
export interface NameService {
  user(uid: number): Promise<User | undefined>;
  group(gid: number): Promise<Group | undefined>;
}

export interface AskedNamesOptions {
  /** Told when a name has changed. */
  readonly onChange?: () => void;
  /** Milliseconds on any steady clock. */
  readonly now?: () => number;
  /** How long an answer keeps the next question waiting, in milliseconds. */
  readonly patienceMs?: number;
}

interface Asked<Entry> {
  entry: Entry | undefined;
  dueMs: number;
  isWaiting: boolean;
}

/** Ids kept at most. */
const MAX_KNOWN = 8192;
/** In a user namespace programs may have any ids: nobody's server is to be flooded with them. */
const MAX_ASKED = 256, PERIOD_MS = 10_000;
const PATIENCE_MS = 2000, MAX_LATE = 4;
/** As long as nscd(8) keeps them. */
const KNOWN_MS = 600_000, UNKNOWN_MS = 20_000;

/**
 * Answers at once with what is known, and asks for the rest beside the events, one after the other: a
 * service that does not answer keeps a few threads waiting and nobody else.
 */
export class AskedNames<Entry extends Group & Partial<User>> {
  readonly #ask: (id: number) => Promise<Entry | undefined>;
  readonly #onChange: () => void;
  readonly #now: () => number;
  readonly #patienceMs: number;
  readonly #known = new Map<number, Asked<Entry>>();
  readonly #waiting: number[] = [];
  #isAsking = false;
  /** Questions that nobody waits for any more, and that may still be answered. */
  #late = 0;
  /** In the period that began then. */
  #asked = 0;
  #periodMs = -Infinity;

  constructor(
    ask: (id: number) => Promise<Entry | undefined>,
    { onChange = () => {}, now = () => performance.now(), patienceMs = PATIENCE_MS }:
      AskedNamesOptions = {},
  ) {
    this.#patienceMs = patienceMs;
    this.#ask = ask;
    this.#onChange = onChange;
    this.#now = now;
  }

  /** What was last heard; from then on it is known, or better known. */
  get(id: number): Entry | undefined {
    const known = this.#known.get(id);
    if (!known || !known.isWaiting && known.dueMs <= this.#now()) this.#want(id, known);
    return known?.entry;
  }

  #want(id: number, known: Asked<Entry> | undefined): void {
    const nowMs = this.#now();
    if (nowMs - this.#periodMs >= PERIOD_MS) {
      this.#periodMs = nowMs;
      this.#asked = this.#waiting.length;
    }
    if (this.#asked++ >= MAX_ASKED) return;
    // Not before: ids that are not asked for put no names out.
    known ??= this.#admit(id);
    known.isWaiting = true;
    this.#waiting.push(id);
    if (!this.#isAsking) this.#askAll();
  }

  #admit(id: number): Asked<Entry> {
    for (const [oldest, { isWaiting }] of this.#known) {
      if (this.#known.size < MAX_KNOWN) break;
      if (!isWaiting) this.#known.delete(oldest);
    }
    const known = { entry: undefined, dueMs: 0, isWaiting: false };
    this.#known.set(id, known);
    return known;
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true;
    while (this.#late < MAX_LATE && this.#waiting.length > 0) {
      const id = this.#waiting.shift()!;
      const answered = this.#answer(this.#known.get(id)!, id);
      if (await isWithin(answered, this.#patienceMs)) continue;
      this.#late++;
      answered.then(() => {
        this.#late--;
        if (!this.#isAsking) this.#askAll();
      });
    }
    this.#isAsking = false;
  }

  /** Never rejects. */
  async #answer(known: Asked<Entry>, id: number): Promise<void> {
    try {
      this.#note(known, await this.#ask(id));
    } catch {
      // What was known before is the best guess.
    }
    known.isWaiting = false;
    known.dueMs = this.#now() + (known.entry ? KNOWN_MS : UNKNOWN_MS);
  }

  #note(known: Asked<Entry>, entry: Entry | undefined): void {
    const { entry: before } = known;
    known.entry = entry;
    const isSame = before?.name === entry?.name && before?.home === entry?.home &&
      before?.shell === entry?.shell;
    if (!isSame) this.#onChange();
  }
}

function isWithin(answered: Promise<void>, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), patienceMs);
    answered.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
