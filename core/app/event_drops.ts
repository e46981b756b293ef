/**
 * `syscall_event_drops`: what is done when events are lost between the kernel and the rules. The alert
 * has the name and the fields of Falco's (userspace/falco/event_drops.cpp), and says beside them what
 * was lost and which rules may have missed something.
 */
import { type Alert, type OutputValue, ownAlert } from "../alert/mod.ts";
import { dropsByCategory } from "../metrics/mod.ts";
import type { Logger, Source, SourceCounters } from "../plugin/mod.ts";
import type { Ruleset } from "../rule/mod.ts";
import type { Config } from "./config/schema.ts";

export type DropSettings = Config["syscall_event_drops"];

/** Ends a run whose `actions` say `exit`. */
export class EventsDropped extends Error {
  override readonly name = "EventsDropped";
  readonly code = "events-dropped";
  readonly help =
    "syscall_event_drops.actions says exit; a larger engine.modern_ebpf.buf_size_preset loses less";

  constructor(message: string) {
    super(message);
  }
}

export interface DropMonitorOptions {
  readonly settings: DropSettings;
  readonly hostname: string;
  readonly log: Logger;
  /** The rules that are in effect now. */
  readonly ruleset: () => Ruleset;
  readonly alert: (alert: Alert) => void;
  readonly exit: (reason: EventsDropped) => void;
}

type LosingSource = Pick<Source, "name" | "counters" | "lostTypes">;

const RULE = "Falco internal: syscall event drop";
const MAX_NAMED = 10;

/** Watches one source. */
export class DropMonitor {
  readonly #source: LosingSource;
  readonly #options: DropMonitorOptions;
  readonly #bucket: TokenBucket;
  #before: Totals;

  constructor(source: LosingSource, options: DropMonitorOptions) {
    this.#source = source;
    this.#options = options;
    this.#bucket = new TokenBucket(options.settings.rate, options.settings.max_burst);
    this.#before = totalsOf(source);
  }

  /** To be called every second. `nowMs` is on any clock that does not jump. */
  check(nowMs: number): void {
    const { settings, log } = this.#options;
    const now = totalsOf(this.#source);
    const lost = lossBetween(this.#before, now);
    this.#before = now;
    if (settings.simulate_drops) {
      log.info("Simulating syscall event drop");
      lost.drops++;
    }
    const threshold = settings.simulate_drops ? 0 : settings.threshold;
    if (lost.drops === 0 || lost.drops / lost.events <= threshold) return;
    if (this.#bucket.claim(nowMs)) this.#act(lost);
    else log.debug("Syscall event drop, but no action is due yet");
  }

  #act(lost: Loss): void {
    const { settings, log, hostname } = this.#options;
    const blinded = blindedRules(this.#options.ruleset(), this.#source.name, lost.types);
    const classes = namedCounts(lost.classes);
    const sentences = [`${RULE}. ${lost.drops} system calls dropped in last second.`];
    if (classes !== "") sentences.push(`Lost: ${classes}.`);
    if (blinded.length > 0) sentences.push(`Rules that may have missed them: ${someOf(blinded)}.`);
    const message = sentences.join(" ");
    for (const action of new Set(settings.actions)) {
      switch (action) {
        case "ignore":
          break;
        case "log":
          log.warning(message);
          break;
        case "alert":
          this.#options.alert(ownAlert({
            rule: RULE,
            priority: "Debug",
            hostname,
            message,
            fields: fieldsOf(lost, { classes, blinded }),
          }));
          break;
        case "exit":
          this.#options.exit(new EventsDropped(message));
          break;
        default:
          action satisfies never;
      }
    }
  }
}

/** Names of rules of the source that look at an event of one of the types. */
export function blindedRules(
  ruleset: Ruleset,
  source: string,
  types: ReadonlyMap<number, number>,
): readonly string[] {
  return ruleset.rules
    .filter((rule) => rule.enabled && rule.source === source)
    .filter((rule) => [...types.keys()].some((type) => rule.eventTypes.has(type)))
    .map((rule) => rule.name);
}

/** A few of the names, and how many more there are. */
export function someOf(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  const shown = names.slice(0, MAX_NAMED).map((name) => `"${name}"`).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Since the start. */
interface Totals {
  readonly counters: SourceCounters;
  readonly types: ReadonlyMap<number, number>;
}

/** Between two looks. */
interface Loss {
  /** Those that arrived and those that did not. */
  readonly events: number;
  drops: number;
  readonly unreadable: number;
  readonly classes: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<number, number>;
}

function totalsOf(source: LosingSource): Totals {
  return { counters: source.counters(), types: source.lostTypes?.() ?? new Map() };
}

const DROPS = "drops.", EVENTS = "events.", UNREADABLE = "unreadable.";

function lossBetween(before: Totals, now: Totals): Loss {
  const sum = { [DROPS]: 0, [EVENTS]: 0, [UNREADABLE]: 0 };
  const classes = new Map<string, number>();
  for (const [name, count] of Object.entries(now.counters)) {
    const more = count - (before.counters[name] ?? 0);
    for (const prefix of [DROPS, EVENTS, UNREADABLE] as const) {
      if (name.startsWith(prefix)) sum[prefix] += more;
    }
    if (name.startsWith(DROPS) && more > 0) classes.set(name.slice(DROPS.length), more);
  }
  const types = new Map<number, number>();
  for (const [type, count] of now.types) {
    const more = count - (before.types.get(type) ?? 0);
    if (more > 0) types.set(type, more);
  }
  return {
    events: sum[EVENTS] + sum[DROPS],
    drops: sum[DROPS],
    unreadable: sum[UNREADABLE],
    classes,
    types,
  };
}

function namedCounts(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
}

function fieldsOf(
  { events, drops, unreadable, types }: Loss,
  { classes, blinded }: { readonly classes: string; readonly blinded: readonly string[] },
): ReadonlyMap<string, OutputValue> {
  const counts: Record<string, number> = {
    n_evts: events,
    n_drops: drops,
    n_drops_buffer_total: drops,
  };
  for (const [category, lost] of dropsByCategory(types)) {
    counts[`n_drops_buffer_${category}_exit`] = lost;
  }
  counts.n_drops_scratch_map = 0;
  counts.n_drops_page_faults = unreadable;
  counts.n_drops_bug = 0;
  counts.ebpf_enabled = 1;
  const fields = new Map<string, OutputValue>();
  for (const [name, count] of Object.entries(counts)) fields.set(name, String(count));
  fields.set("falcod.lost", classes);
  fields.set("falcod.blinded_rules", blinded.join(", "));
  return fields;
}

/** At most `burst` at once, and `rate` a second in the long run. */
class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #seenMs: number | undefined;

  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
  }

  claim(nowMs: number): boolean {
    const passedMs = nowMs - (this.#seenMs ?? nowMs);
    this.#seenMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + passedMs / 1000 * this.#rate);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
