/** Alerts as messages of a queue of AWS SQS, ten in a request. */
import {
  alertId,
  AwsTarget,
  fillTopic,
  type FormattedAlert,
  jsonText,
  sendParcels,
  sendTogether,
  type Sink,
  type SinkPlugin,
  type WriteContext,
  xmlText,
} from "../../../core/mod.ts";
import { failureIn } from "./outcome.ts";
import { type AwsSqsConfig, schema } from "./schema.ts";

/** docs.aws.amazon.com/AWSSimpleQueueService, "Message quotas". */
const MOST = { messages: 10, bytes: 1_048_576, groupLength: 128 };

interface Message {
  readonly body: string;
  /** Of FIFO queues: one that is sent again is the same for five minutes. */
  readonly order?: { readonly MessageGroupId: string; readonly MessageDeduplicationId: string };
}

class AwsSqsSink implements Sink {
  readonly #target: AwsTarget;

  constructor(readonly config: AwsSqsConfig) {
    this.#target = new AwsTarget(config, { service: "sqs", name: config.url });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const url = this.config.url.reveal().trim();
    const messages = await Promise.all(batch.map((alert) => this.#messageOf(alert, url)));
    const limits = { most: MOST.messages, mostBytes: MOST.bytes, bytesOf };
    await sendParcels(
      messages,
      limits,
      (parcel) => sendTogether(parcel, (some) => this.#send(url, some, context), context),
    );
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async #messageOf({ alert, line }: FormattedAlert, url: string): Promise<Message> {
    const body = xmlText(line);
    if (!url.endsWith(".fifo")) return { body };
    const group = fillTopic(this.config.message_group, alert).slice(0, MOST.groupLength);
    return {
      body,
      order: { MessageGroupId: group, MessageDeduplicationId: await alertId(alert) },
    };
  }

  async #send(url: string, messages: readonly Message[], context?: WriteContext): Promise<void> {
    const entries = messages.map(({ body, order }, index) => ({
      Id: String(index),
      MessageBody: body,
      ...order,
    }));
    const answer = await this.#target.send({
      // A queue is where its address says.
      ...this.config.endpoint.isEmpty && { url: `${URL.parse(url)?.origin}/` },
      body: jsonText({ QueueUrl: url, Entries: entries }),
      contentType: "application/x-amz-json-1.0",
      headers: { "x-amz-target": "AmazonSQS.SendMessageBatch" },
    }, context);
    const failure = failureIn(answer, messages.length);
    if (failure) throw failure;
  }
}

function bytesOf({ body }: Message): number {
  return new TextEncoder().encode(body).length;
}

const plugin: SinkPlugin<AwsSqsConfig> = {
  kind: "sink",
  name: "awssqs",
  summary: "A queue of AWS SQS",
  schema,
  format: "json",
  create: (config) => new AwsSqsSink(config),
  batchSize: 100,
};
export default plugin;
