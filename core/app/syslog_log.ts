/** The log to the local syslog daemon: Falco's `log_syslog`. */
import { type Alert, INTERNAL_SOURCE, PRIORITIES } from "../alert/mod.ts";
import { Delivery } from "../delivery/mod.ts";
import type { Registry } from "../plugin/mod.ts";
import { createOne } from "./create_plugins.ts";
import { LOG_LEVELS, type LogLevel, silentLogger } from "./log.ts";

export interface SyslogLog {
  /** Returns at once. */
  write(level: LogLevel, message: string): void;
  /** Waits for the last messages so long. */
  close(timeoutMs: number): Promise<void>;
}

/** Messages that may wait for a daemon that is slow. */
const CAPACITY = 1000;

/**
 * `config`: of the sink, by default as Falco's own messages go out. Absent where there is no daemon, as
 * in most containers: nobody could be told of it but by that log.
 */
export async function openSyslogLog(
  registry: Registry,
  config: Readonly<Record<string, unknown>> = {},
): Promise<SyslogLog | undefined> {
  if (!registry.has("sink", "syslog")) return undefined;
  const wired = { kind: "sink", name: "syslog", config } as const;
  const { instance: sink } = await createOne("sink", wired, { registry });
  if (sink.missing?.() !== undefined) return undefined;
  const formatter = { format: ({ message }: Alert) => message };
  const target = { name: "log", sink, formatter, timeoutMs: 10_000 };
  const delivery = new Delivery({ targets: [target], log: silentLogger, capacity: CAPACITY });
  return {
    write: (level, message) =>
      delivery.enqueue({
        rule: "",
        priority: PRIORITIES[LOG_LEVELS.indexOf(level)]!,
        source: INTERNAL_SOURCE,
        tags: [],
        timeNs: BigInt(Date.now()) * 1_000_000n,
        hostname: Deno.hostname(),
        message,
        fields: new Map(),
      }),
    close: async (timeoutMs) => void await delivery.close(timeoutMs),
  };
}
