/** What falcosidekick adds to alerts before they go out. */
import { type Alert, escapeText, type OutputValue, unescapeText } from "../../alert/mod.ts";
import type { compileFieldTemplate } from "../../forward/mod.ts";
import { LINE_HEAD } from "./payload.ts";

type FieldTemplate = Extract<
  ReturnType<typeof compileFieldTemplate>,
  (...args: never[]) => unknown
>;

export interface EnrichSettings {
  readonly customFields: ReadonlyMap<string, string>;
  /** Filled in after those, so that they may mention them. */
  readonly templatedFields: ReadonlyMap<string, FieldTemplate>;
  readonly customTags: readonly string[];
  /** Takes the place of `[` in names of fields; empty: they stay as they are. */
  readonly bracketReplacer: string;
  /** Empty: the line stays as it came. */
  readonly outputFormat: string;
}

/** Each has a name of its own afterwards, whatever it was called before: falcosidekick's `uuid`. */
export function enrich(alert: Alert, settings: EnrichSettings): Alert {
  const { customFields, templatedFields, customTags } = settings;
  const fields = new Map<string, OutputValue>([...alert.fields, ...customFields]);
  const made: [string, string][] = [];
  for (const [name, fill] of templatedFields) {
    const value = fill(fields);
    made.push([name, value]);
    fields.set(name, value);
  }
  const tags = [...alert.tags, ...customTags].sort();
  const line = lineOf({ ...alert, tags }, settings, new Map(made));
  return {
    ...alert,
    uuid: crypto.randomUUID(),
    tags,
    fields: withoutBrackets(fields, settings.bracketReplacer),
    // What falcosidekick shows of an alert is the whole line, time and priority in front.
    ...line !== undefined && line !== "" && { output: line, message: escapeText(line) },
  };
}

/** Absent: nobody has sent one. */
function lineOf(
  { output, message, tags, priority }: Alert,
  { outputFormat, customFields }: EnrichSettings,
  made: ReadonlyMap<string, string>,
): string | undefined {
  const head = output === undefined ? null : LINE_HEAD.exec(output);
  if (outputFormat === "" || !head) return output;
  const parts: Readonly<Record<string, string>> = {
    timestamp: head[1]!,
    priority,
    output: output!.slice(head[0].length) || unescapeText(message),
    custom_fields: listed(customFields),
    templated_fields: listed(made),
    tags: tags.join(","),
  };
  const filled = outputFormat.replace(/<(\w+)>/g, (whole, name) => parts[name] ?? whole);
  // What is left of brackets around nothing.
  return filled.replace(/ $/, "").replace(/\( ?\)$/, "").replace(/ $/, "");
}

function listed(values: ReadonlyMap<string, string>): string {
  return [...values].map(([name, value]) => `${name}=${value}`).join(" ");
}

function withoutBrackets(
  fields: ReadonlyMap<string, OutputValue>,
  replacer: string,
): ReadonlyMap<string, OutputValue> {
  if (replacer === "") return fields;
  return new Map([...fields].map(([name, value]) => [
    name.includes("[") ? name.replaceAll("]", "").replaceAll("[", replacer) : name,
    value,
  ]));
}
