/** Requests to a collector. */
import { sendTogether } from "../http/each.ts";
import { HttpTarget } from "../http/target.ts";
import type { Alert } from "../alert/mod.ts";
import type { FormattedAlert, Sink, WriteContext } from "../plugin/plugin.ts";
import { Secret } from "../plugin/secret.ts";
import { GrpcCollector } from "./grpc.ts";
import {
  jsonPartialSuccess,
  lossOf,
  MOST_ANSWER_BYTES,
  protobufPartialSuccess,
} from "./partial_success.ts";
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

/** What a collector says that it did not take, as far as it says so. */
interface Taken {
  readonly partial: ReturnType<typeof protobufPartialSuccess>;
  readonly hide: (text: string) => string;
}

const READ = { mostBytes: MOST_ANSWER_BYTES };

export class OtlpTarget {
  readonly #send: (request: OtlpBodies, context?: WriteContext) => Promise<Taken>;
  readonly #target: HttpTarget | GrpcCollector;

  constructor(settings: OtlpSettings, signal: OtlpSignal) {
    if (settings.protocol === "grpc") {
      const collector = this.#target = new GrpcCollector(settings, signal);
      this.#send = async (request, context) => {
        const { bytes, hide } = await collector.send(request.protobuf(), context);
        return { partial: protobufPartialSuccess(bytes), hide };
      };
      return;
    }
    const target = this.#target = new HttpTarget(settings, {
      url: () => addressOf(settings.endpoint, signal.path),
    });
    this.#send = settings.protocol === "http/json"
      ? async (request, context) => {
        const asked = { ...READ, body: request.json(), contentType: "application/json" };
        const { body, hide } = await target.send(asked, context);
        return { partial: jsonPartialSuccess(body, signal.rejected), hide };
      }
      : async (request, context) => {
        const asked = { ...READ, body: request.protobuf(), contentType: "application/x-protobuf" };
        const { bytes, hide } = await target.send(asked, context);
        return { partial: protobufPartialSuccess(bytes), hide };
      };
  }

  /** `count`: how many things are in it. Throws a `SinkError`, also where only some were not taken. */
  async send(request: OtlpBodies, count: number, context?: WriteContext): Promise<void> {
    const { partial, hide } = await this.#send(request, context);
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
