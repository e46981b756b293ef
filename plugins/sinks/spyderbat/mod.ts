/** Alerts for Spyderbat, which takes them from a source of the organization. */
import {
  bearerAuthorization,
  type FormattedAlert,
  type HttpReply,
  HttpTarget,
  jsonText,
  placeBelow,
  sendTogether,
  type Sink,
  SinkError,
  type SinkPlugin,
  undocumentedAnswer,
  type WriteContext,
} from "../../../core/mod.ts";
import { recordOf } from "./record.ts";
import { schema, type SpyderbatConfig } from "./schema.ts";

/** Of a list of sources. */
const MOST_BYTES = 4 << 20;

class SpyderbatSink implements Sink {
  readonly #config: SpyderbatConfig;
  readonly #target: HttpTarget;
  /** Of falcosidekick's too, so that who changes keeps it. */
  readonly #uid: string;
  #isKnown = false;

  constructor(config: SpyderbatConfig) {
    this.#config = config;
    this.#uid = `falcosidekick_${config.org_uid}`;
    this.#target = new HttpTarget(config, { url: config.api_url });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    if (!this.#isKnown) {
      await this.#makeSource(context);
      this.#isKnown = true;
    }
    await sendTogether(batch, async (some) => {
      const nowMs = Date.now();
      const records = await Promise.all(some.map(({ alert }) => recordOf(alert, nowMs)));
      const body = records.map((record) => `${jsonText(record)}\n`).join("");
      const path = `${this.#uid}/data/sb-agent`;
      await this.#ask({ path, body, contentType: "application/ndjson" }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async #makeSource(context?: WriteContext): Promise<void> {
    const { source, source_description } = this.#config;
    try {
      const { body } = await this.#ask({ path: "", method: "GET", body: "" }, context);
      if (uidsIn(body).includes(this.#uid)) return;
      const about = { name: source, description: source_description, uid: this.#uid };
      await this.#ask({ path: "", body: jsonText(about) }, context);
    } catch (error) {
      // It says nothing of the alerts.
      if (!(error instanceof SinkError) || error.code !== "rejected") throw error;
      throw new SinkError("unavailable", `Cannot make the source: ${error.message}`);
    }
  }

  #ask(
    { path, ...request }: {
      readonly path: string;
      readonly method?: "GET" | "POST";
      readonly body: string;
      readonly contentType?: string;
    },
    context?: WriteContext,
  ): Promise<HttpReply> {
    const { api_url, api_key, org_uid } = this.#config;
    return this.#target.send({
      contentType: "application/json",
      mostBytes: MOST_BYTES,
      ...request,
      url: placeBelow(api_url, `/api/v1/org/${org_uid}/source/${path}`),
      headers: { authorization: bearerAuthorization(api_key) },
    }, context);
  }
}

function uidsIn(body: string): readonly unknown[] {
  try {
    const sources: unknown = JSON.parse(body);
    if (Array.isArray(sources)) return sources.map((source) => source?.uid);
  } catch {
    // As below.
  }
  throw undocumentedAnswer("of Spyderbat about sources");
}

const plugin: SinkPlugin<SpyderbatConfig> = {
  kind: "sink",
  name: "spyderbat",
  summary: "Spyderbat",
  schema,
  create: (config) => new SpyderbatSink(config),
  batchSize: 256,
};
export default plugin;
