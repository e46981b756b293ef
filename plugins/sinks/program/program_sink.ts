/** Alerts to the standard input of programs. */
import { setTimeout } from "node:timers/promises";
import {
  type FormattedAlert,
  LineWriteError,
  LineWriter,
  type Logger,
  type Sink,
  SinkError,
  type WriteContext,
} from "../../../core/mod.ts";
import { Child, PIPE_BYTES } from "./child.ts";
import { Guard } from "./guard.ts";

export interface ProgramSettings {
  readonly command: string;
  readonly keepAlive: boolean;
  /** Of programs that get one alert. */
  readonly checkStatus: boolean;
}

/** A program that ends at once is not started more often. */
const START_EVERY_MS = 1000;
/** What a shell says of a command that it could not start: sh(1). */
const NOT_STARTED: readonly number[] = [126, 127];
/** How long a program may take for what it has read when it is to end. */
const FINISH_MS = 2000;

interface Running {
  readonly child: Child;
  readonly lines: LineWriter;
}

export class ProgramSink implements Sink {
  readonly batchSize?: number;
  readonly #settings: ProgramSettings;
  readonly #log: Logger | undefined;
  readonly #stop = new AbortController();
  readonly #guard = new Guard();
  #running: Running | undefined;
  #startedMs = -Infinity;
  #turn: Promise<void> = Promise.resolve();
  /** The program ends as it should not, and that was told. */
  #isTold = false;
  readonly #finishMs: number;

  constructor(
    settings: ProgramSettings,
    { log, finishMs = FINISH_MS }: { readonly log?: Logger; readonly finishMs?: number } = {},
  ) {
    this.#settings = settings;
    this.#log = log;
    this.#finishMs = finishMs;
    // What one program takes its time for is not the next one's delay.
    if (!settings.keepAlive) this.batchSize = 1;
  }

