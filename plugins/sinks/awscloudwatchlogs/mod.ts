/** Alerts as log events of AWS CloudWatch Logs, many in a request. */
import {
  AwsTarget,
  type FormattedAlert,
  type HttpReply,
  type Json,
  jsonText,
  sendParcels,
  sendTogether,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { bytesOf, type LogEvent, logEventOf, lossIn, MOST } from "./log_events.ts";
import { type AwsCloudWatchLogsConfig, schema } from "./schema.ts";

class AwsCloudWatchLogsSink implements Sink {
  readonly #target: AwsTarget;

  constructor(readonly config: AwsCloudWatchLogsConfig) {
    this.#target = new AwsTarget(config, { service: "logs" });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const events = batch.map(({ alert }) => logEventOf(alert));
    await sendParcels(
      events,
      { most: MOST.events, mostBytes: MOST.bytes, bytesOf },
      (parcel) => sendTogether(parcel, (some) => this.#put(some, context), context),
    );
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async #put(events: readonly LogEvent[], context?: WriteContext): Promise<void> {
    const { log_group: logGroupName, log_stream: logStreamName } = this.config;
    const logEvents = events.toSorted((one, other) => one.timestamp - other.timestamp);
    const put = () =>
      this.#call("PutLogEvents", { logGroupName, logStreamName, logEvents }, context);
    const { body } = await put().catch(async (error) => {
      const isMissing = error instanceof SinkError && /ResourceNotFound/.test(error.message) &&
        /stream/i.test(error.message);
      if (!isMissing || !this.config.create_log_stream) throw error;
      await this.#makeStream(context);
      return await put();
    });
    const loss = lossIn(body, events.length);
    if (loss) throw loss;
  }

  async #makeStream(context?: WriteContext): Promise<void> {
    const { log_group: logGroupName, log_stream: logStreamName } = this.config;
    try {
      await this.#call("CreateLogStream", { logGroupName, logStreamName }, context);
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      // Another host of the same name of a stream was faster.
      if (/ResourceAlreadyExists/.test(error.message)) return;
      if (error.code !== "rejected") throw error;
      // It says nothing of the alerts.
      throw new SinkError("unavailable", `Cannot make the log stream: ${error.message}`);
    }
  }

  #call(
    action: "PutLogEvents" | "CreateLogStream",
    parameters: Json,
    context?: WriteContext,
  ): Promise<HttpReply> {
    return this.#target.send({
      body: jsonText(parameters),
      contentType: "application/x-amz-json-1.1",
      headers: { "x-amz-target": `Logs_20140328.${action}` },
    }, context);
  }
}

const plugin: SinkPlugin<AwsCloudWatchLogsConfig> = {
  kind: "sink",
  name: "awscloudwatchlogs",
  summary: "Logs of AWS CloudWatch",
  schema,
  create: (config) => new AwsCloudWatchLogsSink(config),
  batchSize: 500,
};
export default plugin;
