/** Alerts as documents of Elasticsearch and OpenSearch, many at once. */
import {
  alertId,
  basicAuthorization,
  type FormattedAlert,
  type HttpRequest,
  HttpTarget,
  jsonText,
  placeBelow,
  Secret,
  sendTogether,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { failureIn } from "./bulk.ts";
import { documentOf, indexOf, indexTemplate } from "./document.ts";
import { type ElasticsearchConfig, schema } from "./schema.ts";

/** Some 200 bytes a document, more where it fails. */
const MOST_REPLY_BYTES = 4 << 20;

class ElasticsearchSink implements Sink {
  readonly #target: HttpTarget;
  #hasTemplate: boolean;

  constructor(readonly config: ElasticsearchConfig) {
    this.#target = new HttpTarget(config, { url: config.host_port });
    this.#hasTemplate = !config.create_index_template;
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    if (!this.#hasTemplate) await this.#makeTemplate(context).catch(notOfAlerts);
    await sendTogether(batch, (some) => this.#bulk(some, context), context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async #bulk(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const lines = await Promise.all(batch.map(async ({ alert }) => {
      const document = jsonText(documentOf(alert, this.config));
      const _index = indexOf(alert, this.config);
      // One that is sent twice is there once.
      return `${jsonText({ create: { _index, _id: await alertId(alert) } })}\n${document}`;
    }));
    const { pipeline } = this.config;
    const query = new URLSearchParams({
      filter_path: "items.*.status,items.*.error.type,items.*.error.reason",
      ...pipeline !== "" && { pipeline },
    });
    const answer = await this.#send({
      url: this.#at(`/_bulk?${query}`),
      contentType: "application/x-ndjson",
      body: `${lines.join("\n")}\n`,
      mostBytes: MOST_REPLY_BYTES,
    }, context);
    const failure = failureIn(answer, batch.length);
    if (failure) throw failure;
  }

  /** One that is there may be somebody's own, so it stays. */
  async #makeTemplate(context?: WriteContext): Promise<void> {
    const url = this.#at(`/_index_template/${this.config.index}`);
    try {
      await this.#send({ url, method: "GET", body: "" }, context);
    } catch (error) {
      if (!(error instanceof SinkError) || !/answered 404\b/.test(error.message)) throw error;
      await this.#send({ url, method: "PUT", body: jsonText(indexTemplate(this.config)) }, context);
    }
    this.#hasTemplate = true;
  }

  #send(request: HttpRequest, context?: WriteContext) {
    const { username, password, api_key } = this.config;
    const authorization = username !== ""
      ? basicAuthorization(username, password)
      : api_key.isEmpty
      ? undefined
      : new Secret({ value: `ApiKey ${api_key.reveal()}` });
    const headers = authorization ? { authorization } : {};
    return this.#target.send({ ...request, headers }, context);
  }

  #at(path: string): Secret {
    return placeBelow(this.config.host_port, path);
  }
}

/** What is wrong with the template says nothing of the alerts. */
function notOfAlerts(error: unknown): never {
  if (!(error instanceof SinkError) || error.code !== "rejected") throw error;
  throw new SinkError("unavailable", `Cannot make the index template: ${error.message}`);
}

const plugin: SinkPlugin<ElasticsearchConfig> = {
  kind: "sink",
  name: "elasticsearch",
  summary: "Documents of Elasticsearch or OpenSearch",
  schema,
  create: (config) => new ElasticsearchSink(config),
  batchSize: 256,
};
export default plugin;
