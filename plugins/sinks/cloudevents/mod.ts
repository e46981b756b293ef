/**
 * Alerts as CloudEvents over HTTP, in binary mode: what is known of them are headers.
 * github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
import {
  type Alert,
  alertDocument,
  alertUuid,
  type FormattedAlert,
  HttpTarget,
  jsonText,
  rfc3339Text,
  sendEach,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type CloudEventsConfig, schema } from "./schema.ts";

/** Of a header, with what is spelled out in it. */
const MOST_VALUE_UNITS = 1000;

/** One that is sent again has the same `ce-id`. */
export async function attributesOf(
  alert: Alert,
  { extensions }: Pick<CloudEventsConfig, "extensions">,
): Promise<Readonly<Record<string, string>>> {
  const { priority, rule, source, hostname, timeNs } = alert;
  const attributes: Readonly<Record<string, string>> = {
    specversion: "1.0",
    id: await alertUuid(alert),
    source: "https://falco.org",
    type: "falco.rule.output.v1",
    time: rfc3339Text(timeNs),
    priority,
    rule,
    eventsource: source,
    ...hostname !== "" && { hostname },
    ...extensions,
  };
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`ce-${name}`, headerText(value)]),
  );
}

/**
 * Spaces stay, as falcosidekick's do: who filters by names of rules may not decode them. What is too
 * long ends with a character as a whole.
 */
function headerText(text: string): string {
  let encoded = "";
  for (const character of text.slice(0, MOST_VALUE_UNITS).toWellFormed().trim()) {
    const next = /[ -~]/.test(character) ? character : encodeURIComponent(character);
    if (encoded.length + next.length > MOST_VALUE_UNITS) break;
    encoded += next;
  }
  return encoded.trimEnd();
}

class CloudEventsSink implements Sink {
  readonly #target: HttpTarget;

  constructor(readonly config: CloudEventsConfig) {
    this.#target = new HttpTarget(config, { url: config.address });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(batch, async ({ alert }) => {
      await this.#target.send({
        body: jsonText(alertDocument(alert)),
        contentType: "application/json",
        headers: await attributesOf(alert, this.config),
      }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

const plugin: SinkPlugin<CloudEventsConfig> = {
  kind: "sink",
  name: "cloudevents",
  summary: "Consumers of CloudEvents, as Knative",
  schema,
  create: (config) => new CloudEventsSink(config),
  batchSize: 32,
};
export default plugin;
