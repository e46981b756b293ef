/** Alerts as messages of Gotify. */
import {
  type Alert,
  alertDocument,
  escapeUnprintable,
  factsOf,
  HttpTarget,
  type Json,
  jsonText,
  placeBelow,
  PostSink,
  PRIORITIES,
  shortText,
  type SinkPlugin,
} from "../../../core/mod.ts";
import { type GotifyConfig, schema } from "./schema.ts";

/** Nobody reads more on a phone. */
const MOST = { text: 4000, value: 1000, fields: 100 };

export function gotifyMessage(
  alert: Alert,
  { message_type }: Pick<GotifyConfig, "message_type">,
): Json {
  const isMarkdown = message_type === "markdown";
  return {
    title: `[Falco] [${alert.priority}] ${
      shortText(escapeUnprintable(alert.rule.toWellFormed()), MOST.value)
    }`,
    // 8 for Emergency, 1 for Debug.
    priority: PRIORITIES.length - PRIORITIES.indexOf(alert.priority),
    extras: { "client::display": { contentType: isMarkdown ? "text/markdown" : "text/plain" } },
    message: message_type === "json"
      ? jsonText(alertDocument(alert))
      : linesOf(alert, isMarkdown).join("\n"),
  };
}

function linesOf(alert: Alert, isMarkdown: boolean): readonly string[] {
  const { message } = alert;
  const facts = factsOf(alert, ["priority", "rule", "source", "hostname", "tags", "time"]);
  const named = facts.map(({ name, value }) => [`${name[0]!.toUpperCase()}${name.slice(1)}`, value])
    .toSpliced(2, 0, ["Output", shortText(message, MOST.text)]);
  const fields = factsOf(alert, ["field"]).slice(0, MOST.fields)
    .map(({ name, value }) => [name, value]);
  const line = ([name, value]: readonly string[]) => {
    const [label, text] = [name!, value!].map((part) => shortText(part, MOST.text));
    return isMarkdown ? `**${escape(label!)}**: ${escape(text!)}` : `${label}: ${text}`;
  };
  return isMarkdown
    ? [
      ...named.map((fact) => `- ${line(fact)}`),
      "- **Fields**:",
      ...fields.map((fact) => `    - ${line(fact)}`),
    ]
    : [...named.map(line), "Fields:", ...fields.map((fact) => `- ${line(fact)}`)];
}

/** Every sign may have a backslash in front: https://spec.commonmark.org/0.31.2/#backslash-escapes */
function escape(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, "\\$&");
}

const plugin: SinkPlugin<GotifyConfig> = {
  kind: "sink",
  name: "gotify",
  summary: "Messages of Gotify",
  schema,
  create: (config) => {
    const url = () => placeBelow(config.host_port, "/message");
    return new PostSink(new HttpTarget(config, { url }), ({ alert }) => ({
      body: jsonText(gotifyMessage(alert, config)),
      headers: { "x-gotify-key": config.token },
    }));
  },
  batchSize: 1,
};
export default plugin;
