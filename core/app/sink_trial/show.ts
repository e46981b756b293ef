/** A trial for people and for programs; what is secret is not in it. */
import { escapeUnprintable } from "../../alert/mod.ts";
import type { Exchange } from "../../plugin/mod.ts";
import type { WiredSink } from "../config/outputs.ts";
import { hintsFor } from "./hints.ts";
import type { SecretMask } from "./mask.ts";
import type { Trial } from "./trial.ts";

export interface ShownExchange {
  readonly request?: {
    readonly method: string;
    readonly address: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly place?: string;
  readonly sent: string;
  readonly reply?: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string;
    readonly ms?: number;
  };
}

export interface ShownTrial {
  readonly sink: string;
  readonly type: string;
  readonly taken: boolean;
  /** By what it went, where nobody can know whether it was taken: "UDP". */
  readonly unconfirmed?: string;
  readonly ms: number;
  readonly exchanges: readonly ShownExchange[];
  readonly error?: string;
  readonly hints: readonly string[];
  readonly notes: readonly string[];
}

const TO_BE_SENT = "(this was to be sent)";

const KEPT_AWAY =
  "its lowest priority or its match keeps alerts like this one away; it was sent all the same";

export function shownTrial(
  { label, name }: WiredSink,
  { trial, mask }: { readonly trial: Trial; readonly mask: SecretMask },
): ShownTrial {
  const { failure, ms, exchanges, line, isKeptAway, found } = trial;
  const unconfirmed = failure ? undefined : exchanges.map(confirmationLacking).find(Boolean);
  const shown = exchanges.map((exchange) => shownExchange(exchange, mask));
  return {
    sink: label,
    type: name,
    taken: failure === undefined,
    ...unconfirmed !== undefined && { unconfirmed },
    ms: Math.round(ms),
    exchanges: shown.length > 0
      ? shown
      : [{ ...failure && { place: TO_BE_SENT }, sent: mask.text(line) }],
    ...failure && { error: mask.text(failure.message) },
    hints: hintsFor(failure, exchanges),
    notes: [...found === undefined ? [] : [found], ...isKeptAway ? [KEPT_AWAY] : []],
  };
}

function confirmationLacking(exchange: Exchange): string | undefined {
  return exchange.kind === "message" ? exchange.unconfirmed : undefined;
}

function shownExchange(exchange: Exchange, mask: SecretMask): ShownExchange {
  if (exchange.kind === "message") {
    const { sent, answer, isUnsent } = exchange;
    const given = exchange.place === undefined ? [] : [mask.text(exchange.place)];
    const place = [...isUnsent ? [TO_BE_SENT] : [], ...given].join(" ");
    return {
      ...place !== "" && { place },
      sent: mask.text(sent),
      ...answer !== undefined && { reply: { body: mask.text(answer) } },
    };
  }
  const { method, url, headers, body, reply, ms } = exchange;
  return {
    request: {
      method,
      address: mask.address(url),
      headers: mapped(headers, (value, name) => mask.header(name, value)),
    },
    sent: typeof body === "string" ? mask.text(body) : `(${body.length} bytes)`,
    ...reply && {
      reply: {
        status: reply.status,
        headers: mapped(
          reply.headers,
          (value, name) => mask.header(name, Array.isArray(value) ? value.join(", ") : `${value}`),
        ),
        body: mask.text(reply.body),
        ms: Math.round(ms),
      },
    },
  };
}

function mapped<T>(
  headers: Readonly<Record<string, T>>,
  show: (value: T, name: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, show(value, name)]),
  );
}

/** Characters of a body that people are shown. */
const MOST_SHOWN = 16_000;

/** What goes there begins with `>`, what comes back with `<`. */
export function trialLines(trial: ShownTrial): readonly string[] {
  const { sink, type, taken, unconfirmed, ms, exchanges, error, hints, notes } = trial;
  const named = sink === type ? `"${sink}"` : `"${sink}" (${type})`;
  const lines = exchanges.flatMap((exchange) => [...exchangeLines(exchange), ""]);
  lines.push(
    unconfirmed !== undefined
      ? `the test alert was sent to ${named}, in ${ms} ms; ${unconfirmed} gives no answer: look there`
      : taken
      ? `${named} has taken the test alert, in ${ms} ms`
      : `${named} did not take the test alert, after ${ms} ms: ${error}`,
    ...hints.map((hint) => `  hint: ${hint}`),
    ...notes.map((note) => `  note: ${note}`),
  );
  return lines.map(escapeUnprintable);
}

function exchangeLines({ request, place, sent, reply }: ShownExchange): readonly string[] {
  const lines: string[] = [];
  if (request) {
    lines.push(`> ${request.method} ${request.address}`);
    for (const [name, value] of Object.entries(request.headers)) lines.push(`> ${name}: ${value}`);
    if (sent !== "") lines.push(">");
  }
  if (place !== undefined) lines.push(`> ${place}`);
  lines.push(...bodyLines(sent).map((line) => `> ${line}`));
  if (!reply) return lines;
  const { status, headers = {}, body, ms } = reply;
  if (status !== undefined) lines.push("", `< ${status}, after ${ms} ms`);
  for (const [name, value] of Object.entries(headers)) lines.push(`< ${name}: ${value}`);
  if (body === "") return lines;
  if (status !== undefined) lines.push("<");
  lines.push(...bodyLines(body).map((line) => `< ${line}`));
  return lines;
}

/** JSON with its structure; several lines of it, each by itself. */
function bodyLines(body: string): readonly string[] {
  if (body === "") return [];
  const text = body.split("\n").map((line) => {
    try {
      return /^\s*[[{]/.test(line) ? JSON.stringify(JSON.parse(line), null, 2) : line;
    } catch {
      return line;
    }
  }).join("\n");
  const cut = text.slice(0, MOST_SHOWN).toWellFormed();
  const lines = cut.trimEnd().split(/\r?\n/);
  if (cut.length < text.length) lines.push(`… and ${text.length - cut.length} characters more`);
  return lines;
}
