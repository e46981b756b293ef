/** One value with its name, before it is spelled for whoever asked. */
import type { Unit } from "./names.ts";

export type MetricType = "counter" | "gauge";
export type MetricValue = number | bigint;
export type Labels = Readonly<Record<string, string>>;

/** What `metrics:` in falco.yaml switches on and off. */
export interface MetricGroups {
  readonly rules: boolean;
  readonly resources: boolean;
  readonly state: boolean;
  readonly kernel: boolean;
  readonly perCpu: boolean;
  readonly programs: boolean;
  readonly plugins: boolean;
}

/** A metric of Falco's. */
export interface Metric {
  /** As fields of alerts have it, with the unit: `memory_rss_kb`. */
  readonly name: string;
  /** The word behind `falcosecurity_` for Prometheus. */
  readonly part: "falco" | "scap" | "plugins" | "evt";
  /** The word in front of the name in fields of alerts. */
  readonly fieldPart: "falco" | "scap" | "plugins";
  readonly help: string;
  readonly type: MetricType;
  readonly unit: Unit;
  readonly value: MetricValue;
  /** Where Prometheus tells by labels what fields tell by their names. */
  readonly labelled?: { readonly name: string; readonly labels: Labels };
  /** A sum of what Prometheus adds up itself. */
  readonly onlyField?: true;
}

/** All values of one name, as Prometheus and OpenTelemetry want them. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Labels;
  readonly value: MetricValue;
}
