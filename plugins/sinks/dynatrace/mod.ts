/** Alerts as log records of Dynatrace, a batch as one request. */
import {
  excerptOf,
  type FormattedAlert,
  type HttpAnswer,
  HttpTarget,
  jsonText,
  membersIn,
  placeBelow,
  Secret,
  sendTogether,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { recordOf } from "./record.ts";
import { type DynatraceConfig, schema } from "./schema.ts";

class DynatraceSink implements Sink {
  readonly #target: HttpTarget;

  constructor(readonly config: DynatraceConfig) {
    const url = () => placeBelow(config.api_url, "/v2/logs/ingest");
    this.#target = new HttpTarget(config, { url });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, async (some) => {
      const body = jsonText(some.map(({ alert }) => recordOf(alert)));
      const authorization = new Secret({ value: `Api-Token ${this.config.api_token.reveal()}` });
      const answer = await this.#target.send({ body, headers: { authorization } }, context);
      const loss = lossIn(answer, some.length);
      if (loss) throw loss;
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

/**
 * All were taken: 204. With 200 Dynatrace has taken only some, and says in words why; which they are is not
 * told, and none of them is to be sent again. docs.dynatrace.com "POST ingest logs"
 */
function lossIn({ status, body, hide }: HttpAnswer, count: number): SinkError | undefined {
  const { details } = membersIn(body) as { readonly details?: { readonly message?: unknown } };
  if (status !== 200 || typeof details?.message !== "string") return undefined;
  const reason = excerptOf(hide(details.message));
  return new SinkError("rejected", `Dynatrace did not take all of ${count}: ${reason}`, {
    accepted: count - 1,
    refused: 1,
  });
}

const plugin: SinkPlugin<DynatraceConfig> = {
  kind: "sink",
  name: "dynatrace",
  summary: "Logs of Dynatrace",
  schema,
  create: (config) => new DynatraceSink(config),
  batchSize: 100,
};
export default plugin;
