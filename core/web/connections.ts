/**
 * The connections of a server, and how long each may do nothing.
 *
 * Whoever opens many and says little (slowloris) loses them again; where there are too many, the one
 * whose client has been waited for longest makes room, be it idle or in the middle of a request, so that
 * those at work are not disturbed. Requests are bounded in the same way.
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
  /** Requests for which there was no room, nor for their answers. */
  readonly refused: number;
}

/** A request, from its headers to the end of its answer. */
export interface UnderWay {
  /** There is no room for it: nothing is to be done but to say so. */
  readonly isRefused: boolean;
  /** To be called when the client has said all of it: from now on it waits for us. */
  received(): void;
  /** Whether an answer of so many bytes has room, until the request is over; the client has to take it. */
  mayAnswer(bytes: number): boolean;
  /** To be called when the client has its answer, or never will. */
  over(): void;
}

interface Asked {
  readonly sinceMs: number;
  /** For what it still has to say, or to take. */
  waitsForClient: boolean;
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

/** So many times as many requests as a connection may have: who sends them does not look at answers. */
export const ENDED_AT = 4;
/** Such an answer is less than its connection takes up anyway. */
const SMALL_ANSWER_BYTES = 16 << 10;

export class Connections {
  readonly #limits: WebLimits;
  readonly #now: () => number;
  /** Those that are idle are in the order in which they became so. */
  readonly #entries = new Map<string, Entry>();
  readonly #ofAddress = new Map<string, number>();
  #active = 0;
  #accepted = 0;
  #crowdedOut = 0;
  #timedOut = 0;
  #refused = 0;

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
      refused: this.#refused,
    };
  }

  /**
   * To be called when a connection is there; what comes back, when it is closed. `undefined` when there
   * is no room: it is destroyed then.
   */
  opened(connection: Connection): (() => void) | undefined {
    const address = connection.remoteAddress ?? "";
    const crowd = this.#crowdOf(address);
    if (crowd) {
      this.#crowdedOut++;
      const other = this.#longestAwaited(crowd, "for anything");
      if (!other) {
        connection.destroy();
        return undefined;
      }
      this.#end(other);
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

  /**
   * A request came on the connection from this peer; absent: it is ended, for this or before. Too
   * many on the same one are refused first where clients have a reason to send some ahead: by HTTP/2.
   * Where all others wait for us, the only one of its connection still has room: nobody is to keep out
   * those who ask one thing at a time.
   */
  began(peer: Peer, { isHttp2 = false } = {}): UnderWay | undefined {
    const entry = this.#entries.get(keyOf(peer));
    if (!entry) return undefined; // what had come before is still taken apart
    const { maxRequestsOfConnection, maxPipelined, maxRequests } = this.#limits;
    const most = isHttp2 ? maxRequestsOfConnection : maxPipelined;
    let isRefused = entry.requests.size >= most;
    let crowded = entry.requests.size >= (isHttp2 ? ENDED_AT * most : most) ? entry : undefined;
    if (!crowded && this.#active >= maxRequests) {
      crowded = this.#longestAwaited(() => true, "for requests");
      isRefused ||= crowded === undefined && entry.requests.size > 0;
    }
    if (crowded) {
      this.crowdOut(crowded.connection);
      if (crowded === entry) return undefined;
    }
    return this.#asked(entry, isRefused);
  }

  #asked(entry: Entry, isRefused: boolean): UnderWay {
    const request: Asked = { sinceMs: this.#now(), waitsForClient: true, answerBytes: 0 };
    entry.requests.add(request);
    entry.served = true;
    this.#active++;
    if (isRefused) this.#refused++;
    return {
      isRefused,
      received: () => void (request.waitsForClient = false),
      mayAnswer: (bytes) => {
        if (bytes > SMALL_ANSWER_BYTES && !this.#hasRoomFor(bytes)) {
          this.#refused++;
          return false;
        }
        request.waitsForClient = true;
        request.answerBytes = bytes;
        return true;
      },
      over: () => {
        if (!entry.requests.delete(request)) return;
        const isOpen = this.#entries.get(entry.key) === entry;
        if (isOpen) this.#active--;
        if (entry.requests.size > 0 || !isOpen) return;
        entry.idleSinceMs = this.#now();
        this.#entries.delete(entry.key);
        this.#entries.set(entry.key, entry);
      },
    };
  }

  /** Ends the connection from this peer, which takes up too much. */
  crowdOut(peer: Peer): void {
    const entry = this.#entries.get(keyOf(peer));
    if (!entry) return;
    this.#crowdedOut++;
    this.#end(entry);
  }

  /** Whether the connection from this peer has not been ended. */
  has(peer: Peer): boolean {
    return this.#entries.has(keyOf(peer));
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
    return this.#active;
  }

  /** Beside the answers that clients have not taken yet; one has room always. */
  #hasRoomFor(bytes: number): boolean {
    let held = 0;
    for (const { requests } of this.#entries.values()) {
      for (const { answerBytes } of requests) held += answerBytes;
    }
    return held === 0 || held + bytes <= this.#limits.maxAnswerBytes;
  }

  /** Those of whom one has to go before there is room for another from this address. */
  #crowdOf(address: string): ((entry: Entry) => boolean) | undefined {
    const { maxConnections, maxConnectionsOfAddress } = this.#limits;
    if ((this.#ofAddress.get(address) ?? 0) >= maxConnectionsOfAddress) {
      return (entry) => entry.address === address;
    }
    return this.#entries.size < maxConnections ? undefined : () => true;
  }

  /** The one whose client has been waited for longest: for more of a request, or for one. */
  #longestAwaited(
    isMeant: (entry: Entry) => boolean,
    what: "for requests" | "for anything",
  ): Entry | undefined {
    let found: Entry | undefined, foundMs = Infinity;
    const consider = (entry: Entry, sinceMs: number) => {
      if (sinceMs >= foundMs) return;
      foundMs = sinceMs;
      found = entry;
    };
    for (const entry of this.#entries.values()) {
      if (!isMeant(entry)) continue;
      const { requests, idleSinceMs } = entry;
      if (requests.size === 0 && what === "for anything") consider(entry, idleSinceMs);
      for (const { waitsForClient, sinceMs } of requests) {
        if (waitsForClient) consider(entry, sinceMs);
      }
    }
    return found;
  }

  #end(entry: Entry): void {
    this.#forget(entry);
    entry.connection.destroy();
  }

  #forget({ key, address, connection, requests }: Entry): void {
    if (this.#entries.get(key)?.connection !== connection) return;
    this.#entries.delete(key);
    this.#active -= requests.size;
    const left = this.#ofAddress.get(address)! - 1;
    if (left === 0) this.#ofAddress.delete(address);
    else this.#ofAddress.set(address, left);
  }
}

/** Of one server, so its own end need not be in it. TLS has a socket of its own above the one meant. */
function keyOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}
