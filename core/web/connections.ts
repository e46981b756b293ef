/**
 * The connections of a server, and how long each may do nothing.
 *
 * Whoever opens many and says little (slowloris) loses them again; where there are too many, the one
 * that has been idle for longest makes room, so that those at work are not disturbed.
 */
import type { WebLimits } from "./limits.ts";

/** The part of a socket that is looked at. */
export interface Connection extends Peer {
  destroy(): void;
}

export interface Peer {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

export interface ConnectionCounters {
  readonly open: number;
  readonly accepted: number;
  /** Refused or ended in favour of others, because there were too many. */
  readonly crowdedOut: number;
  /** Ended since they brought nothing, or took too long over it. */
  readonly timedOut: number;
}

export interface UnderWay {
  /** Whether an answer of so many bytes has room, until the request is over. */
  mayAnswer(bytes: number): boolean;
  /** To be called when the client has its answer, or never will. */
  over(): void;
}

interface Asked {
  readonly sinceMs: number;
  answerBytes: number;
}

interface Entry {
  readonly connection: Connection;
  readonly key: string;
  readonly address: string;
  /** Requests under way, oldest first. */
  readonly requests: Set<Asked>;
  served: boolean;
  /** When it was opened, or its last request was over. */
  idleSinceMs: number;
}

/** Such an answer is less than its connection takes up anyway. */
const SMALL_ANSWER_BYTES = 16 << 10;

export class Connections {
  readonly #limits: WebLimits;
  readonly #now: () => number;
  /** Those that are idle are in the order in which they became so. */
  readonly #entries = new Map<string, Entry>();
  readonly #ofAddress = new Map<string, number>();
  #accepted = 0;
  #crowdedOut = 0;
  #timedOut = 0;

  /** `now` is on any clock that does not jump, in milliseconds. */
  constructor(limits: WebLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  get counters(): ConnectionCounters {
    return {
      open: this.#entries.size,
      accepted: this.#accepted,
      crowdedOut: this.#crowdedOut,
      timedOut: this.#timedOut,
    };
  }

  /**
   * To be called when a connection is there; what comes back, when it is closed. `undefined` when there
   * is no room: it is destroyed then.
   */
  opened(connection: Connection): (() => void) | undefined {
    const address = connection.remoteAddress ?? "";
    const { maxConnections, maxConnectionsOfAddress } = this.#limits;
    const isCrowd = (this.#ofAddress.get(address) ?? 0) >= maxConnectionsOfAddress;
    if (isCrowd || this.#entries.size >= maxConnections) {
      this.#crowdedOut++;
      const idle = this.#longestIdle(isCrowd ? address : undefined);
      if (!idle) {
        connection.destroy();
        return undefined;
      }
      this.#end(idle);
    }
    this.#accepted++;
    const entry: Entry = {
      connection,
      key: keyOf(connection),
      address,
      requests: new Set(),
      served: false,
      idleSinceMs: this.#now(),
    };
    this.#entries.set(entry.key, entry);
    this.#ofAddress.set(address, (this.#ofAddress.get(address) ?? 0) + 1);
    return () => this.#forget(entry);
  }

  /** A request came on the connection from this peer. */
  began(peer: Peer): UnderWay {
    const entry = this.#entries.get(keyOf(peer));
    if (!entry) return { mayAnswer: () => true, over: () => {} };
    const request: Asked = { sinceMs: this.#now(), answerBytes: 0 };
    entry.requests.add(request);
    entry.served = true;
    return {
      mayAnswer: (bytes) => {
        if (bytes > SMALL_ANSWER_BYTES && !this.#hasRoomFor(bytes)) return false;
        request.answerBytes = bytes;
        return true;
      },
      over: () => {
        if (!entry.requests.delete(request) || entry.requests.size > 0) return;
        entry.idleSinceMs = this.#now();
        if (this.#entries.get(entry.key) !== entry) return;
        this.#entries.delete(entry.key);
        this.#entries.set(entry.key, entry);
      },
    };
  }

  /** Whether another request of HTTP/1.1 has room on the connection from this peer; else it is ended. */
  hasRoom(peer: Peer): boolean {
    const entry = this.#entries.get(keyOf(peer));
    if (!entry) return false; // ended, and what had come before is still taken apart
    if (entry.requests.size < this.#limits.maxPipelined) return true;
    this.#crowdedOut++;
    this.#end(entry);
    return false;
  }

  /** Ends those whose time is over; to be called every second or so. */
  sweep(): void {
    const { firstRequestMs, idleMs, requestMs } = this.#limits;
    const nowMs = this.#now();
    for (const entry of this.#entries.values()) {
      const [oldest] = entry.requests;
      const endMs = oldest
        ? oldest.sinceMs + requestMs
        : entry.idleSinceMs + (entry.served ? idleMs : firstRequestMs);
      if (nowMs < endMs) continue;
      this.#timedOut++;
      this.#end(entry);
    }
  }

  /** Ends those without a request under way, or all. */
  end(which: "idle" | "all"): void {
    for (const entry of this.#entries.values()) {
      if (which === "all" || entry.requests.size === 0) this.#end(entry);
    }
  }

  /** Requests under way on all of them. */
  get active(): number {
    let active = 0;
    for (const { requests } of this.#entries.values()) active += requests.size;
    return active;
  }

  /** Beside the answers that clients have not taken yet; one has room always. */
  #hasRoomFor(bytes: number): boolean {
    let held = 0;
    for (const { requests } of this.#entries.values()) {
      for (const { answerBytes } of requests) held += answerBytes;
    }
    return held === 0 || held + bytes <= this.#limits.maxAnswerBytes;
  }

  #longestIdle(address: string | undefined): Entry | undefined {
    for (const entry of this.#entries.values()) {
      const isMeant = address === undefined || entry.address === address;
      if (isMeant && entry.requests.size === 0) return entry;
    }
    return undefined;
  }

  #end(entry: Entry): void {
    this.#forget(entry);
    entry.connection.destroy();
  }

  #forget({ key, address, connection }: Entry): void {
    if (this.#entries.get(key)?.connection !== connection) return;
    this.#entries.delete(key);
    const left = this.#ofAddress.get(address)! - 1;
    if (left === 0) this.#ofAddress.delete(address);
    else this.#ofAddress.set(address, left);
  }
}

/** Of one server, so its own end need not be in it. TLS has a socket of its own above the one meant. */
function keyOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}
