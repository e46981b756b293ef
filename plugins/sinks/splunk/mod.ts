/** Alerts as events of Splunk, through its HTTP Event Collector. */
import {
  type FormattedAlert,
  HttpTarget,
  jsonText,
  Secret,
  sendTogether,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { ackIdIn, isIndexed, judgeReply, splunkEvent } from "./collector.ts";
import { schema, type SplunkConfig } from "./schema.ts";

const EVENTS_PATH = "/services/collector/event";
/** Between questions whether something is indexed, which takes some seconds. */
const ASK_MS = { first: 250, most: 4000 };

class SplunkSink implements Sink {
  readonly #target: HttpTarget;
  /** Of acknowledgments: those of another client are none of ours. */
  readonly #channel = crypto.randomUUID();
  readonly #closing = new AbortController();

  constructor(readonly config: SplunkConfig) {
    this.#target = new HttpTarget(config, { url: () => this.#at("event"), judge: judgeReply });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, (some) => this.#send(some, context), context);
  }

  close(): Promise<void> {
    this.#closing.abort(new SinkError("unavailable", "The sink was closed before it was indexed"));
    return this.#target.close();
  }

  async #send(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const lines = batch.map(({ alert }) => jsonText(splunkEvent(alert, this.config)));
    const { body } = await this.#target.send({
      body: lines.join("\n"),
      headers: this.#headers(),
    }, context);
    if (!this.config.ack) return;
    const ackId = ackIdIn(body);
    if (ackId === undefined) {
      throw new SinkError(
        "unavailable",
        "Splunk does not say by which number to ask: is acknowledgment enabled for the token?",
        { unclear: Infinity },
      );
    }
    try {
      await this.#untilIndexed(ackId, context);
    } catch (error) {
      // Splunk has taken them: whatever goes wrong with the question says nothing against an alert.
      throw error instanceof SinkError ? afterTaken(error) : error;
    }
  }

  async #untilIndexed(ackId: number, context?: WriteContext): Promise<void> {
    const ends = performance.now() + this.config.ack_timeout;
    for (let pause = ASK_MS.first;; pause = Math.min(2 * pause, ASK_MS.most)) {
      const { body } = await this.#target.send({
        url: this.#at("ack"),
        body: jsonText({ acks: [ackId] }),
        headers: this.#headers(),
      }, context);
      if (isIndexed(body, ackId)) return;
      if (performance.now() + pause > ends) {
        const waited = `${this.config.ack_timeout / 1000} s`;
        throw new SinkError("unavailable", `Splunk has not indexed the alerts within ${waited}`);
      }
      await pauseUnlessAborted(pause, [this.#closing.signal, context?.signal]);
    }
  }

  #headers(): Readonly<Record<string, string | Secret>> {
    return {
      authorization: new Secret({ value: `Splunk ${this.config.token.reveal()}` }),
      ...this.config.ack && { "x-splunk-request-channel": this.#channel },
    };
  }

  #at(what: "event" | "ack"): Secret {
    const given = this.config.host.reveal().trim();
    const url = URL.parse(given);
    // Whoever sends has something to say of an address that is none.
    if (!url) return new Secret({ value: given });
    if (url.pathname === "/") url.pathname = EVENTS_PATH;
    if (what === "ack") url.pathname = url.pathname.replace(/\/[^/]*\/*$/, "/ack");
    return new Secret({ value: url.href });
  }
}

function afterTaken({ message, retryAfterMs }: SinkError): SinkError {
  return new SinkError("unavailable", message, {
    unclear: Infinity,
    ...retryAfterMs !== undefined && { retryAfterMs },
  });
}

function pauseUnlessAborted(
  ms: number,
  signals: readonly (AbortSignal | undefined)[],
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const signal = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  const abort = () => {
    clearTimeout(timer);
    reject(signal.reason);
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return promise;
}

const plugin: SinkPlugin<SplunkConfig> = {
  kind: "sink",
  name: "splunk",
  summary: "Splunk, through its HTTP Event Collector",
  schema,
  create: (config) => new SplunkSink(config),
  batchSize: 100,
};
export default plugin;
