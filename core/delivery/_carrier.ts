/** Brings one batch to a sink, and tries again until it is there or has to be given up. */
import { type FormattedAlert, type Formatter, type Sink, SinkError } from "../plugin/mod.ts";
import { Attempts } from "./_attempt.ts";
import type { Tally } from "./_tally.ts";
import { reasonOf, type Trouble } from "./_trouble.ts";
import { backoffMs, NO_RETRY, type RetrySettings } from "./backoff.ts";
import { Pending } from "./pending.ts";
import type { Taken, TakenBatch } from "./store.ts";
import type { DeliveryTarget, LaneLimits } from "./target.ts";

/** Field of an alert that may have arrived before. */
export const REPEATED_FIELD = "falcod.repeated";

export interface CarrierOptions {
  readonly target: Omit<DeliveryTarget, "sink" | "others">;
  readonly sink: Sink;
  readonly limits: Pick<LaneLimits, "blockedMs" | "silence">;
  readonly tally: Tally;
  readonly trouble: Trouble;
  /** Aborts when no further write is to be begun. */
  readonly ending: AbortSignal;
  /** Aborts, later, when a write that is under way is to end. */
  readonly stop: AbortSignal;
  /** A write has failed and is to be done again. */
  readonly onRetry: () => void;
  /** Told what has not gone out when all is to end. True: somebody else brings it to the sink. */
  readonly takesOver: (left: readonly Pending[]) => boolean;
}

/** How it went with a batch. */
export type Carried = "carried" | "sink closed";

/** An alert as the sink gets it, and where it is in what was taken. */
interface Line {
  readonly formatted: FormattedAlert;
  readonly place: number;
}

/** What was not brought anywhere: for the next run. */
interface Left {
  readonly rest: readonly Line[];
  readonly outcome: Carried;
}

export class Carrier {
  readonly #options: CarrierOptions;
  readonly #retry: RetrySettings;
  readonly #attempts: Attempts;
  /** Since when the sink takes nothing and says of nothing why. */
  #silentSinceMs: number | undefined;
  #wasHeard = false;
  /** Why nothing is written any more. */
  #hopeless: unknown;
  /** For the batches that come from now on. */
  formatter: Formatter;

