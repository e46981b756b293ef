/** One address with its endpoints: HTTP/1.1 and, with TLS, HTTP/2. */
import type { Socket } from "node:net";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { Hono } from "hono";
import { andMore, Seldom } from "../base/mod.ts";
import { type ConnectionCounters, Connections, type UnderWay } from "./connections.ts";
import { type Endpoint, type Listen, type WebClient, WebError, type WebLog } from "./endpoint.ts";
import { exchange } from "./exchange.ts";
import type { BridgedRequest } from "./http2_bridge.ts";
import type { WebLimits } from "./limits.ts";
import { nothingAt } from "./nothing_at.ts";
import { refusal } from "./reply.ts";
import { marksOf, readTlsFiles, type TlsMaterial } from "./tls_files.ts";
import { addressName, type RawRequest, Transport } from "./transport.ts";
import { Turns } from "./turns.ts";

export interface WebServerOptions {
  readonly listen: Listen;
  readonly limits: WebLimits;
  readonly log: WebLog;
}

/** Since the start. */
export interface WebCounters extends ConnectionCounters {
  readonly requests: number;
  /** Connections that ended before a TLS session: no or a wrong client certificate, no TLS at all. */
  readonly failedHandshakes: number;
  /** Endpoints that threw: bugs. */
  readonly faults: number;
}

/** Connections are looked at so often, and files of certificates. */
const SWEEP_MS = 1000;
const TELL_EVERY_MS = 30_000;
/** Whoever looks for holes makes many such requests. */
const TELL_ASTRAY_EVERY_MS = 600_000;
const MOST_OF_PATH = 100;
const PASSING_MS = 50;

const TOO_MANY_ANSWERS = {
  error: "too many answers are under way",
  why: "clients do not take their answers",
};
const TOO_MANY_REQUESTS = {
  error: "too many requests are under way",
  why: "too many requests are under way",
};

export class WebServer {
  readonly #options: WebServerOptions;
  readonly #app: Hono<{ Bindings: { readonly client: WebClient } }>;
  /** As they were asked for, by their routes. */
  readonly #paths = new Map<string, string>();
  readonly #connections: Connections;
  readonly #turns: Turns;
  readonly #handshakes = new Seldom(TELL_EVERY_MS);
  readonly #crowds = new Seldom(TELL_EVERY_MS);
  readonly #bugs = new Seldom(TELL_EVERY_MS);
  readonly #faulty = new Seldom(TELL_EVERY_MS);
  readonly #astray = new Seldom(TELL_ASTRAY_EVERY_MS);
  #transport: Transport | undefined;
  #starting: Promise<void> | undefined;
  #sweeping: ReturnType<typeof setInterval> | undefined;
  #filesMarks = "";
  #isClosing = false;
  #requests = 0;
  #failedHandshakes = 0;
  #faults = 0;

