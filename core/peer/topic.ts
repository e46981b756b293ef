/** Names of subjects, topics and keys that depend on the alert: `falco.<priority>.<rule>`. */
import type { Alert } from "../alert/mod.ts";

/** What may stand in such a name. */
export const TOPIC_TOKENS = ["<priority>", "<rule>", "<source>", "<hostname>"] as const;

/**
 * Each token becomes one part of a name, in lower case, with `_` for whatever could mean something
 * there: `Read sensitive file (untrusted)` is `read_sensitive_file_untrusted`.
 */
export function fillTopic(template: string, alert: Alert): string {
  if (!template.includes("<")) return template;
  return template.replace(
    /<(priority|rule|source|hostname)>/g,
    (_, name: TokenName) => part(alert[name], name === "rule" ? NOT_OF_RULES : NOT_OF_OTHERS),
  );
}

type TokenName = "priority" | "rule" | "source" | "hostname";

const MAX_PART_LENGTH = 128;

/** Falcosidekick leaves no hyphens, and subscriptions go by its names; those of hosts have them. */
const NOT_OF_RULES = /[^a-z0-9]+/g;
const NOT_OF_OTHERS = /[^a-z0-9-]+/g;

function part(text: string, separators: RegExp): string {
  const words = text.toLowerCase().replace(separators, "_").replace(/^_+|_+$/g, "");
  return words.slice(0, MAX_PART_LENGTH) || "_";
}
