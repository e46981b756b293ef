/** Alerts in policy reports of Kubernetes: one for each namespace, and one of the cluster. */
import {
  clusterFaults,
  type FormattedAlert,
  type HttpReply,
  jsonText,
  KubeTarget,
  membersIn,
  sendTogether,
  type Sink,
  SinkError,
  type SinkPlugin,
  undocumentedAnswer,
  type WriteContext,
} from "../../../core/mod.ts";
import { API, newReport, type Report, withResults } from "./report.ts";
import { namespaceOf, resultOf } from "./result.ts";
import { type PolicyReportConfig, schema } from "./schema.ts";

/** Reports of a thousand alerts; what is longer is none of falcod's. */
const MOST_BYTES = 8 << 20;
/** Others may write to a report at the same time. */
const MOST_TRIES = 5;

class PolicyReportSink implements Sink {
  readonly #config: PolicyReportConfig;
  readonly #target: KubeTarget;

  constructor(config: PolicyReportConfig) {
    this.#config = config;
    this.#target = new KubeTarget(config, { prefersPod: true });
  }

  /**
   * What has to be sent again is there once, so all of it is when a report fails; the other namespaces have
   * theirs by then.
   */
  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, async (some) => {
      let failure: SinkError | undefined;
      for (const [namespace, alerts] of Map.groupBy(some, ({ alert }) => namespaceOf(alert))) {
        try {
          await this.#add(namespace, alerts, context);
        } catch (error) {
          if (!(error instanceof SinkError) || context?.signal.aborted) throw error;
          failure ??= error;
        }
      }
      if (failure) throw failure;
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  /** All of one namespace; where that is gone, in that of falcod. */
  async #add(
    namespace: string,
    alerts: readonly FormattedAlert[],
    context?: WriteContext,
  ): Promise<void> {
    if (await this.#addTo(namespace, alerts, context)) return;
    const own = this.#config.falco_namespace || await this.#target.namespace() || "default";
    if (own !== namespace && await this.#addTo(own, alerts, context)) return;
    throw new SinkError(
      "unavailable",
      `The API server has no namespace "${own}": set falco_namespace`,
    );
  }

  /** False: there is no such namespace. */
  async #addTo(
    namespace: string,
    alerts: readonly FormattedAlert[],
    context?: WriteContext,
  ): Promise<boolean> {
    const results = alerts.map(({ alert }) => resultOf(alert, namespace));
    const blank = newReport(namespace);
    const { name } = blank.metadata as { readonly name: string };
    const place = namespace === ""
      ? `/apis/${API}/clusterpolicyreports`
      : `/apis/${API}/namespaces/${namespace}/policyreports`;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const path = `${place}/${name}`;
      const found = await this.#ask({ path, method: "GET", expected: [404] }, context);
      const known = found.status === 404 ? undefined : reportIn(found);
      const body = textOf(known ?? blank, results, this.#config);
      if (body === undefined) return true;
      const reply = known
        ? await this.#ask({ path, method: "PUT", body, expected: [404, 409] }, context)
        : await this.#ask(
          { path: place, method: "POST", body, expected: [403, 404, 409] },
          context,
        );
      if (reply.status < 300) return true;
      if (isNamespaceGone(reply)) return false;
      if (reply.status === 403) throw refused();
      if (reply.status === 404 && !known) throw withoutReports();
    }
    throw new SinkError("unavailable", "The report was changed by others again and again");
  }

  #ask(
    request: {
      readonly path: string;
      readonly method: "GET" | "POST" | "PUT";
      readonly body?: string;
      readonly expected: readonly number[];
    },
    context?: WriteContext,
  ): Promise<HttpReply> {
    return this.#target.send({ body: "", mostBytes: MOST_BYTES, ...request }, context);
  }
}

function reportIn({ body }: HttpReply): Report {
  const report = membersIn(body);
  if (report["metadata"]) return report;
  throw unreadable();
}

/** As `withResults`. Whoever may write reports can nest things in them as deep as they like. */
function textOf(...about: Parameters<typeof withResults>): string | undefined {
  try {
    const report = withResults(...about);
    return report && jsonText(report as never);
  } catch (error) {
    throw error instanceof RangeError ? unreadable() : error;
  }
}

function unreadable(): SinkError {
  return undocumentedAnswer("of the API server about a report");
}

/** What the API server says of a failure, if it says it. */
interface Status {
  readonly details?: { readonly kind?: unknown; readonly causes?: readonly { reason?: unknown }[] };
}

/** Or about to be: nothing is made in it any more. */
function isNamespaceGone(reply: HttpReply): boolean {
  const { details } = membersIn(reply.body) as Status;
  if (reply.status === 404) return details?.kind === "namespaces";
  const causes = Array.isArray(details?.causes) ? details.causes : [];
  return reply.status === 403 && causes.some((cause) => cause?.reason === "NamespaceTerminating");
}

/** Without the server's words: what it repeats may be a secret. */
function refused(): SinkError {
  return new SinkError(
    "unavailable",
    "The API server does not let falcod make reports (403): it has to be allowed to get, create " +
      "and update policyreports and clusterpolicyreports",
  );
}

function withoutReports(): SinkError {
  return new SinkError(
    "unavailable",
    `The API server knows no policy reports (${API}): their definitions have to be installed`,
  );
}

const plugin: SinkPlugin<PolicyReportConfig> = {
  kind: "sink",
  name: "policyreport",
  summary: "Policy reports of Kubernetes",
  schema,
  create: (config) => new PolicyReportSink(config),
  batchSize: 256,
  check: ({ kubeconfig }) => clusterFaults(kubeconfig),
};
export default plugin;
