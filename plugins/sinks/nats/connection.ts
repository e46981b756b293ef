/** A connection to NATS that publishes, and knows what the server has. */
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import {
  type HostAndPort,
  introduced,
  membersIn,
  openSocket,
  secureSocket,
  type TlsSettings,
} from "../../../core/mod.ts";
import { Complaint, Unwanted } from "./complaint.ts";
import {
  type Publication,
  publish,
  type ServerInfo,
  type ServerMessage,
  ServerReader,
} from "./protocol.ts";

export interface ConnectRequest {
  readonly to: HostAndPort;
  readonly tls: TlsSettings;
  readonly timeoutMs: number;
  readonly user: string;
  readonly password: string;
  readonly token: string;
  /** Whether anything will be asked; who only publishes need not be allowed to listen. */
  readonly asks: boolean;
  readonly lost: () => void;
}

export interface Message {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** The same each time this is sent. */
  readonly id: string;
}

interface Asked extends PromiseWithResolvers<Answer> {
  readonly subject: string;
}

export type Answer = Extract<ServerMessage, { kind: "message" }>;

/** Whether that is but the server's word that nobody listens. */
export function isUnheard({ status }: Answer): boolean {
  return / 503\b/.test(status);
}

/** Of what a server says that is no answer, without a pause; complaints have some hundred bytes each. */
const MOST_UNASKED_BYTES = 1 << 20;
const PAUSE_MS = 1000;

export class NatsConnection {
  readonly #socket: Socket;
  readonly #inbox = `_INBOX.falcod.${crypto.randomUUID()}`;
  /** Where others may ask whether there still is somebody: they get an answer. */
  readonly heartbeats = `${this.#inbox}.heartbeats`;
  readonly #pongs: PromiseWithResolvers<void>[] = [];
  readonly #asked = new Map<string, Asked>();
  #unaskedBytes = 0;
  #heardMs = 0;
  #count = 0;
  #failed: Error | undefined;
  /** Of the messages that are being published: whose subjects the server does not take. */
  #refused = new Map<string, Complaint | undefined>();
  #info: ServerInfo;
  readonly #reader: ServerReader;

  private constructor(socket: Socket, { info, reader }: Greeting) {
    this.#socket = socket;
    this.#info = info;
    this.#reader = reader;
  }

  /** As the server has said last: it may change. */
  get info(): ServerInfo {
    return this.#info;
  }

  static async open(request: ConnectRequest): Promise<NatsConnection> {
    const { to, tls, timeoutMs } = request;
    const plain = await openSocket({ to, tls: { ...tls, enabled: false }, timeoutMs });
    const greet = async () => {
      const { info, reader } = await greetingFrom(plain);
      if (info.tls_required && !tls.enabled) throw new Error("the server wants TLS: tls.enabled");
      const socket = tls.enabled ? await secureSocket(plain, { to, tls, timeoutMs }) : plain;
      const connection = new NatsConnection(socket, {
        info,
        reader: tls.enabled ? new ServerReader() : reader,
      });
      await connection.#greet(request);
      return connection;
    };
    return await introduced(plain, { timeoutMs, greet });
  }

