/** Alerts as calls of a function of Google Cloud Functions (1st generation). */
import {
  alertDocument,
  type FormattedAlert,
  functionFailure,
  GcpTarget,
  jsonText,
  membersIn,
  sendEach,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type GcpCloudFunctionsConfig, schema } from "./schema.ts";

/** Of an answer: a function that fails may repeat what it was given. */
const MOST_ANSWER_BYTES = 4 << 20;

class GcpCloudFunctionsSink implements Sink {
  readonly #target: GcpTarget;

  constructor(readonly config: GcpCloudFunctionsConfig) {
    this.#target = new GcpTarget(config, {
      address: "https://cloudfunctions.googleapis.com",
      use: { scope: "https://www.googleapis.com/auth/cloud-platform" },
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(batch, async ({ alert }) => {
      const { body, hide } = await this.#target.send({
        url: `${this.#target.address()}/v1/${this.config.function_name}:call`,
        body: jsonText({ data: jsonText(alertDocument(alert)) }),
        mostBytes: MOST_ANSWER_BYTES,
      }, context);
      // cloud.google.com/functions/docs/reference/rest/v1/projects.locations.functions/call
      const { error } = membersIn(body);
      if (typeof error === "string" && error !== "") throw functionFailure(hide(error));
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

const plugin: SinkPlugin<GcpCloudFunctionsConfig> = {
  kind: "sink",
  name: "gcpcloudfunctions",
  summary: "A function of Google Cloud Functions",
  schema,
  create: (config) => new GcpCloudFunctionsSink(config),
  batchSize: 16,
};
export default plugin;
