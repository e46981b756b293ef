/** Alerts as events of Azure Event Hubs, many in a request. */
import {
  type Authorization,
  AuthorizedTarget,
  type FormattedAlert,
  jsonText,
  Secret,
  sendParcels,
  sendTogether,
  type Sink,
  type SinkPlugin,
  tokenSources,
  withoutEnd,
  type WriteContext,
} from "../../../core/mod.ts";
import { findIdentity } from "./find_identity.ts";
import { type AzureEventHubConfig, schema } from "./schema.ts";
import { sharedAccess } from "./shared_access.ts";

/** learn.microsoft.com/azure/event-hubs/event-hubs-quotas: 256 KB of the basic tier, 1 MB of others. */
const MOST = { events: 1000, bytes: 250_000 };
const DOMAIN = "servicebus.windows.net";

class AzureEventHubSink implements Sink {
  readonly #target: AuthorizedTarget;
  readonly #host: string;

  constructor(readonly config: AzureEventHubConfig) {
    const { namespace } = config;
    this.#host = namespace.includes(".") ? namespace : `${namespace}.${DOMAIN}`;
    this.#target = new AuthorizedTarget(config, {
      url: () => new Secret({ value: this.#address() }),
      authorize: (context) => this.#authorize(context),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendParcels(
      batch.map(({ line }) => jsonText({ Body: line })),
      { most: MOST.events, mostBytes: MOST.bytes, bytesOf },
      (parcel) => sendTogether(parcel, (some) => this.#post(some, context), context),
    );
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  #post(events: readonly string[], context?: WriteContext) {
    return this.#target.send({
      url: this.#address(),
      body: `[${events.join(",")}]`,
      contentType: "application/vnd.microsoft.servicebus.json",
    }, context);
  }

  #address(): string {
    const server = withoutEnd(this.config.endpoint.reveal()) || `https://${this.#host}`;
    return `${server}/${this.config.event_hub}/messages?timeout=60&api-version=2014-01`;
  }

  async #authorize(context?: WriteContext): Promise<Authorization> {
    const { config } = this;
    const { shared_access_key_name: keyName, shared_access_key: key, event_hub } = config;
    if (keyName !== "") {
      return await sharedAccess({ place: `${this.#host}/${event_hub}`, keyName, key });
    }
    return await findIdentity(config, tokenSources(config), context);
  }
}

function bytesOf(event: string): number {
  return new TextEncoder().encode(event).length + 1;
}

const plugin: SinkPlugin<AzureEventHubConfig> = {
  kind: "sink",
  name: "azureeventhub",
  summary: "Azure Event Hubs",
  schema,
  format: "json",
  create: (config) => new AzureEventHubSink(config),
  batchSize: 256,
};
export default plugin;
