/** A bucket of S3 that objects are put into. */
import type { WriteContext } from "../plugin/plugin.ts";
import type { AwsBucketSettings } from "./schema.ts";
import { AwsTarget } from "./target.ts";

export interface BucketObject {
  /** Parts with slashes between them. */
  readonly name: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

export class AwsBucket {
  readonly #settings: AwsBucketSettings;
  readonly #target: AwsTarget;

  constructor(settings: AwsBucketSettings) {
    this.#settings = settings;
    this.#target = new AwsTarget(settings, { service: "s3" });
  }

  /** Throws as `AwsTarget.region`. */
  region(): string {
    return this.#target.region();
  }

  /** One of that name is replaced. */
  async put({ name, body, contentType }: BucketObject, context?: WriteContext): Promise<void> {
    const { object_canned_acl: acl } = this.#settings;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
    await this.#target.send({
      method: "PUT",
      url: `${this.#place()}/${pathOf(name)}`,
      body,
      contentType,
      headers: {
        "x-amz-content-sha256": digest.toHex(),
        // Buckets whose objects are locked take none without.
        "x-amz-checksum-sha256": digest.toBase64(),
        ...acl !== "none" && { "x-amz-acl": acl },
      },
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  /** Of other servers than AWS's, buckets are paths; of AWS's those with dots, whose names TLS cannot know. */
  #place(): string {
    const { bucket, endpoint } = this.#settings;
    const address = this.#target.endpoint();
    return endpoint.isEmpty && !bucket.includes(".")
      ? address.replace("://", `://${bucket}.`)
      : `${address}/${bucket}`;
  }
}

function pathOf(name: string): string {
  return name.split("/").map((part) => encodeURIComponent(part.toWellFormed())).join("/");
}
