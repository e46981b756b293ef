/** The log of a run, kept as falco.yaml says, and from a reload on as that says then. */
import type { Logger, Registry } from "../plugin/mod.ts";
import type { Config } from "./config/schema.ts";
import type { Output } from "./host.ts";
import { createLogger, type LogOptions } from "./log.ts";
import type { SyslogLog } from "./syslog_log.ts";

export type LogConfig = Pick<
  Config,
  "log_stderr" | "log_syslog" | "log_level" | "time_format_iso_8601"
>;

/** How long the last words may take on their way out. */
const LAST_WORDS_MS = 2000;

export class RunLog {
  readonly #registry: Registry;
  readonly #look: { -readonly [Key in keyof LogOptions]: LogOptions[Key] };
  /** Writes of what the syslog daemon does not get. */
  readonly #beside: Logger[] = [];
  #isOnOutput: boolean;
  #syslog: SyslogLog | undefined;

  private constructor(registry: Registry, config: LogConfig) {
    this.#registry = registry;
    this.#look = { level: config.log_level, isoTime: config.time_format_iso_8601 };
    this.#isOnOutput = config.log_stderr;
  }

  static async open(registry: Registry, config: LogConfig): Promise<RunLog> {
    const log = new RunLog(registry, config);
    await log.adapt(config);
    return log;
  }

  /** Every one of these is kept as the latest configuration says. */
  to(output: Pick<Output, "write">): Logger {
    const checked = { write: (text: string) => this.#isOnOutput && output.write(text) };
    this.#beside.push(createLogger(checked, this.#look));
    return createLogger(checked, this.#look, (level, text) => this.#syslog?.write(level, text));
  }

  /** One call at a time. */
  async adapt(config: LogConfig): Promise<void> {
    this.#look.level = config.log_level;
    this.#look.isoTime = config.time_format_iso_8601;
    this.#isOnOutput = config.log_stderr;
    if (config.log_syslog) {
      const { openSyslogLog } = await import("./syslog_log.ts");
      const tell = (message: string) => this.#beside.at(-1)?.warning(message);
      this.#syslog ??= await openSyslogLog(this.#registry, { tell });
    } else await this.close();
  }

  async close(): Promise<void> {
    const syslog = this.#syslog;
    this.#syslog = undefined;
    await syslog?.close(LAST_WORDS_MS);
  }
}
