/** The sinks of a run, and the delivery that brings alerts to them. */
import type { Alert } from "../alert/mod.ts";
import {
  DeadLetters,
  Delivery,
  type DeliverySettings,
  type DeliveryTarget,
  type HoldBackSettings,
  Spool,
  type SpoolOptions,
} from "../delivery/mod.ts";
import type { Formatter, Logger, Sink } from "../plugin/mod.ts";
import type { Config } from "./config/schema.ts";
import { formatterOf, type WiredSink } from "./config/outputs.ts";
import type { Settings, Wired } from "./config/settings.ts";
import { FormattingSink } from "./formatting_sink.ts";
import { createAll, createFormatter, createOne, type WithRegistry } from "./create_plugins.ts";
import { LeavingReader } from "./leaving_reader.ts";

/** What a configuration says of outputs. */
export interface OutputSettings extends WithRegistry {
  readonly config: Config;
  readonly settings: Pick<Settings, "formatter" | "sinks">;
}

export interface DeliveryRequest extends OutputSettings {
  readonly log: Logger;
  /** Every alert goes out at once, whatever `buffered_outputs` says. */
  readonly unbuffered: boolean;
  readonly hostname: string;
  /** Who makes alerts waits for them to go out: no output drops any. */
  readonly isRecorded?: boolean;
  /** That an output is read no more is no failure; absent: it is. */
  readonly readersMayLeave?: boolean;
}

export interface OpenDelivery {
  readonly delivery: Delivery;
  /** Has alerts go out as a later configuration says. One call at a time. */
  change(next: OutputSettings): Promise<void>;
}

/** Of outputs whose alerts can wait where they come from: there is always room for those of one event. */
const UNBOUNDED = { capacity: Infinity, capacityUnits: Infinity };
/** Beside a spool, which has room itself and may be full until its server is back. */
const BESIDE_SPOOL = { capacity: 10_000, capacityUnits: 16 << 20 };
/** So long a recording waits for an output that takes nothing. */
const SILENCE = { atFirstMs: 5000, laterMs: 60_000 };
/** How long alerts of a batch wait for each other with `buffered_outputs`. */
const GATHER_MS = 200;

export async function openDelivery(
  request: DeliveryRequest,
  onAllGone: () => void,
): Promise<OpenDelivery> {
  const { log, hostname } = request;
  const deadLetters = new DeadLetterFiles(log);
  const delivery = new Delivery({ log, onAllGone, hostname, closes: [deadLetters], targets: [] });
  let look = lookOf(request);
  const readers = request.readersMayLeave ? new Readers(onAllGone) : undefined;
  const change = async (next: OutputSettings) => {
    const context = { ...request, ...next, readers };
    if (lookOf(next) !== look) await reformat(delivery, next);
    look = lookOf(next);
    await delivery.change(await settingsOf(context, deadLetters));
  };
  await change(request);
  return { delivery, change };
}

/** Of all outputs, where they may leave. */
class Readers {
  readonly #onAllLeft: () => void;
  readonly #all: LeavingReader[] = [];

  constructor(onAllLeft: () => void) {
    this.#onAllLeft = onAllLeft;
  }

