/** Alerts to syslog: Falco's `syslog_output`, and daemons of other machines. */
import { statSync } from "node:fs";
import {
  type FormattedAlert,
  hostAndPort,
  type Logger,
  type Sink,
  type SinkContext,
  type SinkPlugin,
  socketFaults,
  type WriteContext,
} from "../../../core/mod.ts";
import { cefLine } from "./cef.ts";
import { cutMessage, messageOf, type MessageSettings } from "./message.ts";
import { FACILITIES, PORT, schema, type SyslogConfig } from "./schema.ts";
import {
  LocalTransport,
  NEWLINE,
  StreamTransport,
  type Transport,
  UdpTransport,
} from "./transport.ts";

const NEVER = new AbortController().signal;
/** What a datagram holds: 65 535 less the heads of IPv6 and UDP. */
const UDP_BYTES = 65_487;

export class SyslogSink implements Sink {
  readonly #transport: Transport;
  readonly #settings: MessageSettings;
  readonly #maxBytes: number;
  readonly #log: Logger | undefined;
  #isCutTold = false;

  constructor(readonly config: SyslogConfig, { log }: Partial<SinkContext> = {}) {
    const { facility, message_format: format, tag, max_length } = config;
    const isRemote = !config.address.startsWith("/");
    this.#settings = { facility: FACILITIES[facility], format, tag, isRemote };
    this.#maxBytes = isRemote && config.protocol === "udp"
      ? Math.min(max_length, UDP_BYTES)
      : max_length;
    this.#transport = transportOf(config);
    this.#log = log;
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    const now = new Date();
    const messages = batch.map((formatted) => {
      const { alert } = formatted;
      const given = this.config.content === "cef" ? { alert, line: cefLine(alert) } : formatted;
      return this.#cut(messageOf(given, this.#settings, now));
    });
    const tell = (how: { readonly isUnsent?: boolean; readonly unconfirmed?: string }) => {
      for (const message of context?.observe ? messages : []) {
        context?.observe?.({ kind: "message", sent: new TextDecoder().decode(message), ...how });
      }
    };
    try {
      await this.#transport.send(messages, context?.signal ?? NEVER);
    } catch (error) {
      tell({ isUnsent: true });
      throw error;
    }
    const { address, protocol } = this.config;
    tell(!address.startsWith("/") && protocol === "udp" ? { unconfirmed: "UDP" } : {});
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  /** A machine without syslog, as most containers are, has no socket; Falco says nothing of it at all. */
  missing(): string | undefined {
    const { address } = this.config;
    if (!address.startsWith("/") || !isAbsent(address)) return undefined;
    return `there is no ${address}, so no syslog daemon`;
  }

  #cut(message: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const cut = cutMessage(message, this.#maxBytes);
    if (cut !== message && !this.#isCutTold) {
      this.#isCutTold = true;
      this.#log?.warning(
        `A syslog message of ${message.length} bytes was cut to ${this.#maxBytes} (max_length), ` +
          "and others will be",
      );
    }
    return cut;
  }
}

/** Where nobody may look, somebody may be: what is wrong there shows when something is written. */
function isAbsent(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ENOENT" || code === "ENOTDIR";
  }
}

function transportOf({ address, protocol, tls, framing }: SyslogConfig): Transport {
  if (address.startsWith("/")) return new LocalTransport(address);
  const to = hostAndPort(address, PORT)!;
  if (protocol === "udp") return new UdpTransport(to);
  return new StreamTransport(to, framing === "octets" ? "octets" : { end: NEWLINE }, tls);
}

const plugin: SinkPlugin<SyslogConfig> = {
  kind: "sink",
  name: "syslog",
  summary: "The local syslog daemon, or another machine's over UDP, TCP or TLS",
  schema,
  create: (config, context) => new SyslogSink(config, context),
  check: ({ address }) => Promise.resolve(socketFaults(address, ["address"])),
};
export default plugin;
