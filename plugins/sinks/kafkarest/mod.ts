/** Alerts as messages of Kafka, through a REST proxy. */
import {
  type FormattedAlert,
  HttpTarget,
  jsonText,
  membersIn,
  sendTogether,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type KafkaRestConfig, schema } from "./schema.ts";

/** Of an answer, which says something of each record, and of those that failed in sentences. */
const MOST_ANSWER_BYTES = 4 << 20;

class KafkaRestSink implements Sink {
  readonly #target: HttpTarget;
  readonly #contentType: string;

  constructor(config: KafkaRestConfig) {
    this.#target = new HttpTarget(config, { url: config.address });
    this.#contentType = `application/vnd.kafka.binary.v${config.version}+json`;
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, async (some) => {
      const records = some.map(({ line }) => ({
        value: new TextEncoder().encode(line).toBase64(),
      }));
      const { body } = await this.#target.send({
        body: jsonText({ records }),
        contentType: this.#contentType,
        mostBytes: MOST_ANSWER_BYTES,
      }, context);
      const failure = failureIn(body, some.length);
      if (failure) throw failure;
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

/**
 * The answer is a good one also where brokers did not take a message: each has its own. An empty one
 * (204: a bridge that does not wait for brokers) says nothing against any.
 */
function failureIn(body: string, count: number): SinkError | undefined {
  if (body.trim() === "") return undefined;
  const { offsets } = membersIn(body);
  if (!Array.isArray(offsets) || offsets.length !== count) {
    return new SinkError(
      "unavailable",
      "The proxy's answer does not say which messages the brokers took: " +
        `it is no JSON with a list "offsets" of each, or has more than ${MOST_ANSWER_BYTES} bytes`,
      { unclear: Infinity },
    );
  }
  const accepted = offsets.findIndex((offset) => hasError(offset));
  if (accepted < 0) return undefined;
  // Of those behind it some may be there, and come again.
  const isUnclear = offsets.slice(accepted).some((offset) => !hasError(offset));
  return new SinkError("unavailable", "The proxy's brokers did not take a message", {
    accepted,
    unclear: isUnclear ? count - accepted : 0,
  });
}

function hasError(offset: unknown): boolean {
  const { error, error_code } = (offset ?? {}) as { error?: unknown; error_code?: unknown };
  return (error ?? error_code ?? null) !== null;
}

const plugin: SinkPlugin<KafkaRestConfig> = {
  kind: "sink",
  name: "kafkarest",
  summary: "A topic of Kafka, through a REST proxy",
  schema,
  format: "json",
  create: (config) => new KafkaRestSink(config),
  batchSize: 100,
};
export default plugin;
