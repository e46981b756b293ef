/**
 * One alert as one JSON object, byte for byte what Falco prints with `json_output`: keys in
 * alphabetical order, values in their own types. The only spelling of our own: characters that act on
 * a terminal (C1 controls, line separators, bidirectional overrides) are written as `\u` escapes and
 * decode to the same text.
 */
import {
  type Alert,
  fieldJson,
  type Formatter,
  type FormatterPlugin,
  INTERNAL_SOURCE,
  isoTimeWithOffset,
  isoTimeZulu,
  jsonString,
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
    const isOwn = alert.source === INTERNAL_SOURCE && alert.output === undefined;
    return isOwn ? ownAlert(alert) : this.#alertOfRule(alert);
  }

  #alertOfRule(alert: Alert): string {
    const { config } = this;
    const message = unescapeText(alert.message);
    const members = [...hostname(alert)];
    if (config.json_include_message_property) members.push(`"message":${jsonString(message)}`);
    if (config.json_include_output_property) {
      const output = alert.output ??
        `${this.#time(alert.timeNs)}: ${alert.priority} ${message}`;
      members.push(`"output":${jsonString(output)}`);
    }
    if (config.json_include_output_fields_property) {
      // The rule's fields and the one that stands in front of every line; who sent one has it in there.
      const time = alert.output === undefined ? this.#timeField : undefined;
      members.push(`"output_fields":${fieldsJson(alert, time)}`);
    }
    members.push(...names(alert));
    if (config.json_include_tags_property) members.push(`"tags":${tags(alert)}`);
    members.push(time(alert));
    if (alert.uuid !== undefined) members.push(`"uuid":${jsonString(alert.uuid)}`);
    return object(members);
  }
}

/** What falcod tells of itself: nothing stands in front of the text, and nothing is left out. */
function ownAlert(alert: Alert): string {
  return object([
    ...hostname(alert),
    `"output":${jsonString(unescapeText(alert.message))}`,
    `"output_fields":${fieldsJson(alert)}`,
    ...names(alert),
    time(alert),
  ]);
}

/** Who has sent the alert may not have told it. */
function hostname({ hostname }: Alert): string[] {
  return hostname === "" ? [] : [`"hostname":${jsonString(hostname)}`];
}

function time({ timeNs }: Alert): string {
  return `"time":"${isoTimeZulu(timeNs)}"`;
}

function names({ priority, rule, source }: Alert): string[] {
  return [
    `"priority":${jsonString(priority)}`,
    `"rule":${jsonString(rule)}`,
    `"source":${jsonString(source)}`,
  ];
}

/** `timeField`: the name by which the time of the alert is among its fields. */
function fieldsJson({ fields, timeNs }: Alert, timeField?: string): string {
  const keys = inOrder([...fields.keys()]);
  if (timeField !== undefined && !fields.has(timeField)) {
    const next = keys.findIndex((key) => key > timeField);
    keys.splice(next < 0 ? keys.length : next, 0, timeField);
  }
  let text = "";
  for (const key of keys) {
    const value = key === timeField ? timeNs : fields.get(key)!;
    text += `${text === "" ? "" : ","}${jsonString(key)}:${fieldJson(key, value)}`;
  }
  return `{${text}}`;
}

/** Those of a rule's output are sorted already. */
function inOrder(keys: string[]): string[] {
  for (let at = 1; at < keys.length; at++) if (keys[at]! < keys[at - 1]!) return keys.sort();
  return keys;
}

function object(members: readonly string[]): string {
  return `{${members.join(",")}}`;
}

/** By the tags of a rule, which all of its alerts share. */
const tagsJson = new WeakMap<readonly string[], string>();

/** Falco keeps tags in a set: sorted, each once. */
function tags({ tags }: Alert): string {
  let json = tagsJson.get(tags);
  if (json === undefined) {
    json = `[${[...new Set(tags)].sort().map(jsonString).join(",")}]`;
    tagsJson.set(tags, json);
  }
  return json;
}

const plugin: FormatterPlugin<JsonConfig> = {
  kind: "formatter",
  name: "json",
  summary: "One JSON object a line, with Falco's keys",
  schema,
  create: (config) => new JsonFormatter(config),
};
export default plugin;
