/** Alerts as messages of a topic of Google Cloud Pub/Sub, many in a request. */
import {
  type FormattedAlert,
  GcpTarget,
  jsonText,
  membersIn,
  sendParcels,
  sendTogether,
  type Sink,
  type SinkPlugin,
  undocumentedAnswer,
  type WriteContext,
} from "../../../core/mod.ts";
import { type GcpPubSubConfig, schema } from "./schema.ts";

/** cloud.google.com/pubsub/quotas#resource_limits: 10 MB a request, less some for its other words. */
const MOST = { messages: 1000, bytes: 9_900_000 };
/** Brackets, names and commas of one in the body. */
const PER_MESSAGE = 40;

class GcpPubSubSink implements Sink {
  readonly #target: GcpTarget;
  readonly #attributes: Readonly<Record<string, string>> | undefined;

  constructor(readonly config: GcpPubSubConfig) {
    this.#target = new GcpTarget(config, {
      address: "https://pubsub.googleapis.com",
      use: { scope: "https://www.googleapis.com/auth/pubsub" },
    });
    const { custom_attributes: attributes } = config;
    this.#attributes = Object.keys(attributes).length > 0 ? attributes : undefined;
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendParcels(
      batch.map(({ line }) => new TextEncoder().encode(line).toBase64()),
      { most: MOST.messages, mostBytes: MOST.bytes, bytesOf: (data) => this.#bytesOf(data) },
      (parcel) => sendTogether(parcel, (some) => this.#publish(some, context), context),
    );
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  #bytesOf(data: string): number {
    return data.length + jsonText(this.#attributes).length + PER_MESSAGE;
  }

  async #publish(messages: readonly string[], context?: WriteContext): Promise<void> {
    const { project_id, topic } = this.config;
    const path = `/v1/projects/${project_id}/topics/${encodeURIComponent(topic)}:publish`;
    const { body } = await this.#target.send({
      url: `${this.#target.address()}${path}`,
      body: jsonText({
        messages: messages.map((data) => ({ data, attributes: this.#attributes })),
      }),
    }, context);
    const { messageIds: ids } = membersIn(body);
    if (!Array.isArray(ids) || ids.length !== messages.length) {
      throw undocumentedAnswer("of Pub/Sub", { unclear: messages.length });
    }
  }
}

const plugin: SinkPlugin<GcpPubSubConfig> = {
  kind: "sink",
  name: "gcppubsub",
  summary: "A topic of Google Cloud Pub/Sub",
  schema,
  format: "json",
  create: (config) => new GcpPubSubSink(config),
  batchSize: 256,
};
export default plugin;
