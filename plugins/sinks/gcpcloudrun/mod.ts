/** Alerts as requests to a service of Google Cloud Run, or a function (2nd generation), which know who asks. */
import {
  alertDocument,
  type Authorization,
  AuthorizedTarget,
  bearer,
  type FormattedAlert,
  gcpAuthorizer,
  jsonText,
  sendEach,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type GcpCloudRunConfig, schema } from "./schema.ts";

class GcpCloudRunSink implements Sink {
  readonly #target: AuthorizedTarget;

  constructor(readonly config: GcpCloudRunConfig) {
    this.#target = new AuthorizedTarget(config, {
      url: config.endpoint,
      authorize: (context) => this.#authorize(context),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(
      batch,
      ({ alert }) => this.#target.send({ body: jsonText(alertDocument(alert)) }, context),
      context,
    );
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async #authorize(context?: WriteContext): Promise<Authorization> {
    const { jwt, endpoint, audience } = this.config;
    const given = jwt.reveal().trim();
    // Somebody else sees to it that it is good: it is looked at each time.
    if (given !== "") return bearer(given, 0);
    const server = URL.parse(endpoint.reveal().trim())?.origin;
    const use = { audience: audience || server || "" };
    if (use.audience === "") {
      throw new SinkError(
        "unavailable",
        "The address is none that begins with http:// or https://",
      );
    }
    return await gcpAuthorizer(this.config, { use })(context);
  }
}

const plugin: SinkPlugin<GcpCloudRunConfig> = {
  kind: "sink",
  name: "gcpcloudrun",
  summary: "A service of Google Cloud Run, or a function",
  schema,
  create: (config) => new GcpCloudRunSink(config),
  batchSize: 16,
};
export default plugin;
