/** The sinks of a run, and the delivery that brings alerts to them. */
import { Delivery, type DeliveryTarget } from "../delivery/mod.ts";
import type { Formatter, Logger } from "../plugin/mod.ts";
import { reaches } from "../rule/priority.ts";
import type { Config } from "./config/schema.ts";
import { formatterOf, type WiredSink } from "./config/outputs.ts";
import type { Settings } from "./config/settings.ts";
import { createFormatter, createOne, type WithRegistry } from "./create_plugins.ts";

export interface DeliveryRequest extends WithRegistry {
  readonly config: Config;
  readonly settings: Pick<Settings, "formatter" | "sinks">;
  readonly log: Logger;
  /** Every alert goes out at once, whatever `buffered_outputs` says. */
  readonly unbuffered: boolean;
}

/** How long alerts of a batch wait for each other with `buffered_outputs`. */
const GATHER_MS = 200;

export async function openDelivery(
  request: DeliveryRequest,
  onAllGone: () => void,
): Promise<Delivery> {
  const { config, settings, log, unbuffered } = request;
  const standard = await createFormatter(settings.formatter, request);
  const targets: DeliveryTarget[] = [];
  for (const sink of settings.sinks) targets.push(await targetOf(sink, standard, request));
  const { capacity } = config.outputs_queue;
  return new Delivery({
    targets,
    log,
    onAllGone,
    gatherMs: config.buffered_outputs && !unbuffered ? GATHER_MS : 0,
    // Unbounded in Falco; here the delivery's own bound, an alert flood must not eat the host.
    ...(capacity > 0 ? { capacity } : {}),
  });
}

async function targetOf(
  wired: WiredSink,
  standard: Formatter,
  request: DeliveryRequest,
): Promise<DeliveryTarget> {
  const { label, options = {}, formatter } = wired;
  const { minimumPriority, timeoutMs, retry, limits } = options;
  const { plugin, instance } = await createOne("sink", wired, request);
  const batchSize = instance.batchSize ?? plugin.batchSize;
  const ownFormatter = formatter ?? (plugin.format && formatterOf(request.config, plugin.format));
  return {
    name: label,
    sink: instance,
    formatter: ownFormatter ? await createFormatter(ownFormatter, request) : standard,
    keepsFormatter: ownFormatter !== undefined,
    ...minimumPriority && { takes: ({ priority }) => reaches(priority, minimumPriority) },
    ...timeoutMs !== undefined && { timeoutMs },
    ...retry && { retry },
    limits: { ...batchSize !== undefined && { batchSize }, ...limits },
  };
}
