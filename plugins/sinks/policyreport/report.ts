/** A policy report, and what is added to it. */
import { jsonText } from "../../../core/mod.ts";
import { SEVERITIES } from "./result.ts";

/** As the API server has it; of what others wrote nothing is known. */
export type Report = Readonly<Record<string, unknown>>;
type Result = Readonly<Record<string, unknown>>;

export const API = "wgpolicyk8s.io/v1alpha2";

/** etcd takes 1.5 MB, in a form of its own that is no longer than this one. */
const MOST_BYTES = 1_000_000;
/** Of those there: more than fit into a report whose results say something. The last ones count. */
const MOST_RESULTS = 20_000;
const ENCODER = new TextEncoder();

export interface ReportLimits {
  readonly max_events: number;
  readonly prune_by_priority: boolean;
}

/** `namespace` is empty for that of the cluster. */
export function newReport(namespace: string): Report {
  const name = namespace === "" ? "falco-cluster-policy-report" : "falco-policy-report";
  return {
    apiVersion: API,
    kind: namespace === "" ? "ClusterPolicyReport" : "PolicyReport",
    metadata: {
      name,
      ...namespace !== "" && { namespace },
      labels: { "app.kubernetes.io/managed-by": "falcod" },
    },
  };
}

/** The report with some results more, or absent: all of them are in it already. */
export function withResults(
  report: Report,
  added: readonly Result[],
  limits: ReportLimits,
): Report | undefined {
  const there = Array.isArray(report.results) ? report.results.slice(-MOST_RESULTS) : [];
  const old = there.filter(isResult);
  const known = new Set(old.map(keyOf));
  const fresh = added.filter((result) => !known.has(keyOf(result)));
  if (fresh.length === 0) return undefined;
  const results = pruned([...old, ...fresh], limits);
  return { ...report, results, summary: summaryOf(results) };
}

function isResult(value: unknown): value is Result {
  return typeof value === "object" && value !== null;
}

/** One that is sent again is the same alert. */
function keyOf({ rule, timestamp, message }: Result): string {
  const { seconds, nanos } = (timestamp ?? {}) as { seconds?: unknown; nanos?: unknown };
  return JSON.stringify([rule, seconds, nanos ?? 0, message]);
}

function pruned(results: readonly Result[], limits: ReportLimits): readonly Result[] {
  const sizes = results.map((result) => ENCODER.encode(jsonText(result as never)).length);
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  let count = results.length;
  const gone = new Set<number>();
  for (const index of orderOf(results, limits)) {
    if (count <= limits.max_events && bytes <= MOST_BYTES) break;
    gone.add(index);
    count--;
    bytes -= sizes[index]!;
  }
  return results.filter((_, index) => !gone.has(index));
}

/** Who goes first. */
function orderOf(results: readonly Result[], { prune_by_priority }: ReportLimits) {
  const order = results.map((_, index) => index);
  if (!prune_by_priority) return order;
  const severities: readonly unknown[] = SEVERITIES;
  return order.sort((one, other) =>
    severities.indexOf(results[one]!.severity) - severities.indexOf(results[other]!.severity) ||
    one - other
  );
}

function summaryOf(results: readonly Result[]): Readonly<Record<string, number>> {
  const summary = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
  for (const { result } of results) {
    if (typeof result === "string" && Object.hasOwn(summary, result)) {
      summary[result as keyof typeof summary]++;
    }
  }
  return summary;
}
