/**
 * Alerts counted by rule, priority, source and hostname, for a Pushgateway. It is told all counts each
 * time, so nothing is counted twice when it has to be told again.
 */
import { Buffer } from "node:buffer";
import {
  basicAuthorization,
  type FormattedAlert,
  HttpTarget,
  placeBelow,
  type Secret,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { counted, type Counts, expositionOf } from "./counts.ts";
import { type PushgatewayConfig, schema } from "./schema.ts";

export class PushgatewaySink implements Sink {
  readonly #config: PushgatewayConfig;
  readonly #target: HttpTarget;
  #counts: Counts = new Map();

  constructor(config: PushgatewayConfig) {
    this.#config = config;
    this.#target = new HttpTarget(config, { url: config.address });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    const counts = counted(this.#counts, batch.map(({ alert }) => alert));
    const { user, password } = this.#config;
    await this.#target.send({
      url: this.#group(),
      body: expositionOf(counts),
      contentType: "text/plain; version=0.0.4; charset=utf-8",
      ...user !== "" && { headers: { authorization: basicAuthorization(user, password) } },
    }, context);
    this.#counts = counts;
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  #group(): Secret {
    const { address, job, instance } = this.#config;
    const parts = [...label("job", job), ...label("instance", instance || Deno.hostname())];
    return placeBelow(address, ["", "metrics", ...parts].join("/"));
  }
}

/** A slash cannot stand in a path: github.com/prometheus/pushgateway#url */
function label(name: string, value: string): readonly [string, string] {
  const text = value.toWellFormed();
  return text.includes("/") || text === ""
    ? [`${name}@base64`, Buffer.from(text, "utf8").toString("base64url") || "="]
    : [name, encodeURIComponent(text)];
}

const plugin: SinkPlugin<PushgatewayConfig> = {
  kind: "sink",
  name: "pushgateway",
  summary: "Prometheus's Pushgateway, which keeps counts of alerts",
  schema,
  isAlone: true,
  create: (config) => new PushgatewaySink(config),
};
export default plugin;
