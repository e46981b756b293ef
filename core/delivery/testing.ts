/** For tests: alerts told apart by their message, and other ends that behave as they are told. */
import type { Alert } from "../alert/mod.ts";
import type { FormattedAlert, Formatter, Sink } from "../plugin/mod.ts";
import { SinkError, type WriteContext } from "../plugin/mod.ts";
import { Spool, type SpoolOptions } from "./spool/spool.ts";

export function alert(message: string, parts: Partial<Alert> = {}): Alert {
  return {
    rule: "r",
    priority: "Notice",
    source: "syscall",
    tags: [],
    timeNs: 0n,
    hostname: "h",
    message,
    fields: new Map(),
    ...parts,
  };
}

export const byMessage: Formatter = { format: ({ message }) => message };

/** Keeps what is logged. */
export class Log {
  readonly lines: string[] = [];
  readonly debug = (message: string) => void this.lines.push(`debug ${message}`);
  readonly info = (message: string) => void this.lines.push(`info ${message}`);
  readonly warning = (message: string) => void this.lines.push(`warning ${message}`);
  readonly error = (message: string) => void this.lines.push(`error ${message}`);
}

export type Answer = "ok" | SinkError | "hang" | "hang until told";

/** Answers as it is told, one answer for each write, and the last one from then on. */
export class Moody implements Sink {
  readonly writes: string[][] = [];
  readonly arrived: FormattedAlert[] = [];
  answers: Answer[];
  /** What a write that hangs until told then says. */
  onTold: () => SinkError | undefined = () => undefined;

  constructor(answers: Answer[] = ["ok"]) {
    this.answers = answers;
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    this.writes.push(batch.map(({ line }) => line));
    const answer = this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!;
    if (answer instanceof SinkError) throw answer;
    if (answer === "ok") return void this.arrived.push(...batch);
    await new Promise((_, reject) => {
      if (answer === "hang") return;
      context!.signal.addEventListener(
        "abort",
        () => reject(this.onTold() ?? context!.signal.reason),
      );
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get lines(): string[] {
    return this.arrived.map(({ line }) => line);
  }
}

/** A folder of its own for what the test does. */
export async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "falcod-spool-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export function openSpool(folder: string, more: Partial<SpoolOptions> = {}): Promise<Spool> {
  return Spool.open({ folder, maxBytes: 64 << 20, sync: false, log: new Log(), ...more });
}
