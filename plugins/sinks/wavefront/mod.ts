/** Alerts as points of Wavefront (VMware Aria Operations for Applications). */
import {
  bearerAuthorization,
  type FormattedAlert,
  HttpTarget,
  placeBelow,
  sendTogether,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { lineOf } from "./line.ts";
import { schema, type WavefrontConfig } from "./schema.ts";

class WavefrontSink implements Sink {
  readonly #config: WavefrontConfig;
  readonly #target: HttpTarget;

  constructor(config: WavefrontConfig) {
    this.#config = config;
    const url = () => placeBelow(config.address, "/report?f=wavefront");
    this.#target = new HttpTarget(config, { url });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, (some) => {
      const { token } = this.#config;
      return this.#target.send({
        body: some.map(({ alert }) => `${lineOf(alert, this.#config)}\n`).join(""),
        contentType: "application/octet-stream",
        ...token.reveal() !== "" && { headers: { authorization: bearerAuthorization(token) } },
      }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

const plugin: SinkPlugin<WavefrontConfig> = {
  kind: "sink",
  name: "wavefront",
  summary: "Wavefront, one point an alert",
  schema,
  create: (config) => new WavefrontSink(config),
  batchSize: 1024,
};
export default plugin;
