/** Alerts to Alertmanager, of which all members of a cluster are told. */
import {
  type FormattedAlert,
  HttpTarget,
  jsonText,
  placeBelow,
  sendTogether,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { alertmanagerAlert } from "./payload.ts";
import { type AlertmanagerConfig, schema } from "./schema.ts";

class AlertmanagerSink implements Sink {
  readonly #targets: readonly HttpTarget[];

  constructor(readonly config: AlertmanagerConfig) {
    this.#targets = config.host_port.map((address) => {
      const url = () => placeBelow(address, config.endpoint);
      return new HttpTarget(config, { url });
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, async (some) => {
      const body = jsonText(some.map(({ alert }) => alertmanagerAlert(alert, this.config)));
      const sent = await Promise.allSettled(
        this.#targets.map((target) => target.send({ body }, context)),
      );
      // They tell each other, so one that knows is enough.
      const failed = sent.filter((one) => one.status === "rejected");
      if (failed.length === sent.length) throw failed[0]!.reason;
    }, context);
  }

  async close(): Promise<void> {
    await Promise.all(this.#targets.map((target) => target.close()));
  }
}

const plugin: SinkPlugin<AlertmanagerConfig> = {
  kind: "sink",
  name: "alertmanager",
  summary: "Alertmanager of Prometheus",
  schema,
  create: (config) => new AlertmanagerSink(config),
  batchSize: 64,
};
export default plugin;
