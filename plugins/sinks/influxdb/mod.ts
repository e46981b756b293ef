/** Alerts as points of InfluxDB 1.x and 2.x, a batch as one request. */
import {
  basicAuthorization,
  type FormattedAlert,
  HttpTarget,
  placeBelow,
  Secret,
  sendTogether,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { lineOf } from "./line.ts";
import { type InfluxdbConfig, schema } from "./schema.ts";

export class InfluxdbSink implements Sink {
  readonly #config: InfluxdbConfig;
  readonly #target: HttpTarget;

  constructor(config: InfluxdbConfig) {
    this.#config = config;
    this.#target = new HttpTarget(config, { url: config.host_port });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, (some) => {
      const body = some.map(({ alert }) => `${lineOf(alert, this.#config)}\n`).join("");
      const request = { body, contentType: "text/plain; charset=utf-8" };
      return this.#target.send({ ...request, ...this.#place() }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  #place() {
    const { host_port, organization, database, bucket, user, password, token } = this.#config;
    const [path, query] = organization === ""
      ? ["/write", { db: database, precision: "ns" }]
      : ["/api/v2/write", { org: organization, bucket, precision: "ns" }];
    const url = placeBelow(host_port, `${path}?${new URLSearchParams(query)}`);
    const key = token.reveal();
    if (key !== "") {
      return { url, headers: { authorization: new Secret({ value: `Token ${key}` }) } };
    }
    return user === ""
      ? { url }
      : { url, headers: { authorization: basicAuthorization(user, password) } };
  }
}

const plugin: SinkPlugin<InfluxdbConfig> = {
  kind: "sink",
  name: "influxdb",
  summary: "InfluxDB 1.x and 2.x, one point an alert",
  schema,
  create: (config) => new InfluxdbSink(config),
};
export default plugin;
