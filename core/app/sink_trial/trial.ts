/** One alert through one sink, with all that was said on the way. */
import type { Alert } from "../../alert/mod.ts";
import {
  type Exchange,
  type Logger,
  type Registry,
  type Sink,
  SinkError,
} from "../../plugin/mod.ts";
import { formatterOf, type WiredSink } from "../config/outputs.ts";
import type { Config } from "../config/schema.ts";
import { createFormatter, createOne } from "../create_plugins.ts";
import { testAlert } from "./alert.ts";

export interface TrialRequest {
  readonly sink: WiredSink;
  readonly config: Config;
  readonly registry: Registry;
  readonly log: Logger;
  readonly hostname: string;
  /** What alerts become before they are any sink's. Absent: they stay as they are. */
  readonly enriched?: ((alert: Alert) => Alert) | undefined;
}

export interface Trial {
  /** Absent: the other end has taken it. */
  readonly failure?: SinkError;
  readonly ms: number;
  readonly exchanges: readonly Exchange[];
  /** What the sink was given: its line, where nothing else is known of what was sent. */
  readonly line: string;
  /** What else was found out of a failure. */
  readonly found?: string;
  /** An alert of a rule like this one would not have come here. */
  readonly isKeptAway: boolean;
}

const STANDARD_TIMEOUT_MS = 10_000;

export async function trySink(request: TrialRequest): Promise<Trial> {
  const { sink, config, registry, hostname, enriched = (alert: Alert) => alert } = request;
  const { takes, adapt, timeoutMs = STANDARD_TIMEOUT_MS } = sink.options ?? {};
  const { plugin, instance } = await createOne("sink", sink, request);
  const format = sink.formatter ?? (plugin.format && formatterOf(config, plugin.format)) ??
    formatterOf(config);
  const formatter = await createFormatter(format, { registry });
  const text = "This is a test alert, sent by falcod sink test";
  const given = enriched(testAlert({ text, priority: "Notice", hostname }));
  const alert = adapt?.(given) ?? given;
  const [line = ""] = await formatter.formatAll?.([alert], undefined) ??
    [formatter.format(alert)];
  const exchanges: Exchange[] = [];
  const overdue = new AbortController();
  const late = new SinkError("unavailable", `no answer within ${timeoutMs} ms`);
  const { promise: timedOut, resolve } = Promise.withResolvers<SinkError>();
  const timer = setTimeout(() => {
    overdue.abort(late);
    resolve(late);
  }, timeoutMs);
  const beganMs = performance.now();
  const written = instance.write([{ alert, line }], {
    signal: overdue.signal,
    isTrial: true,
    observe: (exchange) => void exchanges.push(exchange),
  }).then(() => startedWell(instance)).then(() => undefined, failureOf);
  const failure = await Promise.race([written, timedOut]);
  const ms = performance.now() - beganMs;
  clearTimeout(timer);
  await Promise.race([instance.close().catch(() => {}), paused(1000)]);
  const isKeptAway = takes?.({ ...given, rule: "A rule", source: "syscall" }) === false;
  const found = failure && await certificateOf(exchanges);
  return { ms, exchanges, line, isKeptAway, ...failure && { failure }, ...found && { found } };
}

/** Rejects where nobody can fetch what a sink has for others. */
async function startedWell(sink: Sink): Promise<void> {
  await sink.started;
  const trouble = sink.trouble?.();
  if (trouble !== undefined) throw new SinkError("unavailable", trouble);
}

/** Of who gave no answer: TLS may be why. */
async function certificateOf(exchanges: readonly Exchange[]): Promise<string | undefined> {
  const last = exchanges.at(-1);
  if (last?.kind !== "http" || last.reply || !last.url.startsWith("https:")) return undefined;
  const { certificateNote } = await import("./certificate.ts");
  return await certificateNote(last.url);
}

function failureOf(error: unknown): SinkError {
  if (error instanceof SinkError) return error;
  return new SinkError("unavailable", error instanceof Error ? error.message : String(error));
}

function paused(ms: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}
