/**
 * HTTP/2 on sockets whose TLS is node's.
 *
 * What is said on such a socket goes, as it is, to a server of Deno's that has this one client: for
 * node's HTTP/2 in Deno 2.9 ends the whole process with a segmentation fault when a GOAWAY frame is
 * followed by one that is not allowed. Between them is a unix socket in a folder of our own, whose
 * name is taken away as soon as it is connected.
 */
import { connect } from "node:net";
import { Transform } from "node:stream";
import type { TLSSocket } from "node:tls";
import { OpenStreams, StreamRoom } from "./http2_streams.ts";
import { headersPassedOn } from "./request_headers.ts";

export interface BridgedRequest {
  readonly request: Request;
  readonly socket: TLSSocket;
  /** Resolves when the client has said all that will be looked at. */
  readonly received: Promise<void>;
  /** Resolves when the answer is on its way, or never can be. */
  readonly completed: Promise<void>;
}

export interface BridgeOptions {
  readonly answer: (bridged: BridgedRequest) => Promise<Response>;
  /** For what a client still sends that nobody wants. */
  readonly lingerMs: number;
  /** Requests at a time that clients are told they may have. */
  readonly maxStreams: number;
  /** And have before they lose the connection: they may send some before they are told. */
  readonly maxStreamsAhead: number;
  /** Of all clients together; more of them wait. */
  readonly maxStreamsInAll: number;
  /** A client had too many, and is to lose the connection. */
  readonly crowded: (socket: TLSSocket) => void;
  /** A client broke the rules and loses the connection. */
  readonly sentAway: (why: string) => void;
}

export class Http2Bridge {
  readonly #options: BridgeOptions;
  readonly #room: StreamRoom;
  #folder: string;
  readonly #servers = new Set<Deno.HttpServer<Deno.UnixAddr>>();
  #count = 0;

  private constructor(folder: string, options: BridgeOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#room = new StreamRoom(options.maxStreamsInAll);
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
      return this.#patiently(
        request,
        (request, received) => this.#options.answer({ request, socket, received, completed }),
      );
    });
    this.#servers.add(server);
    const inner = connect(path);
    inner.once("connect", () => removed(path));
    // Either side that fails takes the other with it.
    inner.once("error", () => socket.destroy());
    inner.once("close", () => socket.end());
    socket.once("error", () => inner.destroy());
    socket.once("end", () => inner.destroy());
    const streams = new OpenStreams();
    let taken = 0;
    let stopWaiting = () => {};
    // What is still at work on them is memory, too.
    const isOver = () => {
      stopWaiting();
      inner.destroy();
      void this.#end(server).then(() => {
        this.#room.free(taken);
        taken = 0;
      });
    };
    inner.once("close", isOver);
    if (socket.destroyed) isOver();
    else socket.once("close", isOver);
    inner.once("data", (first: Uint8Array) => allowStreams(first, this.#options.maxStreams));
    const freeOthers = () => {
      if (streams.size >= taken) return;
      this.#room.free(taken - streams.size);
      taken = streams.size;
    };
    inner.on("data", (bytes: Uint8Array) => {
      const { sentAway } = streams;
      streams.received(bytes);
      if (streams.sentAway !== sentAway) this.#options.sentAway(faultName(streams.sentAway));
      freeOthers();
    });
    inner.pipe(socket);
    const gate = new Transform({
      transform: (bytes, _encoding, done) => {
        streams.sent(bytes);
        if (streams.size > this.#options.maxStreamsAhead) {
          this.#options.crowded(socket);
          return;
        }
        freeOthers();
        const more = streams.size - taken;
        stopWaiting = this.#room.take(more, () => {
          taken += more;
          done(null, bytes);
        });
      },
    });
    gate.once("error", () => socket.destroy());
    socket.pipe(gate).pipe(inner);
  }

  /** Takes no more requests; those under way are answered, and then their sockets end. */
  close(): void {
    for (const server of this.#servers) void this.#end(server);
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
  async #patiently(
    given: Request,
    answer: (request: Request, received: Promise<void>) => Promise<Response>,
  ) {
    if (!given.body) return await answer(given, Promise.resolve());
    const body = new PatientBody(given.body);
    // Not made of the given one, which then has its signal watched, and Deno warns of that.
    const { url, method } = given;
    const headers = headersPassedOn((name) => given.headers.get(name));
    const init = { method, headers, body: body.stream, duplex: "half" };
    const request = new Request(url, init as RequestInit);
    const response = await answer(request, body.isReceived);
    await body.finish(this.#options.lingerMs);
    return response;
  }

  async #end(server: Deno.HttpServer<Deno.UnixAddr>): Promise<void> {
    try {
      await server.shutdown();
    } catch {
      // It has ended by itself.
    } finally {
      this.#servers.delete(server);
    }
  }
}

/** RFC 9113, 4.1, 6.5 */
const FRAME_HEAD_BYTES = 9, SETTINGS = 4, SETTING_BYTES = 6, MAX_CONCURRENT_STREAMS = 3;

/** Lowers in what a server says first, which is its settings, how many requests it takes at a time. */
function allowStreams(first: Uint8Array, most: number): void {
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  if (first.length < FRAME_HEAD_BYTES || first[3] !== SETTINGS) return;
  const end = FRAME_HEAD_BYTES + (view.getUint32(0) >>> 8);
  if (end > first.length) return;
  for (let at = FRAME_HEAD_BYTES; at + SETTING_BYTES <= end; at += SETTING_BYTES) {
    if (view.getUint16(at) !== MAX_CONCURRENT_STREAMS) continue;
    view.setUint32(at + 2, Math.min(most, view.getUint32(at + 2)));
  }
}

/** RFC 9113, 7 */
const FAULT_NAMES: Readonly<Record<number, string>> = {
  1: "PROTOCOL_ERROR",
  3: "FLOW_CONTROL_ERROR",
  6: "FRAME_SIZE_ERROR",
  9: "COMPRESSION_ERROR",
  11: "ENHANCE_YOUR_CALM",
};

function faultName(code: number): string {
  return FAULT_NAMES[code] ?? `error ${code}`;
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
  readonly #received = Promise.withResolvers<void>();
  #isWanted = true;
  #isDone = false;

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.getReader();
    this.stream = new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await this.#reader.read();
        this.#took(done);
        if (!this.#isWanted) return;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void (this.#isWanted = false),
    }, { highWaterMark: 0 });
  }

  /** Resolves when the client has sent all. */
  get isReceived(): Promise<void> {
    return this.#received.promise;
  }

  #took(isLast: boolean): void {
    if (!isLast) return;
    this.#isDone = true;
    this.#received.resolve();
  }

  /** Takes the rest and forgets it; gives up after some time. Never rejects. */
  async finish(lingerMs: number): Promise<void> {
    if (this.#isDone) return;
    const timer = setTimeout(() => this.#reader.cancel().catch(() => {}), lingerMs);
    try {
      while (!this.#isDone) this.#took((await this.#reader.read()).done);
    } catch {
      // The client is gone.
    } finally {
      clearTimeout(timer);
    }
  }
}
