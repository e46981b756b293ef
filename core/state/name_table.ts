/** Addresses of the DNS names that rules compare connections with. */

/** Addresses of a name, 4 or 16 bytes each; rejects when it cannot tell. */
export type ResolveName = (name: string, signal: AbortSignal) => Promise<readonly Uint8Array[]>;

export interface NameTableOptions {
  /** Absent: no name has an address. */
  readonly resolve?: ResolveName;
  /** Milliseconds on any steady clock. */
  readonly now?: () => number;
}

interface Watched {
  addresses: readonly Uint8Array[];
  keys: ReadonlySet<string>;
  dueMs: number;
  periodMs: number;
}

interface Named {
  readonly all: Set<string>;
  /** What rules see of them; absent since the last change. */
  seen: readonly string[] | undefined;
}

const NONE: readonly string[] = [];

/** Lists of bad domains have tens of thousands (falco 2680). */
const MAX_NAMES = 65_536;
const MAX_ADDRESSES = 256;
/** A resolver that blocks gives one address to all of such a list, and each event there asks for its names. */
const MAX_NAMES_OF_ADDRESS = 1024;
/** Falco's periods: names that do not change are asked for less and less often. */
const FIRST_PERIOD_MS = 10_000;
const LONGEST_PERIOD_MS = 320_000;

/**
 * Never asks the network while an event waits: names are watched from when rules are loaded, and
 * `refresh` (called by a timer of the application) brings their addresses up to date. A name that
 * cannot be resolved keeps the addresses it had.
 */
export class NameTable {
  readonly #names = new Map<string, Watched>();
  /** Those that `refresh` has still to ask for, the last of them first. */
  #due: (readonly [string, Watched])[] = [];
  readonly #namesByAddress = new Map<string, Named>();
  readonly #resolve: ResolveName | undefined;
  readonly #now: () => number;

  constructor(options: NameTableOptions = {}) {
    this.#resolve = options.resolve;
    this.#now = options.now ?? (() => performance.now());
  }

  /** From the next `refresh` on the name has addresses. False when too many are watched already. */
  watch(name: string): boolean {
    if (this.#names.has(name)) return true;
    if (this.#names.size >= MAX_NAMES) return false;
    const watched = {
      addresses: [],
      keys: new Set<string>(),
      dueMs: -Infinity,
      periodMs: FIRST_PERIOD_MS,
    };
    this.#names.set(name, watched);
    // A round that is at work on tens of thousands takes it in: they may take minutes.
    if (this.#resolve) this.#due.push([name, watched]);
    return true;
  }

  /** Rules were reloaded: forgets the names that are not among `names`, watches those that are. */
  retain(names: ReadonlySet<string>): void {
    for (const [name, { keys }] of this.#names) {
      if (names.has(name)) continue;
      this.#names.delete(name);
      this.#unlink(name, keys);
    }
    for (const name of names) this.watch(name);
  }

  /** 4 or 16 bytes each; empty for names that are not watched or not resolved yet. */
  addressesOf(name: string): readonly Uint8Array[] {
    return this.#names.get(name)?.addresses ?? [];
  }

  /** The watched names that have this address, the first thousand of them. The array stays as it is. */
  namesOf(address: Uint8Array): readonly string[] {
    if (this.#namesByAddress.size === 0) return NONE;
    const named = this.#namesByAddress.get(keyOf(address));
    if (!named) return NONE;
    return named.seen ??= [...named.all.values().take(MAX_NAMES_OF_ADDRESS)];
  }

  get size(): number {
    return this.#names.size;
  }

  /**
   * Resolves the names whose time has come, a few at once; ends with the signal, whatever a resolver that
   * does not answer is still waiting for.
   */
  async refresh(signal: AbortSignal): Promise<void> {
    const resolve = this.#resolve;
    if (!resolve) return;
    const now = this.#now();
    const due = this.#due = [...this.#names].filter(([, watched]) => watched.dueMs <= now);
    if (due.length === 0) return;
    const worker = async () => {
      for (let next = due.pop(); next && !signal.aborted; next = due.pop()) {
        const [name, watched] = next;
        if (this.#names.get(name) !== watched) continue;
        await this.#update(name, watched, resolve, signal);
      }
    };
    const all = Promise.all([worker(), worker(), worker(), worker()]);
    await Promise.race([all, aborted(signal)]);
  }

  async #update(
    name: string,
    watched: Watched,
    resolve: ResolveName,
    signal: AbortSignal,
  ): Promise<void> {
    let addresses: readonly Uint8Array[] | undefined;
    try {
      addresses = (await resolve(name, signal)).slice(0, MAX_ADDRESSES).filter(isAddress);
    } catch {
      // Asked again when it is due; until then the old addresses are the best guess.
    }
    const keys = addresses && new Set(addresses.map(keyOf));
    const changed = keys !== undefined && !isSame(keys, watched.keys);
    watched.periodMs = changed
      ? FIRST_PERIOD_MS
      : Math.min(2 * watched.periodMs, LONGEST_PERIOD_MS);
    watched.dueMs = this.#now() + watched.periodMs;
    // It may have been forgotten meanwhile.
    if (!changed || this.#names.get(name) !== watched) return;
    this.#unlink(name, watched.keys);
    watched.addresses = addresses!;
    watched.keys = keys;
    for (const key of keys) {
      const named = this.#namesByAddress.get(key) ?? { all: new Set(), seen: undefined };
      named.all.add(name);
      named.seen = undefined;
      this.#namesByAddress.set(key, named);
    }
  }

  #unlink(name: string, keys: ReadonlySet<string>): void {
    for (const key of keys) {
      const named = this.#namesByAddress.get(key);
      if (!named?.all.delete(name)) continue;
      named.seen = undefined;
      if (named.all.size === 0) this.#namesByAddress.delete(key);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}

function isAddress(address: Uint8Array): boolean {
  return address.length === 4 || address.length === 16;
}

const MAPPED = "0,0,0,0,0,0,0,0,0,0,255,255,";

/** An IPv4 address inside IPv6 (RFC 4291 2.5.5.2) is the IPv4 address. */
function keyOf(address: Uint8Array): string {
  const key = address.join(",");
  return key.startsWith(MAPPED) ? key.slice(MAPPED.length) : key;
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((key) => b.has(key));
}
