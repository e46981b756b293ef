/**
 * Alerts counted, as a metric of OpenTelemetry over OTLP. The collector is told all counts each
 * time, so nothing is counted twice when it has to be told again.
 */
import {
  type FormattedAlert,
  OtlpTarget,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { counted, type Counts } from "./counts.ts";
import { metricsRequest } from "./request.ts";
import { type OtlpMetricsConfig, schema } from "./schema.ts";

/** Of telling what was told before. */
const TIMEOUT_MS = 10_000;

class OtlpMetricsSink implements Sink {
  readonly #config: OtlpMetricsConfig;
  readonly #target: OtlpTarget;
  readonly #startNs = nowNs();
  #counts: Counts = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(config: OtlpMetricsConfig) {
    this.#config = config;
    this.#target = new OtlpTarget(config, {
      path: "/v1/metrics",
      rejected: "rejectedDataPoints",
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    clearTimeout(this.#timer);
    const { extra_attributes } = this.#config;
    const counts = counted(this.#counts, batch.map(({ alert }) => alert), extra_attributes);
    try {
      await this.#tell(counts, context);
      this.#counts = counts;
    } catch (error) {
      // Points that were not taken are told again with the next ones; which alerts they are of is unknown.
      if (!(error instanceof SinkError) || error.refused === undefined) throw error;
      this.#counts = counts;
      throw new SinkError("rejected", error.message);
    } finally {
      this.#tellLater();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#target.close();
  }

  #tell(counts: Counts, context?: WriteContext): Promise<void> {
    const times = { startNs: this.#startNs, nowNs: nowNs() };
    return this.#target.send(
      metricsRequest(counts, this.#config.service, times),
      counts.size,
      context,
    );
  }

  #tellLater(): void {
    const { interval } = this.#config;
    clearTimeout(this.#timer);
    if (interval === 0 || this.#isClosed) return;
    this.#timer = setTimeout(() => this.#tellAgain(), interval);
    Deno.unrefTimer(Number(this.#timer));
  }

  /** What fails then is told with the next alert. */
  async #tellAgain(): Promise<void> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    await this.#tell(this.#counts, { signal }).catch(() => {});
    this.#tellLater();
  }
}

function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

const plugin: SinkPlugin<OtlpMetricsConfig> = {
  kind: "sink",
  name: "otlpmetrics",
  summary: "Metrics of OpenTelemetry, over OTLP: counts of alerts",
  schema,
  isAlone: true,
  create: (config) => new OtlpMetricsSink(config),
  batchSize: 1024,
};
export default plugin;