  constructor(options: CarrierOptions) {
    this.#options = options;
    this.#retry = options.target.retry ?? NO_RETRY;
    this.formatter = options.target.formatter;
    const { sink, stop, target: { timeoutMs }, limits: { blockedMs }, trouble } = options;
    this.#attempts = new Attempts({
      sink,
      stop,
      timeoutMs,
      blockedMs,
      onBlocked: () => trouble.blocked(blockedMs),
    });
  }

  /** Settles what has arrived or is given up. Never rejects. */
  async carry(taken: TakenBatch): Promise<Carried> {
    const { maxAgeMs = Infinity } = this.#options.target;
    const oldest = Date.now() - maxAgeMs;
    const isFresh = ({ acceptedMs = Infinity }: Taken) => acceptedMs >= oldest;
    const stale = this.#lines(taken, (one) => !isFresh(one));
    if (stale.length > 0) this.#expire(stale);
    const batch = this.#lines(taken, isFresh);
    const giveUpMs = (taken.alerts.find(isFresh)?.acceptedMs ?? Infinity) + maxAgeMs;
    const { rest, outcome } = await this.#deliver(batch, { giveUpMs, taken });
    await taken.settle(rest[0]?.place);
    return outcome;
  }

  /** What was never taken, and is not going to be. */
  giveUp(waiting: readonly Pending[], error: unknown): void {
    const { target: { onDead }, tally } = this.#options;
    if (!onDead) {
      tally.failed += waiting.length;
      return;
    }
    const alerts = waiting.map((pending) => ({ pending, again: false }));
    const lines = this.#lines({ alerts }, () => true);
    if (lines.length > 0) this.#lost(lines, error);
  }

  /** Of those that are asked for and can be formatted. */
  #lines({ alerts }: Pick<TakenBatch, "alerts">, isAsked: (one: Taken) => boolean): Line[] {
    const { target: { adapt }, tally, trouble } = this.#options;
    const lines: Line[] = [];
    for (const [place, one] of alerts.entries()) {
      if (!isAsked(one)) continue;
      try {
        const pending = adapt ? new Pending(adapt(one.pending.alert)) : one.pending;
        const line = { formatted: pending.format(this.formatter), place };
        lines.push(one.again ? this.#marked(line) : line);
      } catch (error) {
        tally.failed++;
        trouble.formatFailed(error);
      }
    }
    return lines;
  }

  /** Says of an alert that it may have arrived before. */
  #marked({ formatted: { alert }, place }: Line): Line {
    if (!alert.fields.has(REPEATED_FIELD)) this.#options.tally.repeated++;
    const marked = { ...alert, fields: new Map(alert.fields).set(REPEATED_FIELD, true) };
    return { formatted: { alert: marked, line: this.formatter.format(marked) }, place };
  }

  /** Until it is there, or has to be given up. */
  async #deliver(
    batch: readonly Line[],
    { giveUpMs, taken }: { readonly giveUpMs: number; readonly taken: TakenBatch },
  ): Promise<Left> {
    const { trouble, tally } = this.#options;
    const stays = taken.isLasting;
    let rest = batch;
    if (this.#hopeless !== undefined && rest.length > 0 && !stays) {
      this.#lost(rest, this.#hopeless);
      rest = [];
    }
    for (let tries = 0; rest.length > 0; tries++) {
      const error = await this.#write(rest);
      const accepted = error === undefined ? rest.length : acceptedOf(error, rest.length);
      if (accepted > 0 || isRefusal(error)) this.#heard();
      tally.delivered += accepted;
      rest = rest.slice(accepted);
      if (rest.length === 0) {
        trouble.delivered(tally.failed);
        break;
      }
      if (this.#isEnding || isClosed(error)) {
        // A write that was told to end in its midst says so if it knows better.
        const unclear = this.#options.stop.aborted ? rest.length : 0;
        return this.#leave(rest, { error, taken, unclear: unclearOf(error) ?? unclear });
      }
      const refused = refusedOf(error);
      if (refused > 0 && refused < rest.length) {
        this.#lost(rest.slice(0, refused), error);
        rest = rest.slice(refused);
        tries = -1;
        continue;
      }
      // It is slow, not down.
      if (accepted > 0) tries = 0;
      const goesOn = this.#goesOn(error, { tries, stays });
      if (goesOn && !stays && this.#leftMs <= 0) this.#giveUp(error);
      if (!goesOn || (this.#hopeless !== undefined && !stays)) {
        this.#lost(rest, this.#hopeless ?? error);
        break;
      }
      const unclear = unclearOf(error) ?? 0;
      rest = rest.map((line, index) => index < unclear ? this.#marked(line) : line);
      await this.#pause(rest.length, { tries, error, mostMs: stays ? Infinity : this.#leftMs });
      if (this.#isEnding) return this.#leave(rest, { error, taken, unclear: 0 });
      if (Date.now() > giveUpMs) {
        this.#expire(rest);
        break;
      }
    }
    return { rest: [], outcome: "carried" };
  }

  /** For the next run, or for somebody else, where there is one of these. */
  #leave(
    rest: readonly Line[],
    { error, taken, unclear }: {
      readonly error: unknown;
      readonly taken: TakenBatch;
      readonly unclear: number;
    },
  ): Left {
    const { tally, takesOver } = this.#options;
    const outcome = isClosed(error) ? "sink closed" : "carried";
    if (taken.isLasting) {
      tally.kept += rest.length;
      return { rest, outcome };
    }
    const left = rest.map(({ place, formatted: { alert } }, index) => {
      const { pending } = taken.alerts[place]!;
      const isUnclear = index < unclear || alert.fields.has(REPEATED_FIELD);
      return isUnclear ? repeatedly(pending) : pending;
    });
    if (!takesOver(left)) this.#lost(rest, error);
    return { rest: [], outcome };
  }

  async #write(lines: readonly Line[]): Promise<unknown> {
    const { tally } = this.#options;
    tally.underWay += lines.length;
    this.#silentSinceMs ??= performance.now();
    const error = await this.#attempts.write(lines.map(({ formatted }) => formatted));
    tally.underWay -= lines.length;
    return error;
  }

  get #isEnding(): boolean {
    return this.#options.ending.aborted;
  }

  #goesOn(
    error: unknown,
    { tries, stays }: { readonly tries: number; readonly stays: boolean },
  ): boolean {
    if (tries >= this.#retry.attempts && !stays) return false;
    return !(error instanceof SinkError) || error.code === "unavailable";
  }

  /** There is somebody, whatever became of the other writes under way. */
  #heard(): void {
    this.#wasHeard = true;
    this.#silentSinceMs = undefined;
    this.#hopeless = undefined;
  }

  /** How long the sink may still be tried, should it go on as it does. */
  get #leftMs(): number {
    const { silence } = this.#options.limits;
    if (!silence || this.#silentSinceMs === undefined) return Infinity;
    const most = this.#wasHeard ? silence.laterMs : silence.atFirstMs;
    return this.#silentSinceMs + most - performance.now();
  }

  #giveUp(error: unknown): void {
    const since = this.#wasHeard ? "it takes nothing any more" : "it has taken none so far";
    const message = `${reasonOf(error)}; ${since} and is not tried again`;
    this.#hopeless ??= new SinkError("unavailable", message, { cause: error });
    this.#options.trouble.givenUp();
  }

  /** Before the next try with so many alerts. */
  async #pause(
    count: number,
    { tries, error, mostMs }: {
      readonly tries: number;
      readonly error: unknown;
      readonly mostMs: number;
    },
  ): Promise<void> {
    const { tally, trouble, ending, onRetry } = this.#options;
    tally.retries++;
    tally.underWay += count;
    trouble.retrying(error, tally.failed);
    onRetry();
    const askedMs = error instanceof SinkError ? error.retryAfterMs ?? 0 : 0;
    const waitMs = backoffMs(tries, this.#retry, { askedMs });
    await paused(Math.min(waitMs, mostMs), ending);
    tally.underWay -= count;
  }

  #expire(lines: readonly Line[]): void {
    this.#options.tally.expired += lines.length;
    this.#lost(lines, new SinkError("unavailable", "they have become too old"));
  }

  #lost(lines: readonly Line[], error: unknown): void {
    const { target: { onDead }, tally, trouble } = this.#options;
    trouble.lost(error, tally.failed);
    tally.failed += lines.length;
    if (error instanceof SinkError && error.code === "rejected") tally.rejected += lines.length;
    onDead?.(lines.map(({ formatted }) => formatted), reasonOf(error));
  }
}

/** The same alert, of which nobody knows whether it has arrived. */
function repeatedly({ alert }: Pending): Pending {
  return new Pending({ ...alert, fields: new Map(alert.fields).set(REPEATED_FIELD, true) });
}

/** Says of an alert that it will not do, and so that there is somebody. */
function isRefusal(error: unknown): boolean {
  return error instanceof SinkError && error.code === "rejected";
}

function isClosed(error: unknown): boolean {
  return error instanceof SinkError && error.code === "closed";
}

/** Those that are not wanted, while those after them may be. */
function refusedOf(error: unknown): number {
  return error instanceof SinkError && error.code === "rejected" ? error.refused ?? 0 : 0;
}

/** How many of those that were not accepted may have arrived all the same; absent: it does not say. */
function unclearOf(error: unknown): number | undefined {
  return error instanceof SinkError ? error.unclear : undefined;
}

function acceptedOf(error: unknown, most: number): number {
  return error instanceof SinkError ? Math.min(most, error.accepted ?? 0) : 0;
}

/** Returns early when the signal aborts. */
function paused(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
