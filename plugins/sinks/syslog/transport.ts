/** Ways to a syslog daemon. Each rejects with a `SinkError`, and connects again after that. */
import { Buffer } from "node:buffer";
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { setTimeout } from "node:timers/promises";
import {
  afterAccepted,
  failure,
  type HostAndPort,
  Link,
  OneWayLink,
  SinkError,
  type TlsSettings,
} from "../../../core/mod.ts";
import { SocketError, UnixDatagram } from "../../../ffi/mod.ts";
import { cutMessage } from "./message.ts";
import { noTls } from "./schema.ts";

export type Message = Uint8Array<ArrayBuffer>;

export interface Transport {
  send(messages: readonly Message[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5000;
const TRY_AGAIN_MS = 5;
/** Every kernel takes datagrams of this size: net.core.wmem_default is never less. */
const SMALL_BYTES = 1024;

/** A datagram each, which the daemon takes as it is; or a stream, where the socket is one. */
export class LocalTransport implements Transport {
  #socket: UnixDatagram | undefined;
  /** The socket turned out to be one of streams. */
  #stream: StreamTransport | undefined;

  constructor(readonly path: string) {}

  async send(messages: readonly Message[], signal: AbortSignal): Promise<void> {
    for (const [accepted, message] of messages.entries()) {
      try {
        if (this.#stream) return await this.#stream.send(messages.slice(accepted), signal);
        await this.#sendOne(message, signal);
      } catch (error) {
        this.#drop();
        if (error instanceof SocketError && error.code === "other-type") {
          this.#stream = new StreamTransport({ path: this.path }, { end: NUL });
          return await this.#stream.send(messages.slice(accepted), signal);
        }
        throw afterAccepted(this.#failure(error, signal), accepted);
      }
    }
  }

  async close(): Promise<void> {
    this.#drop();
    await this.#stream?.close();
  }

  /** Waits while the daemon is behind, and goes over to a new one at once. */
  async #sendOne(message: Message, signal: AbortSignal): Promise<void> {
    let isNew = this.#socket === undefined;
    for (let rest = message;;) {
      this.#socket ??= UnixDatagram.connect(this.path);
      try {
        return this.#socket.send(rest);
      } catch (error) {
        const code = error instanceof SocketError ? error.code : undefined;
        if (code === "full") {
          await setTimeout(TRY_AGAIN_MS, undefined, { signal });
        } else if (code === "too-long" && rest.length > SMALL_BYTES) {
          rest = cutMessage(rest, Math.floor(rest.length / 2));
        } else if (code === "gone" && !isNew) {
          this.#drop();
          isNew = true;
        } else throw error;
      }
    }
  }

  #failure(error: unknown, signal: AbortSignal): SinkError {
    const why = signal.aborted ? "the syslog daemon is behind" : reasonOf(error);
    return failure(new Error(why), { doing: `Cannot write to ${this.path}` });
  }

  #drop(): void {
    this.#socket?.[Symbol.dispose]();
    this.#socket = undefined;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  missing: "there is no such socket; a syslog daemon makes it",
  gone: "no syslog daemon listens there",
};

function reasonOf(error: unknown): string {
  const known = error instanceof SocketError && REASONS[error.code];
  return known || (error instanceof Error ? error.message : String(error));
}

/** Nobody answers: what does not arrive is lost, and the kernel may not even say so. RFC 5426 */
export class UdpTransport implements Transport {
  readonly #link: Link<{ readonly socket: DatagramSocket; readonly address: string }>;

  constructor(readonly to: HostAndPort) {
    this.#link = new Link({
      peer: `syslog at ${to.host}:${to.port}`,
      open: async (lost) => {
        const { address, family } = await lookup(to.host);
        const socket = createSocket(family === 6 ? "udp6" : "udp4");
        socket.on("error", lost);
        socket.unref();
        return { socket, address };
      },
      shut: ({ socket }) => socket.close(),
    });
  }

  async send(messages: readonly Message[], signal: AbortSignal): Promise<void> {
    let accepted = 0;
    try {
      await this.#link.use(async ({ socket, address }) => {
        for (const message of messages) {
          await new Promise<void>((resolve, reject) => {
            socket.send(
              message,
              this.to.port,
              address,
              (error) => error ? reject(error) : resolve(),
            );
          });
          accepted++;
        }
      }, signal);
    } catch (error) {
      throw error instanceof SinkError ? afterAccepted(error, accepted) : error;
    }
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

/** What stands around each message of a stream. */
export type Framing = { readonly end: Uint8Array } | "octets";

const NUL = new Uint8Array([0]);
export const NEWLINE = new Uint8Array([0x0a]);

/** TCP, TLS or a local stream. RFC 6587, RFC 5425 */
export class StreamTransport implements Transport {
  readonly #link: OneWayLink;
  readonly #framing: Framing;

  constructor(
    to: HostAndPort | { readonly path: string },
    framing: Framing,
    tls: TlsSettings = noTls(),
  ) {
    const isLocal = "path" in to;
    const wanted = tls.enabled
      ? "another certificate? (tls.client_certificate)"
      : "TLS? (tls.enabled)";
    this.#framing = framing;
    this.#link = new OneWayLink({
      peer: `syslog at ${isLocal ? to.path : `${to.host}:${to.port}`}`,
      to,
      tls,
      timeoutMs: CONNECT_TIMEOUT_MS,
      ...!isLocal && { hint: `does the server want ${wanted}` },
    });
  }

  send(messages: readonly Message[], signal: AbortSignal): Promise<void> {
    return this.#link.send(framed(messages, this.#framing), signal);
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

function framed(messages: readonly Message[], framing: Framing): Uint8Array {
  return Buffer.concat(
    messages.flatMap((message) =>
      framing === "octets" ? [Buffer.from(`${message.length} `), message] : [message, framing.end]
    ),
  );
}
