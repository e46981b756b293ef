/** Alerts in channels of Microsoft Teams. */
import {
  fitting,
  type FormattedAlert,
  HttpTarget,
  jsonText,
  sendEach,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { adaptiveCard, messageCard } from "./cards.ts";
import { schema, type TeamsConfig } from "./schema.ts";

/** A message has at most 28 KB. */
const MOST_BYTES = 27_000;

class TeamsSink implements Sink {
  readonly #target: HttpTarget;

  constructor(readonly config: TeamsConfig) {
    this.#target = new HttpTarget(config, { url: config.webhook_url });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const { config } = this;
    const card = config.card === "message_card" ? messageCard : adaptiveCard;
    await sendEach(batch, async ({ alert }) => {
      const request = {
        body: fitting(
          [8000, 1000, 200, 50],
          (limit) => jsonText(card(alert, config, limit)),
          (text) => new TextEncoder().encode(text).length <= MOST_BYTES,
        ),
      };
      const { body } = await this.#target.send(request, context);
      // Connectors answer 200 and tell in words what Teams itself has answered them.
      const failed = /delivery failed.*HTTP error (\d{3})/.exec(body);
      if (failed) {
        throw new SinkError("unavailable", `Teams answered ${failed[1]} to its connector`);
      }
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

const plugin: SinkPlugin<TeamsConfig> = {
  kind: "sink",
  name: "teams",
  summary: "A channel of Microsoft Teams",
  schema,
  create: (config) => new TeamsSink(config),
  batchSize: 1,
};
export default plugin;
