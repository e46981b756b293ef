/** The log to the local syslog daemon: Falco's `log_syslog`. */
import { type Alert, INTERNAL_SOURCE, PRIORITIES } from "../alert/mod.ts";
import { reasonOf } from "../base/mod.ts";
import { Delivery } from "../delivery/mod.ts";
import type { Registry, Sink } from "../plugin/mod.ts";
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
 * Where there is no daemon, as in most containers, messages are left out until there is one, and nobody
 * is told: it could not be but by that log. `tell` is told why a daemon that is there gets none. Absent
 * where there is no such sink. `config`: of the sink, by default as Falco's own messages go out.
 */
export async function openSyslogLog(
  registry: Registry,
  { config = {}, tell }: {
    readonly config?: Readonly<Record<string, unknown>>;
    readonly tell?: ((message: string) => void) | undefined;
  } = {},
): Promise<SyslogLog | undefined> {
  if (!registry.has("sink", "syslog")) return undefined;
  const wired = { kind: "sink", name: "syslog", config } as const;
  const { instance } = await createOne("sink", wired, { registry });
  const sink = tell ? telling(instance, tell) : instance;
  const formatter = { format: ({ message }: Alert) => message };
  const target = { name: "log", sink, formatter, timeoutMs: 10_000, mayBeMissing: true };
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

/** The same sink; that it fails is told, once until it works again. */
function telling(sink: Sink, tell: (message: string) => void): Sink {
  let isTold = false;
  return {
    write: async (batch, context) => {
      try {
        await sink.write(batch, context);
        isTold = false;
      } catch (error) {
        if (!isTold) tell(`Log messages do not reach syslog: ${reasonOf(error)}`);
        isTold = true;
        throw error;
      }
    },
    close: () => sink.close(),
    missing: () => sink.missing?.(),
  };
}
