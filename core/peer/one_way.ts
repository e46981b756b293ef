/** Connections to who reads and answers nothing: daemons of syslog, inputs of Logstash. */
import type { Socket } from "node:net";
import { Link } from "./link.ts";
import { openSocket, type SocketRequest } from "./socket.ts";

export interface OneWayRequest extends SocketRequest {
  /** As in `LinkOptions`. */
  readonly peer: string;
  /** What to ask oneself where a connection does not stay; absent: whoever takes it stays. */
  readonly hint?: string;
}

const CLOSED = "the connection was closed";

/** Who wants TLS, or speaks something else, looks at the first bytes and is done with them. */
const PROOF_MS = 250;

/**
 * What is written to who has gone without a word is lost until TCP gives up, a quarter of an hour later.
 * So whoever is not written to is asked for so often: no firewall forgets the connection, and one that is
 * dead is known as that some minutes later.
 */
const KEEP_ALIVE_MS = 30_000;

/** What stands in buffers at the end of a run has so long to go out. */
const SHUT_MS = 1000;

/**
 * Nobody acknowledges: what stands in buffers when a connection breaks is lost, and the batch during
 * which that shows is sent again as a whole. Where it breaks each time, all would be lost, each batch on
 * a connection of its own, so the first one waits for the connection to stay. Who reads it and closes in
 * good order may have thrown it away: nothing tells that from who reads a batch and is done.
 */
export class OneWayLink {
  readonly #request: OneWayRequest;
  readonly #link: Link<Socket>;
  /** Connections that have stayed open after their first batch. */
  readonly #proven = new WeakSet<Socket>();

  constructor(request: OneWayRequest) {
    this.#request = request;
    this.#link = new Link<Socket>({
      peer: request.peer,
      open: (lost) => open(request, lost),
      shut,
    });
  }

  /** Rejects with a `SinkError`. */
  send(bytes: Uint8Array | string, signal?: AbortSignal): Promise<void> {
    return this.#link.use((socket) => this.#send(socket, bytes), signal);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #send(socket: Socket, bytes: Uint8Array | string): Promise<void> {
    const { hint } = this.#request;
    if (hint === undefined || this.#proven.has(socket)) return await sent(socket, bytes);
    try {
      await sent(socket, bytes, PROOF_MS);
    } catch (error) {
      throw new Error(`${CLOSED} after the first alerts${wordsOf(error)}: ${hint}`);
    }
    this.#proven.add(socket);
  }
}

async function open(request: OneWayRequest, lost: () => void): Promise<Socket> {
  const socket = await openSocket(request);
  socket.on("close", lost);
  socket.on("end", lost);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  // The other end has nothing to say, and its going away is only seen by whoever reads.
  socket.resume();
  return socket;
}

/** Who takes nothing any more would have it stay for ever, with all that has not been taken. */
function shut(socket: Socket): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), SHUT_MS);
  socket.once("close", () => clearTimeout(timer));
  socket.end();
}

/** What was said when a connection ended: by TLS 1.3, whom a server does not want is told by then only. */
function wordsOf(error: unknown): string {
  return error instanceof Error && error.message !== CLOSED ? ` (${error.message})` : "";
}

/** `stayMs`: how long the connection has to stay open afterwards. */
async function sent(socket: Socket, bytes: Uint8Array | string, stayMs = 0): Promise<void> {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  const ended = (why?: unknown) => reject(why instanceof Error ? why : new Error(CLOSED));
  const ends = ["end", "close", "error"] as const;
  for (const end of ends) socket.once(end, ended);
  if (socket.destroyed) ended();
  const written = new Promise<void>((resolve, reject) => {
    socket.write(bytes, (error) => error ? reject(error) : resolve());
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await Promise.race([broken, written]);
    if (stayMs === 0) return;
    const stayed = new Promise<void>((resolve) => timer = setTimeout(resolve, stayMs));
    await Promise.race([broken, stayed]);
  } finally {
    clearTimeout(timer);
    for (const end of ends) socket.off(end, ended);
  }
}
