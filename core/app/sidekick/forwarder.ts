/** Alerts from the door to the sinks, with settings that may change on the way. */
import type { Alert } from "../../alert/mod.ts";
import type { Delivery, HeldBack, LaneCounters } from "../../delivery/mod.ts";
import type { Logger, Registry } from "../../plugin/mod.ts";
import { formatterOf } from "../config/outputs.ts";
import { openDelivery } from "../open_delivery.ts";
import { SidekickCounters } from "./counters.ts";
import { enrich } from "./enrich.ts";
import type { SidekickSettings } from "./settings.ts";

export interface ForwarderOptions {
  readonly registry: Registry;
  readonly log: Logger;
  readonly hostname: string;
  /** How long alerts may take on their way out when sinks change, and at the end. */
  readonly flushMs: number;
}

export class Forwarder {
  readonly counters = new SidekickCounters();
  readonly #options: ForwarderOptions;
  #settings: SidekickSettings;
  #delivery: Delivery;
  /** Resolves when alerts may come again. */
  #changing: Promise<void> | undefined;
  /** Of deliveries that are over. */
  #lanesBefore: readonly LaneCounters[] = [];
  #heldBefore: HeldBack = { byRate: 0, asRepeated: 0 };

  private constructor(settings: SidekickSettings, delivery: Delivery, options: ForwarderOptions) {
    this.#settings = settings;
    this.#delivery = delivery;
    this.#options = options;
  }

  static async open(settings: SidekickSettings, options: ForwarderOptions): Promise<Forwarder> {
    return new Forwarder(settings, await deliveryOf(settings, options), options);
  }

  /** Resolves when it is on its way; only a change of settings has it wait. */
  take(alert: Alert): Promise<void> | undefined {
    if (this.#changing) return this.#changing.then(() => this.take(alert));
    const enriched = enrich(alert, this.#settings.enrich);
    this.counters.accept(enriched, this.#settings);
    if (this.#settings.logsAlerts) {
      this.#options.log.debug(`alert of ${enriched.rule}: ${enriched.message}`);
    }
    this.#delivery.enqueue(enriched);
    return undefined;
  }

  /** What has come before goes out as before; resolves when other settings are in effect. */
  async change(settings: SidekickSettings): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    await this.#changing;
    this.#changing = promise;
    try {
      // First: a spool is of one delivery at a time.
      await this.#delivery.close(this.#options.flushMs);
      this.#lanesBefore = this.lanes();
      this.#heldBefore = this.heldBack;
      this.#delivery = await deliveryOf(settings, this.#options);
      this.#settings = settings;
    } finally {
      this.#changing = undefined;
      resolve();
    }
  }

  lanes(): readonly LaneCounters[] {
    const now = this.#delivery.counters();
    const before = new Map(this.#lanesBefore.map((lane) => [lane.name, lane]));
    return now.map((lane) => {
      const past = before.get(lane.name);
      return past ? summed(lane, past) : lane;
    });
  }

  get heldBack(): HeldBack {
    const { byRate, asRepeated } = this.#delivery.heldBack;
    return {
      byRate: byRate + this.#heldBefore.byRate,
      asRepeated: asRepeated + this.#heldBefore.asRepeated,
    };
  }

  reopen(): Promise<void> {
    return this.#delivery.reopen();
  }

  async close(): Promise<void> {
    await this.#changing;
    await this.#delivery.close(this.#options.flushMs);
  }
}

function summed(now: LaneCounters, past: LaneCounters): LaneCounters {
  return {
    ...now,
    delivered: now.delivered + past.delivered,
    dropped: now.dropped + past.dropped,
    failed: now.failed + past.failed,
    rejected: now.rejected + past.rejected,
    expired: now.expired + past.expired,
    retries: now.retries + past.retries,
    repeated: now.repeated + past.repeated,
  };
}

function deliveryOf(
  { config, sinks }: SidekickSettings,
  { registry, log, hostname }: ForwarderOptions,
): Promise<Delivery> {
  const settings = { formatter: formatterOf(config, "json"), sinks };
  return openDelivery({ config, settings, log, registry, hostname, unbuffered: true }, () => {});
}