  write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return Promise.resolve();
    const stop = this.#stop.signal;
    return this.#inTurn(async () => {
      if (stop.aborted) throw new SinkError("closed", "The program is not started any more");
      const signal = context ? AbortSignal.any([context.signal, stop]) : stop;
      const isTrial = context?.isTrial === true;
      if (!this.#settings.keepAlive) await this.#writeToMany(batch, { signal, isTrial });
      else await this.#writeToOne(batch, signal);
      if (this.#settings.keepAlive && isTrial) await this.#endWell(signal);
    });
  }

  /** Starts the program anew, once it is done with what it has read. */
  reopen(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#running) return;
      await this.#finish();
      this.#running = this.#start();
    });
  }

  async close(): Promise<void> {
    this.#stop.abort(new SinkError("unavailable", "falcod stops"));
    await this.#inTurn(() => this.#finish());
    this.#guard.close();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #writeToOne(batch: readonly FormattedAlert[], signal: AbortSignal): Promise<void> {
    const { child, lines } = this.#running ??= await this.#startInTime(signal);
    try {
      await orKilled(child, lines.write(batch, child), signal);
      this.#isTold = false;
    } catch (error) {
      await this.#giveUp();
      // What is in the pipe it may still have read.
      throw failure(error, { signal, status: child.status, unclear: Infinity });
    }
  }

  /** Of a trial: a pipe takes a line from whoever ends without having read it. */
  async #endWell(signal: AbortSignal): Promise<void> {
    const child = this.#running?.child;
    this.#running = undefined;
    if (!child) return;
    const time = new AbortController();
    const isLate = setTimeout(this.#finishMs, undefined, time).catch(() => undefined);
    try {
      // It was never told that it is to end soon: taking its time is no fault.
      const status = await Promise.race([orKilled(child, child.finish(), signal), isLate]);
      if (!status) await child.kill();
      else this.#judge(status, { isTrial: true });
    } finally {
      time.abort();
    }
  }

  /** One after the other, each with a program of its own. */
  async #writeToMany(
    batch: readonly FormattedAlert[],
    { signal, isTrial }: { readonly signal: AbortSignal; readonly isTrial: boolean },
  ): Promise<void> {
    for (const [accepted, alert] of batch.entries()) {
      const { child, lines } = this.#start();
      // One that reads nothing may have its reasons.
      const done = lines.write([alert], child).catch(() => {}).then(() => child.finish());
      try {
        this.#judge(await orKilled(child, done, signal), { isTrial });
      } catch (error) {
        throw failure(error, { signal, accepted });
      }
    }
  }

  #judge(status: Deno.CommandStatus, { isTrial }: { readonly isTrial: boolean }): void {
    if (status.success) {
      this.#isTold = false;
      return;
    }
    const text = `The program has ended ${ending(status)}`;
    if (this.#settings.checkStatus || isTrial) throw new SinkError("unavailable", text);
    // Of a pipe the first part may have been started, so it is not tried again.
    if (NOT_STARTED.includes(status.code)) throw new SinkError("rejected", text);
    this.#complain(text);
  }

  #complain(text: string): void {
    if (!this.#isTold) this.#log?.warning(text);
    this.#isTold = true;
  }

  async #startInTime(signal: AbortSignal): Promise<Running> {
    const waitMs = this.#startedMs + START_EVERY_MS - performance.now();
    try {
      if (waitMs > 0) await setTimeout(waitMs, undefined, { signal });
    } catch (error) {
      throw failure(error, { signal });
    }
    const running = this.#start();
    running.child.ended.then((status) => {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.#complain(
        `The program has ended ${ending(status)}: it is started again with the next alert, ` +
          "those it had not read yet are lost",
      );
    });
    return running;
  }

  #start(): Running {
    this.#startedMs = performance.now();
    try {
      const child = new Child(this.#settings.command, (pid) => this.#guard.watch(pid));
      child.ended.then(() => this.#guard.release(child.pid));
      return { child, lines: new LineWriter({ onTheWayBytes: PIPE_BYTES }) };
    } catch (error) {
      throw new SinkError("unavailable", `Cannot start /bin/sh: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  async #giveUp(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.child.kill();
  }

  async #finish(): Promise<void> {
    const { child } = this.#running ?? {};
    this.#running = undefined;
    if (!child) return;
    const ended = new AbortController();
    const finished = child.finish().then(() => ended.abort());
    try {
      await setTimeout(this.#finishMs, undefined, { signal: ended.signal });
      await child.kill();
      this.#log?.warning(
        "The program did not come to an end: it was stopped, what it had not read yet is lost",
      );
    } catch {
      // It has ended in time.
    }
    await finished;
  }
}

/** The work's outcome; when the signal aborts, the program is killed and that is the outcome. */
async function orKilled<T>(child: Child, work: Promise<T>, signal: AbortSignal): Promise<T> {
  const killed = Promise.withResolvers<never>();
  let isKilled = false;
  const kill = () => {
    isKilled = true;
    child.kill().then(() => killed.reject(signal.reason));
  };
  killed.promise.catch(() => {});
  work.catch(() => {});
  if (signal.aborted) kill();
  signal.addEventListener("abort", kill);
  try {
    const result = await Promise.race([work, killed.promise]);
    // That it has ended then is none of its own doing.
    if (isKilled) throw signal.reason;
    return result;
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

function failure(
  error: unknown,
  { signal, status, accepted = 0, unclear = 0 }: {
    readonly signal: AbortSignal;
    readonly status?: Deno.CommandStatus | undefined;
    readonly accepted?: number;
    readonly unclear?: number;
  },
): SinkError {
  const arrived = error instanceof LineWriteError ? error.accepted : accepted;
  const options = { accepted: arrived, unclear, cause: error };
  if (signal.aborted) {
    return new SinkError(
      "unavailable",
      `The program was stopped: ${reasonOf(signal.reason)}`,
      options,
    );
  }
  if (error instanceof SinkError) return new SinkError(error.code, error.message, options);
  const how = status ? `has ended ${ending(status)}` : `does not read: ${reasonOf(error)}`;
  return new SinkError("unavailable", `The program ${how}`, options);
}

function ending({ code, signal }: Deno.CommandStatus): string {
  if (signal) return `by ${signal}`;
  const why = NOT_STARTED.includes(code) ? " (the shell could not start it)" : "";
  return `with status ${code}${why}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
