/** The sinks of a run, and the delivery that brings alerts to them. */
import {
  type DeadLetterOptions,
  DeadLetters,
  Delivery,
  type DeliveryTarget,
  type HoldBackSettings,
  Spool,
  type SpoolOptions,
} from "../delivery/mod.ts";
import type { Formatter, Logger } from "../plugin/mod.ts";
import type { Config } from "./config/schema.ts";
import { formatterOf, type WiredSink } from "./config/outputs.ts";
import type { Settings, Wired } from "./config/settings.ts";
import { createAll, createFormatter, createOne, type WithRegistry } from "./create_plugins.ts";

export interface DeliveryRequest extends WithRegistry {
  readonly config: Config;
  readonly settings: Pick<Settings, "formatter" | "sinks">;
  readonly log: Logger;
  /** Every alert goes out at once, whatever `buffered_outputs` says. */
  readonly unbuffered: boolean;
  readonly hostname: string;
}

/** How long alerts of a batch wait for each other with `buffered_outputs`. */
const GATHER_MS = 200;

export async function openDelivery(
  request: DeliveryRequest,
  onAllGone: () => void,
): Promise<Delivery> {
  const { config, settings, log, unbuffered, hostname } = request;
  const formatters = new Formatters(request);
  const standard = await formatters.get(settings.formatter);
  const hasDeadLetters = settings.sinks.some(({ options }) => options?.deadLetters !== undefined);
  const json = hasDeadLetters ? await formatters.get(formatterOf(config, "json")) : standard;
  const deadLetters = new DeadLetterFiles({ formatter: json, log });
  const targets: DeliveryTarget[] = [];
  for (const sink of settings.sinks) {
    const target = await targetOf(sink, { formatters, deadLetters, request });
    const why = sink.mayBeMissing && settings.sinks.length > 1
      ? await target.sink.missing?.()
      : undefined;
    if (why === undefined) targets.push(target);
    else log.warning(`Output "${sink.label}" is left out: ${why}`);
  }
  const { capacity } = config.outputs_queue;
  const holdBack = holdBackSettings(config);
  return new Delivery({
    targets,
    log,
    onAllGone,
    ...holdBack && { holdBack },
    hostname,
    gatherMs: config.buffered_outputs && !unbuffered ? GATHER_MS : 0,
    blockedMs: config.output_timeout,
    // Unbounded in Falco; here the delivery's own bound, an alert flood must not eat the host.
    ...(capacity > 0 ? { capacity } : {}),
    closes: [deadLetters],
  });
}

/** Has alerts look as a configuration wants it that came later. */
export async function reformat(
  delivery: Delivery,
  { formatter, config }: { readonly formatter: Wired; readonly config: Config },
  context: WithRegistry,
): Promise<void> {
  const formatters = new Formatters(context);
  const byName = new Map<string, Formatter>();
  for (const format of ["json", "text"] as const) {
    const wired = formatterOf(config, format);
    if (context.registry.has("formatter", wired.name)) {
      byName.set(format, await formatters.get(wired));
    }
  }
  delivery.reformat(await formatters.get(formatter), byName);
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
  readonly request: DeliveryRequest;
}

async function targetOf(
  wired: WiredSink,
  { formatters, deadLetters, request }: TargetContext,
): Promise<DeliveryTarget> {
  const { label, options = {}, formatter } = wired;
  const { spool: wanted, deadLetters: path, limits, concurrency = 1, ...rest } = options;
  const { plugin, instance } = await createOne("sink", wired, request);
  const others = await createAll("sink", new Array(concurrency - 1).fill(wired), request);
  const batchSize = instance.batchSize ?? plugin.batchSize;
  const ownFormatter = formatter ?? (plugin.format && formatterOf(request.config, plugin.format));
  const spool = wanted && await openSpool(label, wanted, request.log);
  return {
    ...rest,
    name: label,
    sink: instance,
    others,
    formatter: await formatters.get(ownFormatter ?? request.settings.formatter),
    ...ownFormatter && { format: ownFormatter.name },
    ...spool && { spool },
    ...path !== undefined && { onDead: deadLetters.forSink(label, path) },
    limits: { ...batchSize !== undefined && { batchSize }, ...limits },
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
  readonly #options: Omit<DeadLetterOptions, "path">;
  readonly #files = new Map<string, DeadLetters>();

  constructor(options: Omit<DeadLetterOptions, "path">) {
    this.#options = options;
  }

  forSink(label: string, path: string): NonNullable<DeliveryTarget["onDead"]> {
    const file = this.#files.get(path) ?? new DeadLetters({ ...this.#options, path });
    this.#files.set(path, file);
    return (alerts, reason) => file.add(label, alerts, reason);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.close()));
  }
}
