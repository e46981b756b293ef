/**
 * `capture` of falco.yaml and of rules: what happens after a rule has matched, in a file. One file at a
 * time; whatever matches meanwhile makes it longer, as in Falco.
 */
import { type Alert, ownAlert } from "../../alert/mod.ts";
import type { Event, StateChange } from "../../event/mod.ts";
import type { Logger } from "../../plugin/mod.ts";
import type { Rule, Ruleset } from "../../rule/mod.ts";
import type { State } from "../../state/mod.ts";
import type { Config } from "../config/schema.ts";
import { thisMachine, thisMachinesInterfaces } from "./machine.ts";
import { Recording } from "./recording.ts";

export interface RuleCapturesOptions {
  readonly settings: Config["capture"];
  readonly state: State;
  readonly ruleset: () => Ruleset;
  readonly hostname: string;
  readonly log: Logger;
  /** For what falcod has to tell of itself. */
  readonly alert: (alert: Alert) => void;
}

export interface RuleCaptureCounters {
  readonly captures: number;
  /** Files that could not be created or finished. */
  readonly failed: number;
  readonly lostEvents: number;
}

/** Captures have no place for events of other sources. */
const SYSCALLS = "syscall";
const MEGABYTE = 1 << 20;
const NS_PER_MS = 1_000_000n;
/** Falco's name of it, which people look for. */
const SIZE_LIMIT = "Falco internal: capture size limit reached";

/** On the event path: nothing here waits or throws. */
export class RuleCaptures {
  readonly #options: RuleCapturesOptions;
  readonly #closing = new Set<Promise<void>>();
  #current: Recording | undefined;
  /** Epoch nanoseconds up to which rules want to see; 0 when none does. */
  #deadlineNs = 0n;
  /** A rule has matched that starts a capture. */
  #isWanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastFailure = "";
  #captures = 0;
  #failed = 0;
  #lostEvents = 0;

  constructor(options: RuleCapturesOptions) {
    this.#options = options;
  }

  get counters(): RuleCaptureCounters {
    return { captures: this.#captures, failed: this.#failed, lostEvents: this.#lostEvents };
  }

  /** A rule has alerted; the event that it was about may be about to come to `event`. */
  alerted({ rule: name, source, timeNs }: Alert): void {
    const { settings, ruleset } = this.#options;
    const rule = ruleset().rules.find((rule) => rule.name === name && rule.source === source);
    if (!rule) return;
    if (settings.mode === "all_rules" || rule.capture) this.#isWanted = true;
    // As in Falco, rules without `capture` make a running capture longer, too.
    else if (!this.#current && !this.#isWanted) return;
    const deadlineNs = timeNs + BigInt(this.#durationMs(rule)) * NS_PER_MS;
    if (deadlineNs > this.#deadlineNs) this.#deadlineNs = deadlineNs;
  }

  /** After it was judged; borrowed. */
  event(event: Event): void {
    if (event.source !== SYSCALLS) return;
    if (this.#isWanted && !this.#current) this.#begin(event);
    this.#isWanted = false;
    const current = this.#current;
    if (!current) return;
    const written = current.recorder.event(event);
    if (written === "full") this.#tellSizeLimit(current);
    if (written === "full" || current.failed || event.timeNs >= this.#deadlineNs) this.#end();
  }

  /** After the state has it. */
  change(change: StateChange, clockNs: number): void {
    this.#current?.recorder.change(change, clockNs);
  }

  /** Ends what is running; resolves when all files are whole. */
  async close(): Promise<void> {
    this.#end();
    await Promise.all(this.#closing);
  }

  #durationMs({ captureDurationMs }: Rule): number {
    return captureDurationMs || this.#options.settings.default_duration;
  }

  #begin({ timeNs, number }: Event): void {
    const { state, hostname, settings, log } = this.#options;
    const { path_prefix, max_file_size_mb } = settings;
    const path = `${path_prefix}_${digits(timeNs)}_${digits(number)}.scap`;
    this.#captures++;
    const recording: Recording = new Recording(state, {
      path,
      compress: true,
      // Its name can be foreseen, and by default anybody may write where it is.
      refuseExisting: true,
      sizeLimitBytes: max_file_size_mb === 0 ? undefined : max_file_size_mb * MEGABYTE,
      machine: thisMachine(hostname),
      interfaces: thisMachinesInterfaces(),
      onFailure: () => {
        if (this.#current === recording) this.#end();
      },
    });
    recording.recorder.begin();
    this.#current = recording;
    this.#armTimer();
    // Why there is no file is told when it ends.
    recording.opened.then(() => log.info(`capture: recording into ${path}`), () => {});
  }

  /** Ends it also when no event comes any more. */
  #armTimer(): void {
    clearTimeout(this.#timer);
    const leftMs = Number(this.#deadlineNs / NS_PER_MS) - Date.now();
    this.#timer = setTimeout(() => {
      if (Number(this.#deadlineNs / NS_PER_MS) <= Date.now()) this.#end();
      else this.#armTimer();
    }, Math.min(Math.max(leftMs, 1), LONGEST_TIMER_MS));
  }

  #end(): void {
    const ended = this.#current;
    clearTimeout(this.#timer);
    this.#current = undefined;
    this.#deadlineNs = 0n;
    if (!ended) return;
    const closing = this.#finish(ended).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #finish(recording: Recording): Promise<void> {
    const { log } = this.#options;
    try {
      await recording.close();
      const { eventCount, lostEvents, path } = recording;
      this.#lastFailure = "";
      this.#lostEvents += lostEvents;
      const lost = lostEvents === 0 ? "" : `, ${lostEvents} lost: the disk is too slow`;
      log.info(`capture: ${eventCount} events in ${path}${lost}`);
    } catch (error) {
      this.#failed++;
      const { message } = error as Error;
      const kind = message.replaceAll(recording.path, "");
      // A full disk is told once, not with every rule that matches.
      if (kind !== this.#lastFailure) log.error(`capture: ${message}`);
      this.#lastFailure = kind;
    }
  }

  #tellSizeLimit({ path }: Recording): void {
    const { settings, hostname, alert } = this.#options;
    const { max_file_size_mb } = settings;
    const message = `${SIZE_LIMIT}. Configured limit: ${max_file_size_mb} MB. File: ${path}`;
    alert(ownAlert({
      rule: SIZE_LIMIT,
      priority: "Informational",
      hostname,
      message,
      fields: [["max_file_size_mb", max_file_size_mb], ["capture.file", path]],
    }));
  }
}

/** What setTimeout takes. */
const LONGEST_TIMER_MS = 0x7fffffff;

/** So that names sort by time. */
function digits(number: bigint | number): string {
  return String(number).padStart(20, "0");
}
