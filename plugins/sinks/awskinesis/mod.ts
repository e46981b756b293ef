/** Alerts as records of a data stream of AWS Kinesis, many in a request. */
import {
  AwsTarget,
  fillTopic,
  type FormattedAlert,
  jsonText,
  sendParcels,
  sendTogether,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { failureIn } from "./outcome.ts";
import { type AwsKinesisConfig, schema } from "./schema.ts";

/** docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html: keys count, and so do records. */
const MOST = { records: 500, bytes: 5_000_000, keyLength: 256 };

/** Of an answer, which says something of each record, and of those that failed in sentences. */
const MOST_ANSWER_BYTES = 1 << 20;

interface KinesisRecord {
  readonly Data: string;
  readonly PartitionKey: string;
}

class AwsKinesisSink implements Sink {
  readonly #target: AwsTarget;

  constructor(readonly config: AwsKinesisConfig) {
    this.#target = new AwsTarget(config, { service: "kinesis" });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendParcels(
      batch.map((formatted) => this.#recordOf(formatted)),
      { most: MOST.records, mostBytes: MOST.bytes, bytesOf },
      (parcel) => sendTogether(parcel, (some) => this.#put(some, context), context),
    );
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  #recordOf({ alert, line }: FormattedAlert): KinesisRecord {
    const { partition_key } = this.config;
    return {
      Data: new TextEncoder().encode(line).toBase64(),
      PartitionKey: partition_key === ""
        ? crypto.randomUUID()
        : fillTopic(partition_key, alert).slice(0, MOST.keyLength),
    };
  }

  async #put(records: readonly KinesisRecord[], context?: WriteContext): Promise<void> {
    const answer = await this.#target.send({
      body: jsonText({
        StreamName: this.config.stream_name,
        Records: records.map((record) => ({ ...record })),
      }),
      contentType: "application/x-amz-json-1.1",
      headers: { "x-amz-target": "Kinesis_20131202.PutRecords" },
      mostBytes: MOST_ANSWER_BYTES,
    }, context);
    const failure = failureIn(answer, records.length);
    if (failure) throw failure;
  }
}

/** Rather too much: Kinesis counts what is in the base64. */
function bytesOf({ Data, PartitionKey }: KinesisRecord): number {
  return Data.length + PartitionKey.length;
}

const plugin: SinkPlugin<AwsKinesisConfig> = {
  kind: "sink",
  name: "awskinesis",
  summary: "A data stream of AWS Kinesis",
  schema,
  format: "json",
  create: (config) => new AwsKinesisSink(config),
  batchSize: 256,
};
export default plugin;
