/** Alerts as calls of a function of AWS Lambda. */
import {
  alertDocument,
  AwsTarget,
  type FormattedAlert,
  functionFailure,
  type HttpAnswer,
  jsonText,
  MOST_OF_FUNCTION,
  sendEach,
  type Sink,
  type SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type AwsLambdaConfig, schema } from "./schema.ts";

class AwsLambdaSink implements Sink {
  readonly #target: AwsTarget;

  constructor(readonly config: AwsLambdaConfig) {
    this.#target = new AwsTarget(config, { service: "lambda", name: config.function_name });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const { function_name, invocation_type, log_type } = this.config;
    await sendEach(batch, async ({ alert }) => {
      const path = `/2015-03-31/functions/${encodeURIComponent(function_name)}/invocations`;
      const reply = await this.#target.send({
        url: `${this.#target.endpoint()}${path}`,
        body: jsonText(alertDocument(alert)),
        headers: {
          "x-amz-invocation-type": invocation_type,
          // Only of calls that are waited for.
          ...invocation_type === "RequestResponse" && { "x-amz-log-type": log_type },
        },
      }, context);
      const failure = failureIn(reply);
      if (failure) throw failure;
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

function failureIn({ headers, body, hide }: HttpAnswer): SinkError | undefined {
  const kind = headers["x-amz-function-error"];
  if (kind === undefined) return undefined;
  return functionFailure(
    lastOf(hide(logIn(headers["x-amz-log-result"]) || body)),
    hide(String(kind)),
  );
}

function logIn(header: unknown): string {
  if (typeof header !== "string") return "";
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(header)).trim();
  } catch {
    return "";
  }
}

/** What it said last is what matters. */
function lastOf(text: string): string {
  return text.slice(-MOST_OF_FUNCTION).toWellFormed();
}

const plugin: SinkPlugin<AwsLambdaConfig> = {
  kind: "sink",
  name: "awslambda",
  summary: "A function of AWS Lambda",
  schema,
  create: (config) => new AwsLambdaSink(config),
  batchSize: 16,
};
export default plugin;
