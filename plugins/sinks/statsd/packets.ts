/** Counters as StatsD takes them: `falco.alerts.warning.read_sensitive_file:3|c`. */
import { type Alert, fillTopic } from "../../../core/mod.ts";

/** What fits through an Ethernet, with room for headers of IP and UDP. */
const MAX_PACKET_BYTES = 1432;
const MAX_TAG_LENGTH = 200;

export interface PacketOptions {
  readonly namespace: string;
  readonly dialect: "statsd" | "dogstatsd";
}

/** All alerts, counted, in as few packets as they fit in. */
export function packetsOf(alerts: readonly Alert[], options: PacketOptions): readonly string[] {
  const counts = new Map<string, number>();
  for (const alert of alerts) {
    const [name, tags] = nameOf(alert, options);
    const key = `${name}:\0|c${tags}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const packets: string[] = [];
  for (const [key, count] of counts) {
    // All of it is ASCII: as many bytes as characters.
    const line = key.replace("\0", String(count));
    const last = packets.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= MAX_PACKET_BYTES) {
      packets[packets.length - 1] = `${last}\n${line}`;
    } else {
      packets.push(line);
    }
  }
  return packets;
}

function nameOf(alert: Alert, { namespace, dialect }: PacketOptions): readonly [string, string] {
  const prefix = namespace.replace(/[^\w.-]/g, "_").slice(0, MAX_TAG_LENGTH);
  if (dialect === "statsd") return [`${prefix}alerts.${fillTopic("<priority>.<rule>", alert)}`, ""];
  const { rule, priority, source, hostname } = alert;
  const tags = Object.entries({ rule, priority, source, hostname })
    .filter(([, value]) => value !== "").map(([name, value]) => `${name}:${tagText(value)}`);
  return [`${prefix}alerts`, `|#${tags.join(",")}`];
}

/** Letters, digits and what means nothing. docs.datadoghq.com/getting_started/tagging */
function tagText(text: string): string {
  return text.replace(/[^\w./ -]+/g, "_").slice(0, MAX_TAG_LENGTH);
}
