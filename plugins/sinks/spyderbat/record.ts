/** An alert as a record of Spyderbat's. */
import {
  type Alert,
  alertUuid,
  type Json,
  type OutputValue,
  type Priority,
  shortText,
  unescapeText,
} from "../../../core/mod.ts";

const MOST_TEXT = 32_000;

/** As falcosidekick's. */
const LEVELS: Readonly<Record<Priority, string>> = {
  Emergency: "critical",
  Alert: "high",
  Critical: "critical",
  Error: "high",
  Warning: "medium",
  Notice: "low",
  Informational: "info",
  Debug: "info",
};

/** `nowMs`: when it goes out. */
export async function recordOf(alert: Alert, nowMs: number): Promise<Json> {
  const { fields, priority, timeNs } = alert;
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === "string" ? shortText(value, MOST_TEXT) : "";
  };
  return {
    schema: "falco_alert::1.0.0",
    // The same when it is sent again.
    id: await alertUuid(alert),
    monotonic_time: Math.round(nowMs % 1000 * 1e6),
    orc_time: nowMs / 1000,
    time: Number(timeNs) / 1e9,
    pid: pidIn(fields.get("proc.pid")),
    level: LEVELS[priority],
    msg: wordsOf(alert),
    args: text("proc.cmdline"),
    container: text("container.id"),
  };
}

/** Word by word, without the time and the priority that stand in front of what somebody else has sent. */
function wordsOf({ message, output }: Alert): readonly string[] {
  const words = shortText(output ?? unescapeText(message), MOST_TEXT).split(" ");
  return output === undefined ? words : words.slice(2);
}

/** 0: no process is told. */
function pidIn(value: OutputValue | undefined): number {
  const pid = typeof value === "bigint" || typeof value === "number" ? Number(value) : 0;
  return Number.isInteger(pid) && Math.abs(pid) < 2 ** 31 ? pid : 0;
}
