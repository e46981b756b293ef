/** Alerts as log records of Dynatrace, a batch as one request. */
import {
  type FormattedAlert,
  HttpTarget,
  jsonText,
  placeBelow,
  Secret,
  sendTogether,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { recordOf } from "./record.ts";
import { type DynatraceConfig, schema } from "./schema.ts";

class DynatraceSink implements Sink {
  readonly #target: HttpTarget;

  constructor(readonly config: DynatraceConfig) {
    const url = () => placeBelow(config.api_url, "/v2/logs/ingest");
    this.#target = new HttpTarget(config, { url });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, (some) => {
      const body = jsonText(some.map(({ alert }) => recordOf(alert)));
      const authorization = new Secret({ value: `Api-Token ${this.config.api_token.reveal()}` });
      return this.#target.send({ body, headers: { authorization } }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

const plugin: SinkPlugin<DynatraceConfig> = {
  kind: "sink",
  name: "dynatrace",
  summary: "Logs of Dynatrace",
  schema,
  create: (config) => new DynatraceSink(config),
  batchSize: 100,
};
export default plugin;
