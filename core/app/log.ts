/** The log on standard error, one line a message, as Falco writes it. */
import { escapeUnprintable } from "../alert/mod.ts";
import type { Logger } from "../plugin/mod.ts";

/** Falco's `log_level`, most severe first. */
export const LOG_LEVELS = [
  "emergency",
  "alert",
  "critical",
  "error",
  "warning",
  "notice",
  "info",
  "debug",
] as const;
export type LogLevel = typeof LOG_LEVELS[number];

/** Looked at for each message. */
export interface LogOptions {
  /** Messages less severe than this are left out. */
  readonly level: LogLevel;
  /** `2026-01-31T12:00:00+0000` in front of a line in place of `Sat Jan 31 12:00:00 2026`. */
  readonly isoTime: boolean;
  readonly now?: () => Date;
}

/** Where a message goes as it is. */
export type WriteMessage = (level: LogLevel, message: string) => void;

/**
 * Messages may quote hostile text: whatever could break or disguise a line is spelled out. `output`
 * absent: nothing is written there; `beside` takes care of its lines itself.
 */
export function createLogger(
  output: { write(text: string): unknown } | undefined,
  options: LogOptions,
  beside?: WriteMessage,
): Logger {
  const now = options.now ?? (() => new Date());
  const write = (level: LogLevel, mark: string) => (message: string) => {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(options.level)) return;
    beside?.(level, message);
    if (!output) return;
    const time = options.isoTime ? isoSeconds(now()) : localTime(now());
    output.write(`${time}: ${mark}${escapeUnprintable(message)}\n`);
  };
  return {
    debug: write("debug", ""),
    info: write("info", ""),
    warning: write("warning", "warning: "),
    error: write("error", "error: "),
  };
}

/** A log that nobody reads (`log_stderr: false`). */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warning: () => {},
  error: () => {},
};

function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}+0000`;
}

/** strftime's `%a %b %d %H:%M:%S %Y`, local. */
function localTime(date: Date): string {
  const [weekday, month, day, year] = date.toDateString().split(" ");
  return `${weekday} ${month} ${day} ${date.toTimeString().slice(0, 8)} ${year}`;
}
