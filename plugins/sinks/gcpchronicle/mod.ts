/** Alerts as logs of Google Security Operations (Chronicle), many in a request. */
import {
  type Alert,
  alertDocument,
  type FormattedAlert,
  GcpTarget,
  isoTimeZulu,
  jsonText,
  sendParcels,
  sendTogether,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type GcpChronicleConfig, schema } from "./schema.ts";

/** Of a request: the interface before this one took 1 MB, and of this one no other number is told. */
const MOST = { logs: 256, bytes: 900_000 };
/** Names and times of one in the body. */
const PER_LOG = 150;

type Log = Readonly<Record<"data" | "logEntryTime" | "collectionTime", string>>;

class GcpChronicleSink implements Sink {
  readonly #target: GcpTarget;

  constructor(readonly config: GcpChronicleConfig) {
    this.#target = new GcpTarget(config, {
      address: `https://chronicle.${config.region}.rep.googleapis.com`,
      use: { scope: "https://www.googleapis.com/auth/cloud-platform" },
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendParcels(
      batch.map(({ alert }) => logOf(alert)),
      { most: MOST.logs, mostBytes: MOST.bytes, bytesOf: ({ data }) => data.length + PER_LOG },
      (parcel) => sendTogether(parcel, (some) => this.#import(some, context), context),
    );
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async #import(logs: readonly Log[], context?: WriteContext): Promise<void> {
    const { project_id, region, instance_id, log_type } = this.config;
    const instance = `projects/${project_id}/locations/${region}/instances/${instance_id}`;
    await this.#target.send({
      url: `${this.#target.address()}/v1beta/${instance}/logTypes/${log_type}/logs:import`,
      body: jsonText({ inlineSource: { logs } }),
    }, context);
  }
}

/** Collected after it was made, whatever the clocks say: others are refused. */
function logOf(alert: Alert, nowMs = Date.now()): Log {
  const secondLater = alert.timeNs + 1_000_000_000n;
  const nowNs = BigInt(nowMs) * 1_000_000n;
  return {
    data: new TextEncoder().encode(jsonText(alertDocument(alert))).toBase64(),
    logEntryTime: isoTimeZulu(alert.timeNs),
    collectionTime: isoTimeZulu(nowNs > alert.timeNs ? nowNs : secondLater),
  };
}

const plugin: SinkPlugin<GcpChronicleConfig> = {
  kind: "sink",
  name: "gcpchronicle",
  summary: "Google Security Operations (Chronicle)",
  schema,
  create: (config) => new GcpChronicleSink(config),
  batchSize: 64,
};
export default plugin;
