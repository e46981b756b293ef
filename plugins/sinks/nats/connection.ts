/** A connection to NATS that publishes, and knows what the server has. */
import type { Socket } from "node:net";
import {
  type HostAndPort,
  introduced,
  openSocket,
  secureSocket,
  SinkError,
  type TlsSettings,
} from "../../../core/mod.ts";
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
  readonly lost: () => void;
}

export interface Message {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** The same each time this is sent. */
  readonly id: string;
}

export type Answer = Extract<ServerMessage, { kind: "message" }>;

/** Whether that is but the server's word that nobody listens. */
export function isUnheard({ status }: Answer): boolean {
  return / 503\b/.test(status);
}

export class NatsConnection {
  readonly #socket: Socket;
  readonly #inbox = `_INBOX.falcod.${crypto.randomUUID()}`;
  /** Where others may ask whether there still is somebody: they get an answer. */
  readonly heartbeats = `${this.#inbox}.heartbeats`;
  readonly #pongs: PromiseWithResolvers<void>[] = [];
  readonly #asked = new Map<string, PromiseWithResolvers<Answer>>();
  #count = 0;
  #failed: Error | undefined;
  /** What the server did not like since somebody asked. */
  #complaint: string | undefined;

  private constructor(socket: Socket, readonly info: ServerInfo) {
    this.#socket = socket;
  }

  static async open(request: ConnectRequest): Promise<NatsConnection> {
    const { to, tls, timeoutMs } = request;
    const plain = await openSocket({ to, tls: { ...tls, enabled: false }, timeoutMs });
    const greet = async () => {
      const info = await infoFrom(plain);
      if (info.tls_required && !tls.enabled) throw new Error("the server wants TLS: tls.enabled");
      const socket = tls.enabled ? await secureSocket(plain, { to, tls, timeoutMs }) : plain;
      const connection = new NatsConnection(socket, info);
      await connection.#greet(request);
      return connection;
    };
    return await introduced(plain, { timeoutMs, greet });
  }

  /** Resolves when the server has all of them. */
  async publish(messages: readonly Message[]): Promise<void> {
    this.#complaint = undefined;
    for (const { subject, payload } of messages) publish(this.#socket, { subject, payload });
    await this.#flushed();
    if (this.#complaint !== undefined) throw new Error(this.#complaint);
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
    this.#asked.set(reply, answer);
    this.#send({ ...message, reply });
    return answer.promise;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #send(publication: Publication): void {
    if (this.#failed) throw this.#failed;
    publish(this.#socket, publication);
  }

  async #greet({ user, password, token, tls, lost }: ConnectRequest): Promise<void> {
    const socket = this.#socket;
    const reader = new ServerReader();
    socket.on("data", (bytes: Uint8Array) => {
      try {
        for (const message of reader.take(bytes)) this.#take(message);
      } catch (error) {
        this.#end(error as Error);
      }
    });
    socket.on("error", (error) => this.#failed ??= error);
    socket.on("close", () => {
      const why = this.#complaint === undefined ? this.#failed : new Error(this.#complaint);
      this.#end(why ?? new Error("NATS closed the connection"));
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
    // All at once: what arrives after a refusal resets the connection, and the reason is lost with it.
    await this.#flushed(`CONNECT ${JSON.stringify(options)}\r\nSUB ${this.#inbox}.* 1\r\n`);
    if (this.#complaint !== undefined) throw new Error(this.#complaint);
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
        this.#pongs.shift()?.resolve();
        break;
      case "error":
        this.#complaint ??= message.text;
        break;
      case "message": {
        const { subject, reply } = message;
        const waiting = this.#asked.get(subject);
        this.#asked.delete(subject);
        waiting?.resolve(message);
        if (subject === this.heartbeats && reply !== "") {
          publish(this.#socket, { subject: reply, payload: new Uint8Array() });
        }
        break;
      }
      case "info":
        break;
      default:
        message satisfies never;
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

/** What a stream that did not keep a message says. docs.nats.io/nats-concepts/jetstream/publish */
function refusalOf({ payload }: Answer, subject: string): Error | undefined {
  type Failure = { readonly code?: unknown; readonly description?: unknown };
  let answer: { readonly error?: Failure } | null;
  try {
    answer = JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return new Error(`the answer of a stream for "${subject}" cannot be read`);
  }
  if (!answer?.error) return undefined;
  const { code, description } = answer.error;
  const text = `the stream refused a message for "${subject}": ${
    String(description).slice(0, 200)
  }`;
  return code === 400 ? new SinkError("rejected", text) : new Error(text);
}

/** The server speaks first, and before any TLS. */
function infoFrom(socket: Socket): Promise<ServerInfo> {
  const reader = new ServerReader();
  const { promise, resolve, reject } = Promise.withResolvers<ServerInfo>();
  const take = (bytes: Uint8Array) => {
    try {
      for (const message of reader.take(bytes)) {
        if (message.kind === "info") resolve(message.info);
        else reject(new Error("this is no NATS server"));
        socket.off("data", take);
        socket.off("close", closed);
        socket.pause();
        return;
      }
    } catch (error) {
      reject(error);
    }
  };
  const closed = () => reject(new Error("NATS closed the connection"));
  socket.on("data", take);
  socket.on("close", closed);
  return promise;
}