  constructor(options: WebServerOptions) {
    this.#options = options;
    this.#connections = new Connections(options.limits);
    this.#turns = new Turns(options.limits.maxRequestsOfTurn);
    this.#app = new Hono({ getPath: (request) => routeOf(request.url) });
    this.#app.notFound(({ req: { raw }, env: { client } }) => {
      this.#tellOfLoss(raw, client);
      return nothingAt(raw.url, { client, paths: [...this.#paths.values()] });
    });
    // Without it, hono prints what endpoints throw.
    this.#app.onError((error) => this.#fault(error));
  }

  /** What was asked for; its port may be 0. */
  get listen(): Listen {
    return this.#options.listen;
  }

  /** Where it listens, once it has started. */
  get address(): { readonly hostname: string; readonly port: number } | undefined {
    return this.#transport?.address;
  }

  get counters(): WebCounters {
    return {
      ...this.#connections.counters,
      requests: this.#requests,
      failedHandshakes: this.#failedHandshakes,
      faults: this.#faults,
    };
  }

  /** At any time, also while it listens. Throws `WebError` when something is there already. */
  mount(endpoint: Endpoint): void {
    const { path } = endpoint;
    if (!/^\/[^\s?#]*$/.test(path)) {
      throw new WebError(
        "bad-address",
        `Cannot serve at "${path}": it has to be a path like "/name"`,
      );
    }
    const route = routeOf(`http://localhost${path}`);
    if (this.#paths.has(route)) {
      throw new WebError("path-conflict", `Cannot serve two things at "${path}" of ${this.#name}`);
    }
    this.#paths.set(route, path);
    this.#app.all(route, ({ req, env }) => endpoint.handle(req.raw, env.client));
  }

  /** Resolves when it listens; asked again, it is the same start. Rejects with `WebError`. */
  start(): Promise<void> {
    return this.#starting ??= this.#start();
  }

  /** Reads the files of certificates again; what is wrong with them is logged, and changes nothing. */
  reload(): void {
    if (!this.listen.tls || !this.#transport) return;
    try {
      const material = this.#material();
      if (material) this.#transport.use(material);
      this.#options.log.info(`TLS certificates of ${this.#name} were read again`);
    } catch (error) {
      if (!(error instanceof WebError)) throw error;
      this.#options.log.error(`${error.message}; ${this.#name} goes on with what it had`);
    }
  }

  /** No new connections; requests under way are answered, for `drainMs` at most. */
  async shutdown(): Promise<void> {
    this.#isClosing = true;
    await this.#starting?.catch(() => {});
    clearInterval(this.#sweeping);
    const closed = this.#transport?.close();
    const end = performance.now() + this.#options.limits.drainMs;
    while (this.#connections.active > 0 && performance.now() < end) await pause(5);
    // What was said last over HTTP/2 has one more socket to pass.
    await Promise.race([closed, pause(PASSING_MS)]);
    this.#connections.end("all");
    await closed;
  }

  get #name(): string {
    return addressName(this.listen);
  }

  async #start(): Promise<void> {
    const { listen, limits } = this.#options;
    const transport = new Transport({
      listen,
      limits,
      material: this.#material(),
      connected: (socket) => this.#connected(socket),
      isOpen: (socket) => this.#connections.has(socket),
      requested: (raw) => this.#answer(raw),
      answer: (bridged) => this.#answerBridged(bridged),
      crowded: (socket) => this.#connections.crowdOut(socket),
      sentAway: (why) =>
        this.#faulty.say((more) =>
          this.#options.log.warning(
            `${this.#name}: a client broke the rules of HTTP/2 (${why}) and was sent away` +
              andMore(more),
          )
        ),
      spokeTls: (socket) =>
        this.#handshakes.say((more) =>
          this.#options.log.warning(
            `${this.#name}: ${clientOf(socket).address} speaks TLS, and there is none here: ` +
              `its address has to begin with http://, or falcod needs a certificate${
                andMore(more)
              }`,
          )
        ),
      notLetIn: (reason) => {
        this.#failedHandshakes++;
        this.#handshakes.say((more) => {
          const ca = listen.tls?.clientCaPath;
          const help = ca === undefined
            ? ""
            : `; clients need a certificate of X.509 version 3, signed by one in "${ca}"`;
          this.#options.log.warning(
            `${this.#name}: a client was not let in by TLS: ${reason}${help}${andMore(more)}`,
          );
        });
      },
    });
    await transport.listen();
    this.#transport = transport;
    this.#sweeping = setInterval(() => this.#sweep(), Math.min(SWEEP_MS, limits.firstRequestMs));
  }

  #material(): TlsMaterial | undefined {
    const { tls } = this.listen;
    if (!tls) return undefined;
    this.#filesMarks = marksOf(tls);
    const material = readTlsFiles(tls);
    if (material.validToMs < Date.now()) {
      const when = new Date(material.validToMs).toISOString();
      this.#options.log.warning(
        `"${tls.certificatePath}": the certificate ended at ${when}, clients will refuse it`,
      );
    }
    return material;
  }

  #connected(socket: Socket): void {
    if (this.#isClosing) {
      socket.destroy();
      return;
    }
    const closed = this.#connections.opened(socket);
    if (closed) socket.once("close", closed);
    else {
      this.#crowds.say((more) =>
        this.#options.log.warning(
          `${this.#name}: too many connections, one was refused${andMore(more)}`,
        )
      );
    }
  }

  #answer(raw: RawRequest): void {
    const { socket } = raw.message;
    const underWay = this.#began(socket, "http/1.1");
    if (!underWay) return;
    const { lingerMs, maxHeaders } = this.#options.limits;
    const { received, over } = underWay;
    const reply = (request: Request) => this.#reply(request, { socket, underWay });
    exchange(raw, reply, {
      lingerMs,
      maxHeaders,
      isLast: () => this.#isClosing,
      turn: () => this.#turn(socket),
      received,
    })
      .catch((error) => this.#fault(error)).finally(over);
  }

  async #answerBridged({ request, socket, received, completed }: BridgedRequest) {
    const underWay = this.#began(socket, "http/2");
    if (!underWay) return this.#noRoom(TOO_MANY_REQUESTS);
    received.then(underWay.received);
    completed.catch(() => {}).finally(underWay.over);
    if (!await this.#turn(socket)) return this.#noRoom(TOO_MANY_REQUESTS);
    return await this.#reply(request, { socket, underWay });
  }

  #began(socket: Socket | TLSSocket, protocol: "http/1.1" | "http/2"): UnderWay | undefined {
    this.#requests++;
    return this.#connections.began(socket, { isHttp2: protocol === "http/2" });
  }

  /** Whether the connection is still open when it is the turn of a request. */
  async #turn(socket: Socket | TLSSocket): Promise<boolean> {
    await this.#turns.next();
    return !socket.destroyed && this.#connections.has(socket);
  }

  async #reply(
    request: Request,
    { socket, underWay }: {
      readonly socket: Socket | TLSSocket;
      readonly underWay: UnderWay;
    },
  ): Promise<Response> {
    if (underWay.isRefused) return this.#noRoom(TOO_MANY_REQUESTS);
    try {
      const response = await this.#app.fetch(request, { client: clientOf(socket) });
      const { status, headers } = response;
      const body = new Uint8Array(await response.arrayBuffer());
      if (!underWay.mayAnswer(body.length)) return this.#noRoom(TOO_MANY_ANSWERS);
      headers.set("x-content-type-options", "nosniff");
      return new Response(body.length > 0 ? body : null, { status, headers });
    } catch (error) {
      return this.#fault(error);
    }
  }

  /** What is posted was meant for somebody: events or alerts that nobody gets. */
  #tellOfLoss({ method, url }: Request, { address }: WebClient): void {
    if (method !== "POST") return;
    const path = new URL(url).pathname.slice(0, MOST_OF_PATH);
    this.#astray.say((more) =>
      this.#options.log.warning(
        `${this.#name}: ${address} posts to "${path}", and nothing is there${andMore(more)}; ` +
          `there is ${[...this.#paths.values()].join(", ")}`,
      )
    );
  }

  #noRoom({ error, why }: typeof TOO_MANY_ANSWERS): Response {
    this.#crowds.say((more) =>
      this.#options.log.warning(`${this.#name}: ${why}, one was refused${andMore(more)}`)
    );
    return refusal({ status: 503, error, help: "try again later", retryAfterS: 1 });
  }

  #fault(error: unknown): Response {
    this.#faults++;
    const text = error instanceof Error ? error.message : String(error);
    this.#bugs.say((more) =>
      this.#options.log.error(
        `this is a bug, a request to ${this.#name} failed: ${text}${andMore(more)}`,
      )
    );
    return refusal({ status: 500, error: "this is a bug of falcod; its log says more" });
  }

  #sweep(): void {
    this.#connections.sweep();
    const { tls } = this.listen;
    if (tls && marksOf(tls) !== this.#filesMarks) this.reload();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The path as a route that means itself: letters that would make a pattern of it are spelled out. */
function routeOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const query = url.indexOf("?", start);
  const path = query < 0 ? url.slice(start) : url.slice(start, query);
  return path.replace(/[:*{}?#]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}

function clientOf(socket: Socket | TLSSocket): WebClient {
  const address = (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
  const client = { address, port: socket.remotePort ?? 0 };
  if (!("authorized" in socket) || !socket.authorized) return client;
  // Absent, too, when the client has just gone.
  const subject = socket.getPeerCertificate()?.subject;
  return subject ? { ...client, certificateSubject: subjectText(subject) } : client;
}

/** As openssl and kubectl show it. */
function subjectText(subject: PeerCertificate["subject"]): string {
  return Object.entries(subject).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}=${one}`)
  ).join(",");
}
