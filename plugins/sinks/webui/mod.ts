/** Alerts for the pages of falcosidekick-ui, one a request. */
import {
  type Alert,
  alertDocument,
  alertUuid,
  type FormattedAlert,
  HttpTarget,
  type Json,
  jsonText,
  sendEach,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { schema, type WebuiConfig } from "./schema.ts";

/** Events are kept by their UUID, so one that is sent twice is there once. */
export async function webuiEvent(
  alert: Alert,
  { outputs }: Pick<WebuiConfig, "outputs">,
): Promise<Json> {
  return { event: { ...alertDocument(alert), uuid: await alertUuid(alert) }, outputs };
}

class WebuiSink implements Sink {
  readonly #target: HttpTarget;

  constructor(readonly config: WebuiConfig) {
    this.#target = new HttpTarget(config, { url: config.url });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(batch, async ({ alert }) => {
      const body = jsonText(await webuiEvent(alert, this.config));
      await this.#target.send({ body }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

const plugin: SinkPlugin<WebuiConfig> = {
  kind: "sink",
  name: "webui",
  summary: "Pages of falcosidekick-ui",
  schema,
  create: (config) => new WebuiSink(config),
  batchSize: 32,
};
export default plugin;
