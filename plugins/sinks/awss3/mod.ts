/** Alerts as objects of AWS S3, one each. */
import {
  alertDocument,
  AwsBucket,
  type FormattedAlert,
  jsonText,
  objectName,
  sendEach,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type AwsS3Config, schema } from "./schema.ts";

class AwsS3Sink implements Sink {
  readonly #bucket: AwsBucket;

  constructor(readonly config: AwsS3Config) {
    this.#bucket = new AwsBucket(config);
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(batch, async ({ alert }) => {
      const name = await objectName(alert, this.config.prefix);
      const body = new TextEncoder().encode(jsonText(alertDocument(alert)));
      await this.#bucket.put({ name, body, contentType: "application/json" }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#bucket.close();
  }
}

const plugin: SinkPlugin<AwsS3Config> = {
  kind: "sink",
  name: "awss3",
  summary: "Objects of AWS S3",
  schema,
  create: (config) => new AwsS3Sink(config),
  batchSize: 32,
};
export default plugin;
