/** Alerts as calls of a function of Google Cloud Functions (1st generation). */
import {
  alertDocument,
  cutText,
  escapeText,
  type FormattedAlert,
  GcpTarget,
  jsonText,
  sendEach,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type GcpCloudFunctionsConfig, schema } from "./schema.ts";

const LONGEST_EXCERPT = 500;

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
      const { body } = await this.#target.send({
        url: `${this.#target.address()}/v1/${this.config.function_name}:call`,
        body: jsonText({ data: jsonText(alertDocument(alert)) }),
      }, context);
      const failure = failureOfFunction(body);
      if (failure) throw failure;
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

/** The call went well and the function did not: it may be better next time. */
function failureOfFunction(body: string): SinkError | undefined {
  const error = errorIn(body);
  if (error === undefined) return undefined;
  const told = escapeText(cutText(error, LONGEST_EXCERPT));
  return new SinkError("unavailable", `The function failed: ${told}`);
}

/** docs: cloud.google.com/functions/docs/reference/rest/v1/projects.locations.functions/call */
function errorIn(body: string): string | undefined {
  try {
    const error = JSON.parse(body)?.error;
    return typeof error === "string" && error !== "" ? error : undefined;
  } catch {
    return undefined;
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
