/**
 * Alerts as lines of JSON over TCP, for Logstash. Nobody acknowledges: what stands in buffers when a
 * connection breaks is lost, and the batch during which that shows is sent again as a whole. Where the
 * other end is no such input, it says so by ending the connection: after its first batch that is waited
 * for, or all alerts would be lost, each on a connection of its own. Inputs for Beats have read by then
 * what they throw away, and end in good order: nothing tells them from who reads a batch and is done.
 */
import type { Socket } from "node:net";
import {
  type Alert,
  alertDocument,
  type FormattedAlert,
  hostAndPort,
  jsonText,
  Link,
  openSocket,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type LogstashConfig, PORT, schema } from "./schema.ts";

const CONNECT_TIMEOUT_MS = 5000;
/** Inputs for Beats and such with TLS look at the first bytes and are done with them. */
const PROOF_MS = 250;

class LogstashSink implements Sink {
  readonly #config: LogstashConfig;
  readonly #link: Link<Socket>;
  /** Connections that have stayed open after their first batch. */
  readonly #proven = new WeakSet<Socket>();

  constructor(config: LogstashConfig) {
    this.#config = config;
    this.#link = new Link<Socket>({
      peer: `Logstash at ${config.address}`,
      open: (lost) => connect(config, lost),
      shut: (socket) => socket.end(),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    const lines = batch.map(({ alert }) => `${logstashLine(alert, this.#config)}\n`).join("");
    try {
      await this.#link.use((socket) => this.#send(socket, lines), context?.signal);
    } catch (error) {
      context?.observe?.({ kind: "message", sent: lines, isUnsent: true });
      throw error;
    }
    context?.observe?.({ kind: "message", sent: lines });
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #send(socket: Socket, lines: string): Promise<void> {
    if (this.#proven.has(socket)) return await sent(socket, lines);
    try {
      await sent(socket, lines, PROOF_MS);
    } catch (error) {
      throw new Error(
        `the connection was closed after the first alerts${wordsOf(error)}: ` +
          `is it an input of the type tcp, and ${kindOf(this.#config)}`,
      );
    }
    this.#proven.add(socket);
  }
}

function kindOf({ tls }: LogstashConfig): string {
  if (!tls.enabled) return "one without TLS? (tls.enabled)";
  if (tls.client_certificate !== "") return "one with TLS that takes this certificate?";
  return "one with TLS that wants no certificate? (tls.client_certificate)";
}

/** Logstash takes brackets in names for paths: `proc.aname[2]` is proc.aname.2. */
export function logstashLine(alert: Alert, { tags }: Pick<LogstashConfig, "tags">): string {
  const fields = [...alert.fields].map(([name, value]) => [withoutBrackets(name), value] as const);
  return jsonText(
    alertDocument({ ...alert, fields: new Map(fields), tags: [...alert.tags, ...tags] }),
  );
}

/** A pattern would look from each bracket to the end of a name that has but opening ones. */
function withoutBrackets(name: string): string {
  const parts: string[] = [];
  let done = 0;
  for (;;) {
    const open = name.indexOf("[", done);
    const close = open < 0 ? -1 : name.indexOf("]", open);
    if (close < 0) return parts.length === 0 ? name : parts.join("") + name.slice(done);
    parts.push(name.slice(done, open), ".", name.slice(open + 1, close));
    done = close + 1;
  }
}

async function connect({ address, tls }: LogstashConfig, lost: () => void): Promise<Socket> {
  const to = hostAndPort(address, PORT)!;
  const socket = await openSocket({ to, tls, timeoutMs: CONNECT_TIMEOUT_MS });
  socket.on("close", lost);
  socket.on("end", lost);
  // The other end has nothing to say, and its going away is only seen by whoever reads.
  socket.resume();
  return socket;
}

const CLOSED = "the connection was closed";

/** What was said when a connection ended: by TLS 1.3, whom a server does not want is told by then only. */
function wordsOf(error: unknown): string {
  return error instanceof Error && error.message !== CLOSED ? ` (${error.message})` : "";
}

/** `stayMs`: how long the connection has to stay open afterwards. */
async function sent(socket: Socket, text: string, stayMs = 0): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const broken = (why: unknown) => reject(why instanceof Error ? why : new Error(CLOSED));
  const ends = ["end", "close", "error"] as const;
  for (const end of ends) socket.once(end, broken);
  if (socket.destroyed) broken(undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  socket.write(text, (error) => {
    if (error) reject(error);
    else if (stayMs === 0) resolve();
    else timer = setTimeout(resolve, stayMs);
  });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    for (const end of ends) socket.off(end, broken);
  }
}

const plugin: SinkPlugin<LogstashConfig> = {
  kind: "sink",
  name: "logstash",
  summary: "Logstash, as lines of JSON over TCP",
  schema,
  create: (config) => new LogstashSink(config),
};
export default plugin;
