/** Requests to a collector. */
import { sendTogether } from "../http/each.ts";
import { HttpTarget } from "../http/target.ts";
import type { Alert } from "../alert/mod.ts";
import type { FormattedAlert, Sink, WriteContext } from "../plugin/plugin.ts";
import { Secret } from "../plugin/secret.ts";
import { jsonPartialSuccess, lossOf, protobufPartialSuccess } from "./partial_success.ts";
import type { OtlpSettings } from "./schema.ts";

/** Where a kind of data goes, and how JSON names the count of what was not taken of it. */
export interface OtlpSignal {
  readonly path: "/v1/logs" | "/v1/traces" | "/v1/metrics";
  readonly rejected: "rejectedLogRecords" | "rejectedSpans" | "rejectedDataPoints";
}

/** The same request in both languages. */
export interface OtlpBodies {
  json(): string;
  protobuf(): Uint8Array;
}

export class OtlpTarget {
  readonly #settings: OtlpSettings;
  readonly #signal: OtlpSignal;
  readonly #target: HttpTarget;

  constructor(settings: OtlpSettings, signal: OtlpSignal) {
    this.#settings = settings;
    this.#signal = signal;
    this.#target = new HttpTarget(settings, {
      url: () => addressOf(settings.endpoint, signal.path),
    });
  }

  /** `count`: how many things are in it. Throws a `SinkError`, also where only some were not taken. */
  async send(request: OtlpBodies, count: number, context?: WriteContext): Promise<void> {
    const isJson = this.#settings.protocol === "http/json";
    const { body, bytes, hide } = await this.#target.send(
      isJson
        ? { body: request.json(), contentType: "application/json" }
        : { body: request.protobuf(), contentType: "application/x-protobuf" },
      context,
    );
    const partial = isJson
      ? jsonPartialSuccess(body, this.#signal.rejected)
      : protobufPartialSuccess(bytes);
    const loss = lossOf(partial && { ...partial, reason: hide(partial.reason) }, count);
    if (loss) throw loss;
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

/** A sink that makes something of each alert. */
export class OtlpSink implements Sink {
  readonly #target: OtlpTarget;
  readonly #requestOf: (alerts: readonly Alert[]) => OtlpBodies | Promise<OtlpBodies>;

  constructor(
    settings: OtlpSettings,
    signal: OtlpSignal,
    requestOf: (alerts: readonly Alert[]) => OtlpBodies | Promise<OtlpBodies>,
  ) {
    this.#target = new OtlpTarget(settings, signal);
    this.#requestOf = requestOf;
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, async (some) => {
      const request = await this.#requestOf(some.map(({ alert }) => alert));
      await this.#target.send(request, some.length, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

function addressOf(endpoint: Secret, path: OtlpSignal["path"]): Secret {
  const url = URL.parse(endpoint.reveal().trim());
  if (url?.pathname !== "/") return endpoint;
  url.pathname = path;
  return new Secret({ value: url.href });
}
