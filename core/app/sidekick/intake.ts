/** Alerts that come by HTTP, and the questions falcosidekick answers. */
import type { Alert } from "../../alert/mod.ts";
import { andMore, Seldom } from "../../base/mod.ts";
import type { Logger } from "../../plugin/mod.ts";
import {
  type Body,
  type BodyPlace,
  BodyRoom,
  type Endpoint,
  type Refusal,
  refusal,
  type WebClient,
} from "../../web/mod.ts";
import { readOnly } from "../web/read_only.ts";
import { testAlert } from "../sink_trial/alert.ts";
import { readPayload } from "./payload.ts";

export interface IntakeLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  /** Of bodies that are being read; those that come slowest make room for others. */
  readonly maxHeldBytes: number;
  /** Requests at a time; in the same way. */
  readonly maxRequests: number;
}

export interface IntakeOptions {
  /** Sends an alert on its way. */
  readonly take: (alert: Alert) => void;
  readonly rejected: () => void;
  readonly log: Logger;
  /** Aborts when no more is taken. */
  readonly signal: AbortSignal;
  readonly limits?: Partial<IntakeLimits>;
}

const STANDARD: IntakeLimits = {
  maxBodyBytes: 8 << 20,
  bodyTimeoutMs: 60_000,
  maxHeldBytes: 64 << 20,
  maxRequests: 256,
};
const TELL_EVERY_MS = 30_000;

export class Intake {
  readonly #options: IntakeOptions;
  readonly #limits: IntakeLimits;
  readonly #problems = new Seldom(TELL_EVERY_MS);
  readonly #room: BodyRoom;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#limits = { ...STANDARD, ...options.limits };
    const { maxRequests: maxBodies, maxHeldBytes: maxBytes } = this.#limits;
    this.#room = new BodyRoom({ maxBodies, maxBytes });
  }

  /** `POST /`, `POST /test` and `GET /ping`. */
  endpoints(): readonly Endpoint[] {
    return [
      { path: "/", handle: (request, client) => this.#guarded(request, client, this.#read) },
      { path: "/test", handle: (request, client) => this.#guarded(request, client, sentTest) },
      readOnly("/ping", () => new Response("pong\n")),
    ];
  }

  async #guarded(
    request: Request,
    client: WebClient,
    alertOf: (
      request: Request,
      client: WebClient,
      place: BodyPlace,
    ) => Alert | Promise<Alert | Response>,
  ): Promise<Response> {
    const { method } = request;
    if (method !== "POST") {
      this.#options.rejected();
      // Falcosidekick's answer, where 405 would be the better one.
      return refusal({ status: 400, error: `${method} is not possible here`, help: "use POST" });
    }
    if (this.#options.signal.aborted) return this.#tooMuch(client, "falcod is stopping");
    const place = this.#room.take();
    if (!place) {
      return this.#tooMuch(client, `${this.#limits.maxRequests} requests are under way`);
    }
    try {
      const alert = await alertOf.call(this, request, client, place);
      if (alert instanceof Response) return alert;
      this.#options.take(alert);
      return new Response(null);
    } finally {
      place.leave();
    }
  }

  async #read(
    request: Request,
    client: WebClient,
    place: BodyPlace,
  ): Promise<Alert | Response> {
    const { maxBodyBytes: maxBytes, bodyTimeoutMs: timeoutMs } = this.#limits;
    const body = await place.read(request, { maxBytes, timeoutMs });
    if (body.kind === "no-room") return this.#tooMuch(client, "other bodies take up all the room");
    if (body.kind !== "read") return this.#refuse(client, badBody(body, maxBytes));
    const payload = readPayload(body.bytes);
    if ("alert" in payload) return payload.alert;
    return this.#refuse(client, {
      status: 400,
      error: payload.refused,
      help: "alerts are JSON as Falco posts it with json_output: true",
    });
  }

  #tooMuch(client: WebClient, error: string): Response {
    return this.#refuse(client, { status: 503, error, help: "try again later", retryAfterS: 1 });
  }

  #refuse({ address }: WebClient, why: Refusal): Response {
    this.#options.rejected();
    this.#problems.say((more) =>
      this.#options.log.warning(
        `a request from ${address} was refused: ${why.error}${andMore(more)}`,
      )
    );
    return refusal(why);
  }
}

function badBody({ kind }: Exclude<Body, { readonly kind: "read" }>, maxBytes: number): Refusal {
  switch (kind) {
    case "too-large":
      return { status: 413, error: `the body has more than ${maxBytes} bytes` };
    case "timeout":
      return { status: 408, error: "the body took too long" };
    case "unknown-encoding":
      return { status: 415, error: "the body is packed, and not with gzip" };
    default:
      return { status: 400, error: "the body broke off" };
  }
}

function sentTest(): Alert {
  const text = "This is a test alert, sent by POST /test";
  return testAlert({ text, priority: "Debug", hostname: Deno.hostname() });
}
