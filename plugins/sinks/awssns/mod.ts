/** Alerts as messages of a topic of AWS SNS. */
import {
  alertId,
  AwsTarget,
  fillTopic,
  type FormattedAlert,
  sendEach,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { snsMessage } from "./message.ts";
import { type AwsSnsConfig, schema } from "./schema.ts";

const MOST_GROUP_LENGTH = 128;

class AwsSnsSink implements Sink {
  readonly #target: AwsTarget;

  constructor(readonly config: AwsSnsConfig) {
    this.#target = new AwsTarget(config, { service: "sns", name: config.topic_arn });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(batch, async (alert) => {
      const form = new URLSearchParams(await this.#parametersOf(alert));
      await this.#target.send({
        body: form.toString(),
        contentType: "application/x-www-form-urlencoded; charset=utf-8",
      }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async #parametersOf({ alert }: FormattedAlert): Promise<Readonly<Record<string, string>>> {
    const { topic_arn: TopicArn, raw_json, message_group } = this.config;
    return {
      Action: "Publish",
      Version: "2010-03-31",
      TopicArn,
      ...snsMessage(alert, raw_json),
      ...TopicArn.endsWith(".fifo") && {
        MessageGroupId: fillTopic(message_group, alert).slice(0, MOST_GROUP_LENGTH),
        MessageDeduplicationId: await alertId(alert),
      },
    };
  }
}

const plugin: SinkPlugin<AwsSnsConfig> = {
  kind: "sink",
  name: "awssns",
  summary: "A topic of AWS SNS",
  schema,
  create: (config) => new AwsSnsSink(config),
  batchSize: 32,
};
export default plugin;
