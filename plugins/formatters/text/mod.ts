/**
 * One alert as one line of text, what Falco prints without `json_output`:
 * `16:17:57.881781397: Warning Sensitive file opened (file=/etc/shadow)`.
 *
 * Falco spells the whole line as the inside of a JSON string, so a quote has a backslash in front.
 */
import {
  type Alert,
  escapeUnprintable,
  type Formatter,
  type FormatterPlugin,
  isoTimeWithOffset,
  timeOfDay,
} from "../../../core/mod.ts";
import { schema, type TextConfig } from "./schema.ts";

export class TextFormatter implements Formatter {
  readonly #time: (timeNs: bigint) => string;

  constructor(config: TextConfig) {
    this.#time = config.time_format_iso_8601 ? isoTimeWithOffset : timeOfDay;
  }

  format({ timeNs, priority, message }: Alert): string {
    const text = escapeUnprintable(message).replaceAll('"', '\\"');
    return `${this.#time(timeNs)}: ${priority} ${text}`;
  }
}

const plugin: FormatterPlugin<TextConfig> = {
  kind: "formatter",
  name: "text",
  summary: "One line of text, as Falco prints it",
  schema,
  create: (config) => new TextFormatter(config),
};
export default plugin;
