/** What the webhook answers, and why: with the bound that was met, and what to do. */
import { type Body, escapeText, jsonReply, type Refusal, refusal } from "../../../core/mod.ts";
import type { Taken } from "./intake.ts";
import type { ProblemKind } from "./payload.ts";

const AGAIN_S = 1;

/** Answers to what is refused before its body is looked at. */
export const REFUSED = {
  ending: () =>
    refusal({
      status: 503,
      error: "falcod is ending and takes nothing more",
      help: "send it again",
      retryAfterS: AGAIN_S,
    }),
  address: (address: string) =>
    refusal({
      status: 403,
      error: `${address} may not send audit events`,
      help: "add it to allowedSources, init_config of plugin k8saudit",
    }),
  token: () =>
    refusal({
      status: 401,
      error: "the bearer token is missing or wrong",
      help: 'send "Authorization: Bearer …": token of the user in the webhook\'s kubeconfig',
      headers: { "www-authenticate": 'Bearer realm="falcod"' },
    }),
  method: (method: string) =>
    refusal({
      status: 405,
      error: `${method} method not allowed`,
      help: "audit events are posted",
      headers: { allow: "POST" },
    }),
  contentType: () =>
    refusal({
      status: 415,
      error: "wrong Content-Type",
      help: "send application/json",
    }),
  requests: (most: number) =>
    refusal({
      status: 429,
      error: `${most} requests are being answered, and no more at a time`,
      help: "send it again later",
      retryAfterS: AGAIN_S,
    }),
} as const;

export interface BodyBounds {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly maxHeldBytes: number;
}

/** To a body that could not be read. */
export function refusedBody(body: Exclude<Body, { kind: "read" }>, bounds: BodyBounds): Response {
  return refusal(reasonOf(body, bounds));
}

function reasonOf(
  body: Exclude<Body, { kind: "read" }>,
  { maxBytes, timeoutMs, maxHeldBytes }: BodyBounds,
): Refusal {
  switch (body.kind) {
    case "too-large":
      return {
        status: 413,
        error: `an event of the body is larger than the ${maxBytes} bytes allowed`,
        help: "raise webhookMaxBatchSize, init_config of plugin k8saudit, or have the API server " +
          "send less at a time: --audit-webhook-batch-max-size",
      };
    case "timeout":
      return { status: 408, error: `the body did not arrive within ${timeoutMs} ms` };
    case "unknown-encoding":
      return {
        status: 415,
        error: "wrong Content-Encoding",
        help: "send gzip, or leave it out",
        headers: { "accept-encoding": "gzip" },
      };
    case "bad-gzip":
      return { status: 400, error: "the body is said to be gzip and cannot be unpacked" };
    case "no-room":
      return {
        status: 503,
        error: `bodies of ${maxHeldBytes} bytes are waiting, and there is no room for more`,
        help: "send it again later",
        retryAfterS: AGAIN_S,
      };
    case "broken":
      return { status: 400, error: "the body ended early" };
    default:
      return body satisfies never;
  }
}

/** To a body that was read. */
export function answerTo(taken: Taken): Response {
  switch (taken.kind) {
    case "ended":
      return REFUSED.ending();
    case "busy":
      return refusal({
        status: 429,
        error:
          `events of ${taken.waitingBytes} bytes are waiting to be judged, and no more at a time`,
        help: "send it again later",
        retryAfterS: AGAIN_S,
      });
    case "taken": {
      const { events, problems, problemCount } = taken;
      const [first] = problems;
      if (!first) return new Response(null);
      const { kind, detail, help } = problems.find(({ kind }) => kind === "malformed") ?? first;
      const judged = events === 0 ? "" : `; ${events} others of the body were judged`;
      if (kind !== "malformed" && events > 0) {
        // Sending it again would not help, and the others would be judged twice.
        return jsonReply({ events, refused: problemCount, problems: problems.map(shown) });
      }
      return refusal({
        status: STATUS[kind],
        error: `${detail}${judged}`,
        help: help ?? HELP[kind],
      });
    }
    default:
      return taken satisfies never;
  }
}

function shown({ detail, offset }: { readonly detail: string; readonly offset: number }) {
  return { error: detail, offset };
}

const STATUS: Readonly<Record<ProblemKind, number>> = {
  malformed: 400,
  "too-large": 413,
  "too-deep": 413,
  "not-an-event": 400,
};

const HELP: Readonly<Record<ProblemKind, string>> = {
  malformed: "send an EventList, an Event, or an array of these as JSON",
  "too-large": "raise maxEventSize, init_config of plugin k8saudit, or have the API server leave " +
    "objects out: --audit-webhook-truncate-enabled",
  "too-deep": "no object of Kubernetes is as deep; what is less deep in it was judged",
  "not-an-event": "send an EventList, an Event, or an array of these",
};

/** What is shown of a body around a place in it. */
const BEFORE_BYTES = 20, SAMPLE_BYTES = 80;

/** In quotes, and nothing in it that a log or a terminal would act on. */
export function sampleOf(bytes: Uint8Array, offset: number): string {
  const start = Math.max(0, offset - BEFORE_BYTES);
  const text = new TextDecoder().decode(bytes.subarray(start, start + SAMPLE_BYTES));
  return `"${escapeText(text)}"`;
}
