/** Alerts to Alertmanager, of which all members of a cluster are told. */
import {
  type FormattedAlert,
  type HttpReply,
  HttpTarget,
  jsonText,
  placeBelow,
  sendTogether,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { alertmanagerAlert } from "./payload.ts";
import { type AlertmanagerConfig, schema } from "./schema.ts";

/** Alertmanager 0.27 and newer say of the old path that it is gone, and not which one there is. */
function judge({ status }: HttpReply, { code, message }: SinkError): SinkError | undefined {
  if (status !== 410) return undefined;
  return new SinkError(
    code,
    `${message} (Alertmanager's path is /api/v2/alerts: look at endpoint)`,
  );
}

class AlertmanagerSink implements Sink {
  readonly #targets: readonly HttpTarget[];

  constructor(readonly config: AlertmanagerConfig) {
    this.#targets = config.host_port.map((address) => {
      const url = () => placeBelow(address, config.endpoint);
      return new HttpTarget(config, { url, judge });
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
      if (failed.length < sent.length) return;
      const reasons: unknown[] = failed.map(({ reason }) => reason);
      const refusal = reasons.find(isRefusal);
      // Of several, which it is for is found out first: the others need not wait with it.
      if (refusal && some.length > 1) throw refusal;
      // What one does not take at all another may, once it is there again.
      throw reasons.find((reason) => !isRefusal(reason)) ?? refusal;
    }, context);
  }

  async close(): Promise<void> {
    await Promise.all(this.#targets.map((target) => target.close()));
  }
}

function isRefusal(reason: unknown): boolean {
  return reason instanceof SinkError && reason.code === "rejected";
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
