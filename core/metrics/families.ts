/** All metrics under the names that Prometheus and OpenTelemetry get. */
import {
  enterMetrics,
  metricsOfSource,
  resourceMetrics,
  ruleMetrics,
  wrapperMetrics,
} from "./falco.ts";
import { ownFamilies } from "./own.ts";
import type { Family, Metric, MetricGroups, Sample } from "./metric.ts";
import { labelName, prometheusName, prometheusValue } from "./names.ts";
import type { Readings } from "./readings.ts";

/** Each name once, in the order they first came. */
export function familiesOf(readings: Readings, groups: MetricGroups): readonly Family[] {
  const metrics = [
    ...wrapperMetrics(readings),
    ...groups.rules ? ruleMetrics(readings) : [],
    ...groups.resources ? resourceMetrics(readings) : [],
    ...readings.sources.flatMap((source) => metricsOfSource(source, readings, groups)),
    ...groups.kernel || groups.perCpu ? enterMetrics() : [],
  ];
  return [...grouped(metrics.filter(({ onlyField }) => !onlyField)), ...ownFamilies(readings)];
}

function grouped(metrics: readonly Metric[]): Family[] {
  const families = new Map<string, Family & { readonly samples: Sample[] }>();
  for (const { part, name, unit, help, type, value, labelled } of metrics) {
    const full = prometheusName(part, labelled?.name ?? name, unit);
    let family = families.get(full);
    if (!family) families.set(full, family = { name: full, help, type, samples: [] });
    family.samples.push({
      labels: spelled(labelled?.labels ?? {}),
      value: prometheusValue(value, unit),
    });
  }
  return [...families.values()].map(withoutTwins);
}

/** Tags "a-b" and "a_b" are one label. */
function spelled(labels: Sample["labels"]): Sample["labels"] {
  const entries = Object.entries(labels).map(([name, value]) => [labelName(name), value] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0));
}

/** Two files of one name and content are one series. */
function withoutTwins(family: Family): Family {
  const seen = new Set<string>();
  const samples = family.samples.filter(({ labels }) => {
    const key = JSON.stringify(labels);
    return !seen.has(key) && seen.add(key);
  });
  return { ...family, samples };
}