  of(sink: Sink): Sink {
    const reader = new LeavingReader(sink, () => {
      if (this.#all.every((each) => each.isAbsent)) this.#onAllLeft();
    });
    this.#all.push(reader);
    return reader;
  }
}

type WithReaders = DeliveryRequest & { readonly readers: Readers | undefined };

async function settingsOf(
  request: WithReaders,
  deadLetters: DeadLetterFiles,
): Promise<DeliverySettings> {
  const { config, settings, unbuffered, isRecorded } = request;
  const { sinks } = settings;
  const formatters = new Formatters(request);
  if (sinks.some(({ options }) => options?.deadLetters !== undefined)) {
    deadLetters.formatter = await formatters.get(formatterOf(config, "json"));
  }
  const { capacity } = config.outputs_queue;
  const limits = {
    gatherMs: config.buffered_outputs && !unbuffered ? GATHER_MS : 0,
    blockedMs: config.output_timeout,
    // Unbounded in Falco; here the delivery's own bound, an alert flood must not eat the host.
    ...(capacity > 0 ? { capacity } : {}),
    ...isRecorded && { ...UNBOUNDED, silence: SILENCE },
  };
  const targets = sinks.map((given) => {
    // Alerts that no other output has are kept for it, and tried again.
    const sink = { ...given, mayBeMissing: given.mayBeMissing === true && sinks.length > 1 };
    return {
      name: sink.label,
      key: keyOf(sink, limits),
      open: () => targetOf(sink, { formatters, deadLetters, request }),
    };
  });
  const holdBack = holdBackSettings(config);
  return { targets, ...limits, ...holdBack && { holdBack } };
}

/** Not where it stands, nor how its alerts look: that changes without another sink. */
function keyOf(sink: WiredSink, limits: unknown): string {
  const { place: _at, formatter, ...rest } = sink;
  return JSON.stringify([rest, formatter?.name, limits]);
}

/** All that says how alerts look; differs where they do. */
function lookOf({ settings, config }: OutputSettings): string {
  return JSON.stringify([
    settings.formatter,
    formatterOf(config, "json"),
    formatterOf(config, "text"),
  ]);
}

/** Has alerts look so that are formatted from now on. */
async function reformat(
  delivery: Delivery,
  { config, settings, registry }: OutputSettings,
): Promise<void> {
  const formatters = new Formatters({ registry });
  const byName = new Map<string, Formatter>();
  for (const format of ["json", "text"] as const) {
    const wired = formatterOf(config, format);
    if (registry.has("formatter", wired.name)) byName.set(format, await formatters.get(wired));
  }
  delivery.reformat(await formatters.get(settings.formatter), byName);
}

function holdBackSettings({ outputs, dedup }: Config): HoldBackSettings | undefined {
  const { rate, max_burst: burst } = outputs;
  const { window: windowMs } = dedup;
  if (rate === 0 && windowMs === 0) return undefined;
  return {
    ...rate > 0 && { rate: { perSecond: rate, burst: Math.max(1, burst) } },
    ...windowMs > 0 && { dedup: { keys: dedup.keys, windowMs } },
  };
}

interface TargetContext {
  readonly formatters: Formatters;
  readonly deadLetters: DeadLetterFiles;
  readonly request: WithReaders;
}

async function targetOf(
  wired: WiredSink,
  { formatters, deadLetters, request }: TargetContext,
): Promise<DeliveryTarget> {
  const { label, options = {}, formatter, mayBeMissing = false } = wired;
  const { spool: wanted, deadLetters: path, limits, concurrency = 1, ...rest } = options;
  const context = { ...request, log: logOf(label, request.log) };
  const { plugin, instance } = await createOne("sink", wired, context);
  const others = await createAll("sink", new Array(concurrency - 1).fill(wired), context);
  const batchSize = instance.batchSize ?? plugin.batchSize;
  const ownFormatter = formatter ?? (plugin.format && formatterOf(request.config, plugin.format));
  const spool = wanted && await openSpool(label, wanted, request.log);
  const made = await formatters.get(ownFormatter ?? request.settings.formatter);
  const { formatAll } = made;
  const look = formatAll && { formatter: { formatAll: formatAll.bind(made) }, label };
  const formatting = (given: Sink) => {
    const sink = request.readers?.of(given) ?? given;
    return look ? new FormattingSink({ ...look, sink, log: request.log }) : sink;
  };
  return {
    ...rest,
    name: label,
    mayBeMissing,
    sink: formatting(instance),
    others: others.map(formatting),
    formatter: made,
    ...ownFormatter && { format: ownFormatter.name },
    ...spool && { spool },
    ...path !== undefined && { onDead: deadLetters.forSink(label, path) },
    limits: {
      ...batchSize !== undefined && { batchSize },
      ...limits,
      ...request.isRecorded && (spool ? BESIDE_SPOOL : UNBOUNDED),
    },
  };
}

/** Says whose it is what a sink tells: there may be several of its type. */
function logOf(label: string, log: Logger): Logger {
  const named = (level: keyof Logger) => (message: string) =>
    log[level](`Output "${label}": ${message}`);
  return {
    debug: named("debug"),
    info: named("info"),
    warning: named("warning"),
    error: named("error"),
  };
}

/** Without its spool a sink still gets its alerts: detection is not to end for it. */
async function openSpool(
  label: string,
  wanted: Pick<SpoolOptions, "folder" | "maxBytes" | "sync">,
  log: Logger,
): Promise<Spool | undefined> {
  try {
    return await Spool.open({ ...wanted, log });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error(`Output "${label}" has no spool, its alerts wait in memory only: ${reason}`);
    return undefined;
  }
}

/** One formatter for all sinks whose alerts look alike: an alert is then formatted once. */
class Formatters {
  readonly #context: WithRegistry;
  readonly #made = new Map<string, Promise<Formatter>>();

  constructor(context: WithRegistry) {
    this.#context = context;
  }

  get(wired: Wired): Promise<Formatter> {
    const key = JSON.stringify(wired);
    const made = this.#made.get(key) ?? createFormatter(wired, this.#context);
    this.#made.set(key, made);
    return made;
  }
}

/** One writer for each file, whoever names it. */
class DeadLetterFiles {
  readonly #log: Logger;
  readonly #files = new Map<string, DeadLetters>();
  /** Makes JSON; there before the first sink is. */
  formatter: Formatter | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  forSink(label: string, path: string): NonNullable<DeliveryTarget["onDead"]> {
    const formatter = { format: (alert: Alert) => this.formatter!.format(alert) };
    const file = this.#files.get(path) ?? new DeadLetters({ path, formatter, log: this.#log });
    this.#files.set(path, file);
    return (alerts, reason) => file.add(label, alerts, reason);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.close()));
  }
}
