/** Alerts as objects of AWS S3, one each. */
import {
  alertDocument,
  AwsTarget,
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
  readonly #target: AwsTarget;

  constructor(readonly config: AwsS3Config) {
    this.#target = new AwsTarget(config, { service: "s3" });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const { object_canned_acl: acl } = this.config;
    await sendEach(batch, async ({ alert }) => {
      const body = new TextEncoder().encode(jsonText(alertDocument(alert)));
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
      await this.#target.send({
        method: "PUT",
        url: `${this.#place()}/${pathOf(await objectName(alert, this.config.prefix))}`,
        body,
        contentType: "application/json",
        headers: {
          "x-amz-content-sha256": digest.toHex(),
          // Buckets whose objects are locked take none without.
          "x-amz-checksum-sha256": digest.toBase64(),
          ...acl !== "none" && { "x-amz-acl": acl },
        },
      }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  /** Of other servers than AWS's, buckets are paths; of AWS's those with dots, whose names TLS cannot know. */
  #place(): string {
    const { bucket, endpoint } = this.config;
    const address = this.#target.endpoint();
    return endpoint.isEmpty && !bucket.includes(".")
      ? address.replace("://", `://${bucket}.`)
      : `${address}/${bucket}`;
  }
}

function pathOf(name: string): string {
  return name.split("/").map((part) => encodeURIComponent(part.toWellFormed())).join("/");
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
