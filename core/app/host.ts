/** What the application sees of the process it runs in; tests put something else in its place. */
import { reasonOf } from "../base/reason.ts";
import type { PluginEntry } from "../plugin/mod.ts";
import type { ByteWriter } from "./background_output.ts";
import type { ByteReader } from "./lines.ts";

/** A stream of text. */
export interface Output {
  /** Synchronous. A reader that went away (`falcod list | head`) is no error. */
  write(text: string): void;
  readonly isTerminal: boolean;
  /** The reader went away: nobody gets what is written from now on. Absent: that is not known. */
  readonly isGone?: boolean;
  /** Whether texts may have colours in them; absent: no. */
  readonly hasColours?: boolean;
  /** Width of the terminal; absent: it is none, or does not tell. */
  readonly columns?: number | undefined;
}

export type StopSignal = "SIGINT" | "SIGTERM";

export interface Host {
  readonly plugins: readonly PluginEntry[];
  readonly out: Output;
  readonly error: Output;
  /** Standard input; `isTerminal` is absent where nobody can be asked. */
  readonly input: ByteReader & { isTerminal?(): boolean };
  /** `error` for what must not wait for its reader. */
  readonly errorBytes: ByteWriter;
  environment(name: string): string | undefined;
  /**
   * Calls back once at the first of the signals, and at the second does what `onImpatience` says; until
   * `release` is called they do nothing else.
   */
  onStop(callback: (signal: StopSignal) => void): { release(): void };
  /** Calls back when somebody who has told falcod to stop does so once more. Absent: nobody can. */
  onImpatience?(callback: (signal: StopSignal) => void): void;
  /** Calls back at every SIGHUP, which does nothing else until `release` is called. */
  onHangup(callback: () => void): { release(): void };
  /** Folder with the rules and the configuration that came with the program. */
  readonly rulesFolder: string;
}

/** What was printed has no place: a disk that is full. */
class OutputError extends Error {
  override readonly name = "OutputError";
  readonly code = "write-failed";

  constructor(cause: unknown) {
    super(`Cannot write to standard output: ${reasonOf(cause)}`, { cause });
  }
}

/** The real process. */
export function denoHost(plugins: readonly PluginEntry[], rulesFolder: string): Host {
  return {
    plugins,
    out: outputTo(Deno.stdout),
    error: neverFailing(outputTo(Deno.stderr)),
    input: Deno.stdin,
    errorBytes: Deno.stderr,
    environment: (name) => {
      try {
        return Deno.env.get(name);
      } catch {
        return undefined; // a name that no variable can have, `${=}`
      }
    },
    ...stopping(),
    onHangup,
    rulesFolder,
  };
}

function outputTo(
  stream: { writeSync(bytes: Uint8Array): number; isTerminal(): boolean },
): Output {
  const encoder = new TextEncoder();
  let gone = false;
  return {
    write: (text) => {
      const bytes = encoder.encode(text);
      for (let at = 0; !gone && at < bytes.length;) {
        try {
          at += stream.writeSync(bytes.subarray(at));
        } catch (error) {
          if (error instanceof Deno.errors.WouldBlock) continue;
          gone = true;
          if (!(error instanceof Deno.errors.BrokenPipe)) throw new OutputError(error);
        }
      }
    },
    isTerminal: stream.isTerminal(),
    get isGone() {
      return gone;
    },
    get columns() {
      return stream.isTerminal() ? terminalColumns() : undefined;
    },
  };
}

function terminalColumns(): number | undefined {
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}

/** A log on a full disk is no reason not to watch, nor to stop. */
function neverFailing(output: Output): Output {
  return {
    write: (text) => {
      try {
        output.write(text);
      } catch {
        // There is no other place to say so.
      }
    },
    isTerminal: output.isTerminal,
  };
}

function stopping(): Required<Pick<Host, "onStop" | "onImpatience">> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  let impatient: (signal: StopSignal) => void = () => {};
  const onStop: Host["onStop"] = (callback) => {
    let called = false;
    const listeners = signals.map((signal) => () => {
      if (called) return impatient(signal);
      called = true;
      callback(signal);
    });
    signals.forEach((signal, index) => Deno.addSignalListener(signal, listeners[index]!));
    return {
      release: () =>
        signals.forEach((signal, index) => Deno.removeSignalListener(signal, listeners[index]!)),
    };
  };
  return { onStop, onImpatience: (callback) => impatient = callback };
}

function onHangup(callback: () => void): { release(): void } {
  Deno.addSignalListener("SIGHUP", callback);
  return { release: () => Deno.removeSignalListener("SIGHUP", callback) };
}

/** SIGHUP's bit among the signals that a process ignores: proc_pid_status(5), SigIgn. */
const HANGUP_BIT = 1n;

/** Whoever started this process wants it to outlive the terminal (`nohup`); ask before `onHangup`. */
export function isHangupIgnored(): boolean {
  try {
    const [, ignored] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(
      Deno.readTextFileSync("/proc/self/status"),
    ) ?? [];
    return ignored !== undefined && (BigInt(`0x${ignored}`) & HANGUP_BIT) !== 0n;
  } catch {
    return false;
  }
}
