/** An alert as a log record, with names of Dynatrace's semantic dictionary where it has some. */
import {
  type Alert,
  falcoOutput,
  type Json,
  type OutputValue,
  rfc3339Text,
  shortText,
  valueText,
} from "../../../core/mod.ts";

/** docs.dynatrace.com/docs/observe-and-explore/logs/lma-limits: 32 kB a value, four bytes a character at most. */
const MOST_VALUE_UNITS = 8000;
/** Of the text, of each tag and of each text in a field of the content, which has 512 kB in all where pipelines are of old. */
const MOST_TEXT_UNITS = 20_000;

/** Of a field's name, which its sender may have made up. */
const MOST_NAME_UNITS = 1000;

const ATTRIBUTES: readonly (readonly [field: string, attribute: string])[] = [
  ["container.id", "container.id"],
  ["container.name", "container.name"],
  ["container.image", "container.image.name"],
  ["ka.target.namespace", "k8s.namespace.name"],
  ["k8s.ns.name", "k8s.namespace.name"],
  ["k8s.pod.name", "k8s.pod.name"],
  ["k8s.pod.id", "k8s.pod.uid"],
  ["proc.name", "process.executable.name"],
];

export function recordOf(alert: Alert): Json {
  const { timeNs, uuid, rule, priority, hostname, source, fields } = alert;
  const tags = [...new Set(alert.tags)];
  const span = fields.get("span.id");
  const attributes: Readonly<Record<string, string | undefined>> = {
    "event.id": uuid,
    "event.name": rule,
    "event.provider": "Falco",
    severity: priority,
    "host.name": hostname,
    "log.source": source,
    "mitre.technique": tags.findLast((tag) => TECHNIQUE.test(tag)),
    "mitre.tactic": tags.findLast((tag) => !TECHNIQUE.test(tag) && TACTIC.test(tag)),
    ...Object.fromEntries(ATTRIBUTES.flatMap(([field, attribute]) => {
      const value = fields.get(field);
      return typeof value === "string" ? [[attribute, value]] : [];
    })),
    ...span !== undefined && span !== null && { "span.id": valueText(span) },
  };
  return {
    timestamp: rfc3339Text(timeNs),
    ...Object.fromEntries(
      Object.entries(attributes).map(([name, value]) =>
        [name, value ? shortText(value, MOST_VALUE_UNITS) : undefined] as const
      ),
    ),
    content: {
      output: shortText(falcoOutput(alert), MOST_TEXT_UNITS),
      output_fields: Object.fromEntries(
        [...fields].map(([name, value]) => [shortText(name, MOST_NAME_UNITS), short(value)]),
      ),
      tags: tags.length > 0 ? tags.map(short) : undefined,
    },
  };
}

function short(value: OutputValue): OutputValue {
  if (typeof value === "string") return shortText(value, MOST_TEXT_UNITS);
  return Array.isArray(value) ? value.map(short) : value;
}

/** T1070, T1055.008; tags of Falco's rules. */
const TECHNIQUE = /T\d+/;
const TACTIC = /mitre_\w+/;
