/** Alerts as objects of Google Cloud Storage, one each. */
import {
  type Alert,
  alertDocument,
  type FormattedAlert,
  GcpTarget,
  type HttpReply,
  jsonText,
  objectName,
  sendEach,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type GcpStorageConfig, schema } from "./schema.ts";

/** Of a write that nobody ends. */
const NEVER = new AbortController().signal;

class GcpStorageSink implements Sink {
  readonly #target: GcpTarget;

  constructor(readonly config: GcpStorageConfig) {
    this.#target = new GcpTarget(config, {
      address: "https://storage.googleapis.com",
      use: { scope: "https://www.googleapis.com/auth/devstorage.read_write" },
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(batch, ({ alert }) => this.#put(alert, context), context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  /** An object that is there is the same alert, sent before; to write over it takes another right. */
  async #put(alert: Alert, context: WriteContext = { signal: NEVER }): Promise<void> {
    const { bucket, prefix } = this.config;
    const name = (await objectName(alert, prefix)).toWellFormed();
    const query = new URLSearchParams({ uploadType: "media", name, ifGenerationMatch: "0" });
    let isThere = false;
    const observe: WriteContext["observe"] = (exchange) => {
      isThere = exchange.kind === "http" && exchange.reply !== undefined &&
        saysItIsThere(exchange.reply);
      context.observe?.(exchange);
    };
    try {
      await this.#target.send({
        url: `${this.#target.address()}/upload/storage/v1/b/${bucket}/o?${query}`,
        body: jsonText(alertDocument(alert)),
        contentType: "application/json",
      }, { ...context, observe });
    } catch (error) {
      if (!isThere) throw error;
    }
  }
}

/** What is to be made new is there already: it is not as asked, or who asks may not write over it. */
function saysItIsThere({ status, body }: Pick<HttpReply, "status" | "body">): boolean {
  return status === 412 || status === 403 && body.includes("storage.objects.delete");
}

const plugin: SinkPlugin<GcpStorageConfig> = {
  kind: "sink",
  name: "gcpstorage",
  summary: "Objects of Google Cloud Storage",
  schema,
  create: (config) => new GcpStorageSink(config),
  batchSize: 32,
};
export default plugin;
