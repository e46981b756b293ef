/** Alerts of Grafana OnCall, through a webhook of it. */
import {
  type Alert,
  alertUuid,
  escapeUnprintable,
  type FormattedAlert,
  HttpTarget,
  type Json,
  jsonText,
  sendEach,
  shortText,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type GrafanaOnCallConfig, schema } from "./schema.ts";

const MOST = { title: 500, message: 20_000 };

/** One that is sent again has the same `alert_uid`, by which OnCall knows it. */
export async function onCallAlert(alert: Alert): Promise<Json> {
  const rule = escapeUnprintable(alert.rule.toWellFormed());
  return {
    alert_uid: await alertUuid(alert),
    title: shortText(`[${alert.priority}] ${rule}`, MOST.title),
    state: "alerting",
    message: shortText(alert.message, MOST.message),
  };
}

class GrafanaOnCallSink implements Sink {
  readonly #target: HttpTarget;

  constructor(config: GrafanaOnCallConfig) {
    this.#target = new HttpTarget(config, { url: config.webhook_url });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(batch, async ({ alert }) => {
      const body = jsonText(await onCallAlert(alert));
      await this.#target.send({ body, contentType: "application/json" }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

const plugin: SinkPlugin<GrafanaOnCallConfig> = {
  kind: "sink",
  name: "grafanaoncall",
  summary: "Alerts of Grafana OnCall",
  schema,
  create: (config) => new GrafanaOnCallSink(config),
  batchSize: 1,
};
export default plugin;
