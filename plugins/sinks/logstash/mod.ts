/**
 * Alerts as lines of JSON over TCP, for Logstash, which acknowledges nothing. Inputs for Beats have read
 * a batch by the time they throw it away, and end in good order: that is not seen as a failure.
 */
import {
  type Alert,
  alertDocument,
  type FormattedAlert,
  hostAndPort,
  jsonText,
  OneWayLink,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type LogstashConfig, PORT, schema } from "./schema.ts";

const CONNECT_TIMEOUT_MS = 5000;

class LogstashSink implements Sink {
  readonly #config: LogstashConfig;
  readonly #link: OneWayLink;

  constructor(config: LogstashConfig) {
    const { address, tls } = config;
    this.#config = config;
    this.#link = new OneWayLink({
      peer: `Logstash at ${address}`,
      to: hostAndPort(address, PORT)!,
      tls,
      timeoutMs: CONNECT_TIMEOUT_MS,
      hint: `is it an input of the type tcp, and ${kindOf(config)}`,
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    const lines = batch.map(({ alert }) => `${logstashLine(alert, this.#config)}\n`).join("");
    try {
      await this.#link.send(lines, context?.signal);
    } catch (error) {
      context?.observe?.({ kind: "message", sent: lines, isUnsent: true });
      throw error;
    }
    context?.observe?.({ kind: "message", sent: lines });
  }

  close(): Promise<void> {
    return this.#link.close();
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

const plugin: SinkPlugin<LogstashConfig> = {
  kind: "sink",
  name: "logstash",
  summary: "Logstash, as lines of JSON over TCP",
  schema,
  create: (config) => new LogstashSink(config),
};
export default plugin;
