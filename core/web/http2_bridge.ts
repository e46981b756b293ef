/**
 * HTTP/2 on sockets whose TLS is node's.
 *
 * What is said on such a socket goes, as it is, to a server of Deno's that has this one client: for
 * node's HTTP/2 in Deno 2.9 ends the whole process with a segmentation fault when a GOAWAY frame is
 * followed by one that is not allowed. Between them is a unix socket in a folder of our own, whose
 * name is taken away as soon as it is connected.
 */
import { connect } from "node:net";
import type { TLSSocket } from "node:tls";

export interface BridgedRequest {
  readonly request: Request;
  readonly socket: TLSSocket;
  /** Resolves when the answer is on its way, or never can be. */
  readonly completed: Promise<void>;
}

export interface BridgeOptions {
  readonly answer: (bridged: BridgedRequest) => Promise<Response>;
  /** For what a client still sends that nobody wants. */
  readonly lingerMs: number;
}

/**
 * Of what a client has said and nobody has taken yet. Clients that heed the flow control of HTTP/2 are
 * never as far ahead.
 */
const MAX_AHEAD_BYTES = 8 << 20;

export class Http2Bridge {
  readonly #answer: BridgeOptions["answer"];
  #folder: string;
  readonly #lingerMs: number;
  readonly #servers = new Set<Deno.HttpServer<Deno.UnixAddr>>();
  #count = 0;

  private constructor(folder: string, { answer, lingerMs }: BridgeOptions) {
    this.#folder = folder;
    this.#lingerMs = lingerMs;
    this.#answer = answer;
  }

  /** `undefined` where no folder can be made: clients then have to do with HTTP/1.1. */
  static open(options: BridgeOptions): Http2Bridge | undefined {
    try {
      return new Http2Bridge(newFolder(), options);
    } catch {
      return undefined;
    }
  }

  /** Serves a client that has chosen HTTP/2, as long as its socket is open. */
  serve(socket: TLSSocket): void {
    const path = this.#nextPath();
    if (path === undefined) {
      socket.destroy();
      return;
    }
    const server = Deno.serve({ path, onListen: () => {} }, (request, { completed }) => {
      return this.#patiently(request, (request) => this.#answer({ request, socket, completed }));
    });
    this.#servers.add(server);
    const inner = connect(path);
    inner.once("connect", () => removed(path));
    // Either side that fails takes the other with it.
    inner.once("error", () => socket.destroy());
    inner.once("close", () => socket.end());
    socket.once("error", () => inner.destroy());
    socket.once("end", () => inner.destroy());
    socket.once("close", () => {
      inner.destroy();
      this.#end(server);
    });
    inner.pipe(socket);
    // Not piped: a socket of node's TLS that is paused, in Deno 2.9.6, goes on reading into memory.
    socket.on("data", (piece: Uint8Array) => {
      inner.write(piece);
      if (inner.writableLength > MAX_AHEAD_BYTES) socket.destroy();
    });
  }

  /** Takes no more requests; those under way are answered, and then their sockets end. */
  close(): void {
    for (const server of this.#servers) this.#end(server);
    removed(this.#folder);
  }

  /** Machines clean up their temporary files now and then; so the folder may have to be made again. */
  #nextPath(): string | undefined {
    try {
      if (!isOurFolder(this.#folder)) this.#folder = newFolder();
    } catch {
      return undefined;
    }
    return `${this.#folder}/${++this.#count}`;
  }

  /**
   * What of a body nobody wants is taken all the same, before the answer: else the client would be told
   * of an error, and not of the answer.
   */
  async #patiently(given: Request, answer: (request: Request) => Promise<Response>) {
    if (!given.body) return await answer(given);
    const body = new PatientBody(given.body);
    // Not made of the given one, which then has its signal watched, and Deno warns of that.
    const { url, method, headers } = given;
    const init = { method, headers, body: body.stream, duplex: "half" };
    const request = new Request(url, init as RequestInit);
    const response = await answer(request);
    await body.finish(this.#lingerMs);
    return response;
  }

  #end(server: Deno.HttpServer<Deno.UnixAddr>): void {
    server.shutdown().catch(() => {}).finally(() => this.#servers.delete(server));
  }
}

function newFolder(): string {
  return Deno.makeTempDirSync({ prefix: "falcod-" });
}

/** Not one that somebody else made under its name. */
function isOurFolder(path: string): boolean {
  try {
    const { isDirectory, uid } = Deno.lstatSync(path);
    return isDirectory && uid === Deno.uid();
  } catch {
    return false;
  }
}

function removed(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // Somebody cleaned up before.
  }
}

/** A body of which whoever reads it may have enough without the client being cut off. */
class PatientBody {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #isWanted = true;
  #isDone = false;

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.getReader();
    this.stream = new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await this.#reader.read();
        this.#isDone ||= done;
        if (!this.#isWanted) return;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void (this.#isWanted = false),
    }, { highWaterMark: 0 });
  }

  /** Takes the rest and forgets it; gives up after some time. Never rejects. */
  async finish(lingerMs: number): Promise<void> {
    if (this.#isDone) return;
    const timer = setTimeout(() => this.#reader.cancel().catch(() => {}), lingerMs);
    try {
      while (!this.#isDone) this.#isDone = (await this.#reader.read()).done;
    } catch {
      // The client is gone.
    } finally {
      clearTimeout(timer);
    }
  }
}
