/**
 * One alert as one line of text, what Falco prints without `json_output`:
 * `16:17:57.881781397: Warning Sensitive file opened (file=/etc/shadow)`.
 *
 * Falco spells the whole line as the inside of a JSON string, so a quote has a backslash in front; not
 * so in what it tells of itself.
 */
import {
  type Alert,
  escapeUnprintable,
  type Formatter,
  type FormatterPlugin,
  INTERNAL_SOURCE,
  isoTimeWithOffset,
  outputValueJson,
  timeOfDay,
} from "../../../core/mod.ts";
import { schema, type TextConfig } from "./schema.ts";

export class TextFormatter implements Formatter {
  readonly #time: (timeNs: bigint) => string;

  constructor(config: TextConfig) {
    this.#time = config.time_format_iso_8601 ? isoTimeWithOffset : timeOfDay;
  }

  format(alert: Alert): string {
    const { timeNs, priority, message, output } = alert;
    if (output !== undefined) return escapeUnprintable(output);
    const text = escapeUnprintable(message);
    const head = `${this.#time(timeNs)}: ${priority} `;
    if (alert.source !== INTERNAL_SOURCE) return head + text.replaceAll('"', '\\"');
    return alert.fields.size > 0 ? `${head}${text} (${fieldsText(alert)})` : head + text;
  }
}

/** Messages of falcod's own name no fields in their text; Falco puts them behind it. */
function fieldsText({ fields }: Alert): string {
  const sorted = [...fields].sort(([a], [b]) => a < b ? -1 : 1);
  return sorted.map(([key, value]) => `${escapeUnprintable(key)}=${outputValueJson(value)}`).join(
    " ",
  );
}

const plugin: FormatterPlugin<TextConfig> = {
  kind: "formatter",
  name: "text",
  summary: "One line of text, as Falco prints it",
  schema,
  create: (config) => new TextFormatter(config),
};
export default plugin;
