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
    (_, name: TokenName) => part(alert[name]),
  );
}

type TokenName = "priority" | "rule" | "source" | "hostname";

const MAX_PART_LENGTH = 128;

function part(text: string): string {
  const words = text.toLowerCase().replace(/[^a-z0-9-]+/g, "_").replace(/^_+|_+$/g, "");
  return words.slice(0, MAX_PART_LENGTH) || "_";
}
