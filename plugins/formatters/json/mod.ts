/**
 * One alert as one JSON object, byte for byte what Falco prints with `json_output`: keys in
 * alphabetical order, values in their own types. The only spelling of our own: characters that act on
 * a terminal (C1 controls, line separators, bidirectional overrides) are written as `\u` escapes and
 * decode to the same text.
 */
import {
  type Alert,
  type Formatter,
  type FormatterPlugin,
  isoTimeWithOffset,
  isoTimeZulu,
  jsonString,
  type OutputValue,
  timeOfDay,
  unescapeText,
} from "../../../core/mod.ts";
import { type JsonConfig, schema } from "./schema.ts";

export class JsonFormatter implements Formatter {
  readonly #timeField: string;
  readonly #time: (timeNs: bigint) => string;

  constructor(readonly config: JsonConfig) {
    const iso = config.time_format_iso_8601;
    this.#timeField = iso ? "evt.time.iso8601" : "evt.time";
    this.#time = iso ? isoTimeWithOffset : timeOfDay;
  }

  format(alert: Alert): string {
    const { config } = this;
    const message = unescapeText(alert.message);
    const members = [`"hostname":${jsonString(alert.hostname)}`];
    if (config.json_include_message_property) members.push(`"message":${jsonString(message)}`);
    if (config.json_include_output_property) {
      const output = `${this.#time(alert.timeNs)}: ${alert.priority} ${message}`;
      members.push(`"output":${jsonString(output)}`);
    }
    if (config.json_include_output_fields_property) {
      members.push(`"output_fields":${this.#outputFields(alert)}`);
    }
    members.push(
      `"priority":${jsonString(alert.priority)}`,
      `"rule":${jsonString(alert.rule)}`,
      `"source":${jsonString(alert.source)}`,
    );
    if (config.json_include_tags_property) members.push(`"tags":${tags(alert)}`);
    members.push(`"time":"${isoTimeZulu(alert.timeNs)}"`);
    return `{${members.join(",")}}`;
  }

  /** The rule's fields and the one that stands in front of every line. */
  #outputFields(alert: Alert): string {
    const fields = new Map(alert.fields).set(this.#timeField, alert.timeNs);
    const keys = [...fields.keys()].sort();
    return `{${keys.map((key) => `${jsonString(key)}:${json(fields.get(key)!)}`).join(",")}}`;
  }
}

/** Falco keeps tags in a set: sorted, each once. */
function tags({ tags }: Alert): string {
  return `[${[...new Set(tags)].sort().map(jsonString).join(",")}]`;
}

/** What `JSON.stringify` cannot do: integers beyond 2^53 in full. Numbers without a JSON form are null. */
function json(value: OutputValue): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return jsonString(value);
    case "bigint":
    case "boolean":
      return String(value);
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    default:
      return `[${value.map(json).join(",")}]`;
  }
}

const plugin: FormatterPlugin<JsonConfig> = {
  kind: "formatter",
  name: "json",
  summary: "One JSON object a line, with Falco's keys",
  schema,
  create: (config) => new JsonFormatter(config),
};
export default plugin;
