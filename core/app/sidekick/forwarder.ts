/** Alerts from the door to the sinks, with settings that may change on the way. */
import type { Alert } from "../../alert/mod.ts";
import type { Delivery } from "../../delivery/mod.ts";
import type { Logger, Registry } from "../../plugin/mod.ts";
import { formatterOf } from "../config/outputs.ts";
import { type OpenDelivery, openDelivery, type OutputSettings } from "../open_delivery.ts";
import { SidekickCounters } from "./counters.ts";
import { enrich } from "./enrich.ts";
import type { SidekickSettings } from "./settings.ts";

export interface ForwarderOptions {
  readonly registry: Registry;
  readonly log: Logger;
  readonly hostname: string;
}

/** How long the last alerts may take on their way out. */
const FLUSH_MS = 5000;

export class Forwarder {
  readonly counters = new SidekickCounters();
  readonly #options: ForwarderOptions;
  readonly #out: OpenDelivery;
  #settings: SidekickSettings;
  #changing: Promise<void> = Promise.resolve();

  private constructor(
    settings: SidekickSettings,
    { out, options }: { readonly out: OpenDelivery; readonly options: ForwarderOptions },
  ) {
    this.#settings = settings;
    this.#out = out;
    this.#options = options;
  }

  static async open(settings: SidekickSettings, options: ForwarderOptions): Promise<Forwarder> {
    const request = { ...outputsOf(settings, options), ...options, unbuffered: true };
    return new Forwarder(settings, { out: await openDelivery(request, () => {}), options });
  }

  get delivery(): Delivery {
    return this.#out.delivery;
  }

  /** Puts an alert in every lane; never throws. */
  take(alert: Alert): void {
    const enriched = enrich(alert, this.#settings.enrich);
    this.counters.accept(enriched, this.#settings);
    if (this.#settings.logsAlerts) {
      this.#options.log.debug(`alert of ${enriched.rule}: ${enriched.message}`);
    }
    this.delivery.enqueue(enriched);
  }

  /** One change after the other, whatever became of the one before; resolves when it is in effect. */
  change(settings: SidekickSettings): Promise<void> {
    const change = this.#changing.then(async () => {
      await this.#out.change(outputsOf(settings, this.#options));
      this.#settings = settings;
    });
    this.#changing = change.catch(() => {});
    return change;
  }

  async close(): Promise<void> {
    await this.#changing;
    await this.delivery.close(FLUSH_MS);
  }
}

function outputsOf(
  { config, sinks }: SidekickSettings,
  { registry }: ForwarderOptions,
): OutputSettings {
  return { config, registry, settings: { formatter: formatterOf(config, "json"), sinks } };
}
