/** What falcosidekick counts, by its names. */
import { type Alert, PRIORITIES } from "../../alert/mod.ts";
import type { LaneCounters } from "../../delivery/mod.ts";
import type { Family, Sample } from "../../metrics/mod.ts";
import type { SidekickSettings } from "./settings.ts";

const PREFIX = "falcosecurity_falcosidekick_";
/** Names of rules and pods come from elsewhere, and each is a line of its own for ever. */
const MOST_SERIES = 10_000;
/** Characters of all their labels: who asks for the metrics gets every one. */
const MOST_OF_ALL_LABELS = 2 << 20;
/** Characters of a label, so that all of them have a bound. */
const MOST_OF_LABEL = 200;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  count: number;
}

export class SidekickCounters {
  #accepted = 0;
  #rejected = 0;
  /** Alerts beyond the series that are kept. */
  #others = 0;
  #units = 0;
  readonly #series = new Map<string, Series>();

  accept(alert: Alert, settings: Pick<SidekickSettings, "enrich" | "extraLabels">): void {
    this.#accepted++;
    const labels = labelsOf(alert, settings);
    const key = JSON.stringify(labels);
    const known = this.#series.get(key);
    if (known) known.count++;
    else if (this.#series.size < MOST_SERIES && this.#units < MOST_OF_ALL_LABELS) {
      this.#series.set(key, { labels, count: 1 });
      this.#units += key.length;
    } else this.#others++;
  }

  reject(): void {
    this.#rejected++;
  }

  get accepted(): number {
    return this.#accepted;
  }

  get rejected(): number {
    return this.#rejected;
  }

  families(outputs: readonly LaneCounters[]): readonly Family[] {
    const others: Sample[] = this.#others === 0
      ? []
      : [{ labels: { rule: "(others)" }, value: this.#others }];
    const families: readonly Family[] = [
      {
        name: `${PREFIX}inputs_total`,
        help: "Requests with alerts, by whether they were taken",
        type: "counter",
        samples: [
          { labels: { source: "requests", status: "accepted" }, value: this.#accepted },
          { labels: { source: "requests", status: "rejected" }, value: this.#rejected },
        ],
      },
      {
        name: `${PREFIX}falco_events_total`,
        help: "Alerts that came, by what they are about",
        type: "counter",
        samples: [
          ...[...this.#series.values()].map(({ labels, count }) => ({ labels, value: count })),
          ...others,
        ],
      },
      {
        name: `${PREFIX}outputs_total`,
        help: "Alerts by output and by whether they arrived",
        type: "counter",
        samples: outputs.flatMap(({ name, delivered, dropped, failed }) => [
          { labels: { destination: name, status: "ok" }, value: delivered },
          { labels: { destination: name, status: "error" }, value: dropped + failed },
        ]),
      },
    ];
    return families.filter(({ samples }) => samples.length > 0);
  }
}

function labelsOf(
  { hostname, rule, priority, source, fields }: Alert,
  { enrich, extraLabels }: Pick<SidekickSettings, "enrich" | "extraLabels">,
): Readonly<Record<string, string>> {
  const textAt = (name: string) => {
    const value = fields.get(name);
    return typeof value === "string" ? cut(value) : "";
  };
  const labels: Record<string, string> = {
    hostname: hostname === "" ? "unknown" : cut(hostname),
    rule: cut(rule),
    // 8 for Emergency, 1 for Debug.
    priority: String(PRIORITIES.length - PRIORITIES.indexOf(priority)),
    priority_raw: priority.toLowerCase(),
    source: cut(source),
    k8s_ns_name: textAt("k8s.ns.name"),
    k8s_pod_name: textAt("k8s.pod.name"),
  };
  const { customFields, templatedFields } = enrich;
  for (const name of [...customFields.keys(), ...templatedFields.keys(), ...extraLabels]) {
    const label = name.replaceAll(".", "_");
    if (LABEL.test(label)) labels[label] ??= textAt(name);
  }
  return labels;
}

/** What is shown alike is one series: readers refuse one that is there twice. */
function cut(text: string): string {
  const shown = text.length <= MOST_OF_LABEL ? text : `${text.slice(0, MOST_OF_LABEL)}…`;
  return shown.toWellFormed().replaceAll("\0", "\ufffd");
}
