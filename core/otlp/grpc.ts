/**
 * Calls of a collector over gRPC: a request by HTTP/2 with one message, whose answer ends with how it went.
 * github.com/grpc/grpc doc/PROTOCOL-HTTP2.md
 */
import { gunzipSync } from "node:zlib";
import { WireError, WireMessage } from "../base/mod.ts";
import { excerptOf } from "../http/reply.ts";
import { compressed, type HttpAnswer, HttpTarget } from "../http/target.ts";
import type { WriteContext } from "../plugin/plugin.ts";
import { Secret } from "../plugin/secret.ts";
import { SinkError } from "../plugin/sink_error.ts";
import { MOST_ANSWER_BYTES } from "./partial_success.ts";
import type { OtlpSettings } from "./schema.ts";
import type { OtlpSignal } from "./sink.ts";

/** opentelemetry-proto v1.9 collector/…/v1 */
const METHODS: Readonly<Record<OtlpSignal["path"], string>> = {
  "/v1/logs": "logs.v1.LogsService/Export",
  "/v1/traces": "trace.v1.TraceService/Export",
  "/v1/metrics": "metrics.v1.MetricsService/Export",
};
const PORT = "4317";

/** In the order of their numbers: grpc/grpc doc/statuscodes.md */
const STATUSES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;
type Status = typeof STATUSES[number];

const HINTS: Partial<Record<Status, string>> = {
  UNAUTHENTICATED: " (it wants other credentials)",
  PERMISSION_DENIED: " (it does not allow this)",
  UNIMPLEMENTED: " (it knows no such service: is the address right?)",
};

/** What a server says that has a bound and was sent more; each implementation has these words. */
const TOO_LARGE = /message (?:.* )?larger than max|message too large/i;

/** In front of each message: whether it is compressed, and its length. */
const HEAD_BYTES = 5;
export class GrpcCollector {
  readonly #settings: OtlpSettings;
  readonly #target: HttpTarget;
  /** Asked each time: an address may stand in a file. */
  readonly #url: () => Secret;

  constructor(settings: OtlpSettings, { path }: OtlpSignal) {
    this.#settings = settings;
    this.#url = () => methodAt(settings.endpoint, METHODS[path]);
    this.#target = new HttpTarget({ ...settings, compress: false }, {
      url: this.#url,
      headers: { te: "trailers", "grpc-accept-encoding": "identity" },
      isHttp2: true,
      // A status of HTTP is somebody's who knows no gRPC: it says nothing of what was sent.
      judge: (_reply, { message, retryAfterMs }) =>
        new SinkError("unavailable", message, retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }

  /** The message that it is answered with; anything but success is thrown as a `SinkError`. */
  async send(
    message: Uint8Array,
    context?: WriteContext,
  ): Promise<Pick<HttpAnswer, "bytes" | "hide">> {
    const isCompressed = this.#settings.compress === true;
    const answer = await this.#target.send({
      body: framed(isCompressed ? await compressed(message) : message, isCompressed),
      contentType: "application/grpc",
      mostBytes: HEAD_BYTES + MOST_ANSWER_BYTES,
      ...isCompressed && { headers: { "grpc-encoding": "gzip" } },
    }, context);
    const failure = failureOf(answer, new URL(this.#url().reveal()).origin);
    if (failure) throw failure;
    return { bytes: messageIn(answer), hide: answer.hide };
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

function framed(message: Uint8Array, isCompressed: boolean): Uint8Array {
  const frame = new Uint8Array(HEAD_BYTES + message.length);
  frame[0] = Number(isCompressed);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, HEAD_BYTES);
  return frame;
}

/** Servers in Go compress what they answer to what was compressed, whatever is accepted. */
function messageIn({ bytes, headers }: HttpAnswer): Uint8Array {
  const message = bytes.subarray(HEAD_BYTES);
  if (bytes[0] !== 1) return message;
  if (headers["grpc-encoding"] !== "gzip") return new Uint8Array();
  try {
    return gunzipSync(message, { maxOutputLength: MOST_ANSWER_BYTES });
  } catch {
    // All was taken, by its status; what else there is to tell is lost.
    return new Uint8Array();
  }
}

/** A path means nothing to gRPC. Without a port it is that of OTLP, or with TLS that of https. */
function methodAt(endpoint: Secret, method: string): Secret {
  const text = endpoint.reveal().trim();
  const url = URL.parse(text);
  if (!url) return endpoint;
  const hasPort = /^[^/]*\/\/(?:[^/?#]*@)?(?:\[[^\]]*\]|[^/?#:]*):\d/.test(text);
  if (url.protocol === "http:" && !hasPort) url.port = PORT;
  url.pathname = `/opentelemetry.proto.collector.${method}`;
  url.search = "";
  return new Secret({ value: url.href });
}

function failureOf({ headers, trailers, hide }: HttpAnswer, server: string): SinkError | undefined {
  const told = (name: string) => {
    const value = trailers?.[name] ?? headers[name];
    return typeof value === "string" ? value : undefined;
  };
  const number = told("grpc-status");
  if (number === undefined) {
    const message = `${server} answered without a status of gRPC: the answer broke off, or is none`;
    return new SinkError("unavailable", message, { unclear: Infinity });
  }
  const status = (/^\d+$/.test(number) ? STATUSES[Number(number)] : undefined) ?? "UNKNOWN";
  if (status === "OK") return undefined;
  const reason = hide(decoded(told("grpc-message") ?? ""));
  const excerpt = reason === "" ? "" : `: ${excerptOf(reason)}`;
  const message = `${server} answered ${status}${HINTS[status] ?? ""}${excerpt}`;
  const isTooLarge = status === "RESOURCE_EXHAUSTED" && TOO_LARGE.test(reason);
  if (status === "INVALID_ARGUMENT" || isTooLarge) return new SinkError("rejected", message);
  const retryAfterMs = retryAfterMsIn(told("grpc-status-details-bin"));
  return new SinkError("unavailable", message, retryAfterMs === undefined ? {} : { retryAfterMs });
}

function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

/** `RetryInfo` among the details: googleapis google/rpc/status.proto, error_details.proto */
function retryAfterMsIn(details: string | undefined): number | undefined {
  if (details === undefined) return undefined;
  try {
    const any = new WireMessage(Uint8Array.fromBase64(details.replace(/=+$/, ""))).messages(3)
      .find((detail) => detail.text(1).endsWith("/google.rpc.RetryInfo"));
    const delay = any && new WireMessage(any.bytes(2)).message(1);
    return delay && Number(delay.integer(1)) * 1000 + Number(delay.integer(2)) / 1e6;
  } catch (error) {
    // It failed, and says so; when to come back it says in a language of its own.
    if (error instanceof WireError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