  /** Resolves when the server has all of them, to what it says of those that it did not take. */
  async publish(messages: readonly Message[]): Promise<(message: Message) => Error | undefined> {
    if (this.#failed) throw this.#failed;
    const refused = new Map<string, Complaint | undefined>();
    for (const { subject } of messages) refused.set(subject, undefined);
    this.#refused = refused;
    for (const { subject, payload } of messages) publish(this.#socket, { subject, payload });
    await this.#flushed();
    return ({ subject }) => refused.get(subject);
  }

  /** Resolves when a stream has it. */
  async store(message: Message): Promise<void> {
    const { subject } = message;
    const answer = await this.ask(message);
    if (isUnheard(answer)) {
      throw new Error(`no stream keeps the subject "${subject}"`);
    }
    const refusal = refusalOf(answer, subject);
    if (refusal) throw refusal;
  }

  /** What somebody answers, or the server where nobody listens (`isUnheard`). */
  ask(message: Omit<Publication, "reply">): Promise<Answer> {
    const reply = `${this.#inbox}.${++this.#count}`;
    const answer = Promise.withResolvers<Answer>();
    if (this.#failed) throw this.#failed;
    this.#asked.set(reply, { ...answer, subject: message.subject });
    publish(this.#socket, { ...message, reply });
    return answer.promise;
  }

  /** Whoever still waits for an answer is told why there is none. */
  destroy(why = new Error("the connection was given up")): void {
    this.#end(why);
  }

  async #greet({ user, password, token, tls, asks, lost }: ConnectRequest): Promise<void> {
    const socket = this.#socket;
    socket.on("data", (bytes: Uint8Array) => {
      const nowMs = performance.now();
      if (nowMs - this.#heardMs > PAUSE_MS) this.#unaskedBytes = 0;
      this.#heardMs = nowMs;
      this.#unaskedBytes += bytes.length;
      if (this.#unaskedBytes > MOST_UNASKED_BYTES) {
        return this.#end(new Error("the server says too much"));
      }
      try {
        for (const message of this.#reader.take(bytes)) this.#take(message);
      } catch (error) {
        this.#end(error as Error);
      }
    });
    socket.on("error", (error) => this.#failed ??= error);
    socket.on("close", () => {
      this.#end(this.#failed ?? new Error("NATS closed the connection"));
      lost();
    });
    const options = {
      verbose: false,
      pedantic: false,
      name: "falcod",
      lang: "falcod",
      version: "1",
      protocol: 1,
      headers: true,
      no_responders: true,
      tls_required: tls.enabled,
      ...user !== "" && { user, pass: password },
      ...token !== "" && { auth_token: token },
    };
    socket.resume();
    // A server that has no room says so unasked: what is written then would hide its words.
    await setImmediate();
    // All at once: what arrives after a refusal resets the connection, and the reason is lost with it.
    const listening = asks ? `SUB ${this.#inbox}.* 1\r\n` : "";
    await this.#flushed(`CONNECT ${JSON.stringify(options)}\r\n${listening}`);
  }

  /** Resolves when the server has answered everything, `first` among it. */
  async #flushed(first = ""): Promise<void> {
    if (this.#failed) throw this.#failed;
    const pong = Promise.withResolvers<void>();
    this.#pongs.push(pong);
    this.#socket.write(`${first}PING\r\n`);
    await pong.promise;
  }

  #take(message: ServerMessage): void {
    switch (message.kind) {
      case "ping":
        this.#socket.write("PONG\r\n");
        break;
      case "pong":
        this.#unaskedBytes = 0;
        this.#pongs.shift()?.resolve();
        break;
      case "error":
        this.#hear(new Complaint(message));
        break;
      case "message": {
        const { subject, reply } = message;
        const waiting = this.#asked.get(subject);
        this.#asked.delete(subject);
        if (waiting) this.#unaskedBytes = 0;
        waiting?.resolve(message);
        if (subject === this.heartbeats && reply !== "") {
          publish(this.#socket, { subject: reply, payload: new Uint8Array() });
        }
        break;
      }
      case "info":
        this.#info = message.info;
        break;
      default:
        message satisfies never;
    }
  }

  /** What is about one publication ends that one: nobody answers it. Anything else ends all. */
  #hear(complaint: Complaint): void {
    const { subject } = complaint;
    if (subject === undefined) return this.#end(complaint);
    if (this.#refused.has(subject)) this.#refused.set(subject, complaint);
    for (const [reply, asked] of this.#asked) {
      if (asked.subject !== subject) continue;
      this.#asked.delete(reply);
      asked.reject(complaint);
    }
  }

  #end(error: Error): void {
    this.#failed ??= error;
    this.#socket.destroy();
    for (const pong of this.#pongs.splice(0)) pong.reject(error);
    for (const waiting of this.#asked.values()) waiting.reject(error);
    this.#asked.clear();
  }
}

/** Of JetStream's, those that a message itself is the reason for: nats-server server/errors.json */
const UNWANTED: ReadonlySet<unknown> = new Set([10054, 10097]);

/** What a stream says that did not keep a message. docs.nats.io/nats-concepts/jetstream/publish */
function refusalOf({ payload }: Answer, subject: string): Error | undefined {
  const { error, stream, seq } = membersIn(new TextDecoder().decode(payload));
  const { code, err_code, description } = membersOf(error);
  if (description === undefined) {
    const isKept = !error && typeof stream === "string" && typeof seq === "number";
    return isKept ? undefined : new Error(`the answer of a stream for "${subject}" cannot be read`);
  }
  const text = `the stream refused a message for "${subject}": ${description}`;
  // Older servers have no numbers of their own; 400 is also what an account has no room for.
  const isUnwanted = err_code === undefined ? code === 400 : UNWANTED.has(err_code);
  return isUnwanted ? new Unwanted(text) : new Error(text);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

interface Greeting {
  readonly info: ServerInfo;
  /** Of what comes behind it. */
  readonly reader: ServerReader;
}

/** The server speaks first, and before any TLS. */
function greetingFrom(socket: Socket): Promise<Greeting> {
  const reader = new ServerReader();
  const { promise, resolve, reject } = Promise.withResolvers<Greeting>();
  const take = (bytes: Uint8Array) => {
    try {
      const messages = reader.take(bytes);
      const [first] = messages;
      if (!first) return;
      socket.off("data", take);
      socket.off("close", closed);
      socket.pause();
      const complaint = messages.find(({ kind }) => kind === "error");
      if (complaint?.kind === "error") reject(new Complaint(complaint));
      else if (first.kind === "info") resolve({ info: first.info, reader });
      else reject(new Error("this is no NATS server"));
    } catch (error) {
      reject(error);
    }
  };
  const closed = () => reject(new Error("NATS closed the connection"));
  socket.on("data", take);
  socket.on("close", closed);
  return promise;
}
