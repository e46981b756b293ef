/**
 * What is too much is held back before it comes to the sinks: alerts beyond a rate (Falco's
 * `outputs.rate`), and those that repeat an earlier one. None is held back silently: how many there
 * were is told in one alert when the window is over.
 */
import {
  type Alert,
  escapeText,
  INTERNAL_SOURCE,
  type OutputValue,
  ownAlert,
  PRIORITIES,
} from "../alert/mod.ts";
import { unitsOf } from "./pending.ts";

export interface HoldBackSettings {
  /** Alerts a second, after a burst of so many; absent: any number. */
  readonly rate?: { readonly perSecond: number; readonly burst: number };
  /** Of alerts that agree in all keys, one goes out in each window; absent: all do. */
  readonly dedup?: { readonly keys: readonly string[]; readonly windowMs: number };
}

export interface HeldBack {
  readonly byRate: number;
  readonly asRepeated: number;
}

/** Parts of an alert that can be keys; all others are fields of its output. */
const PARTS: Readonly<Record<string, (alert: Alert) => OutputValue>> = {
  rule: ({ rule }) => rule,
  priority: ({ priority }) => priority,
  source: ({ source }) => source,
  hostname: ({ hostname }) => hostname,
  output: ({ message }) => message,
};

export const KEY_PARTS: readonly string[] = Object.keys(PARTS);

/** Field with the number of alerts that were held back. */
export const HELD_BACK_FIELD = "falcod.held_back";
const RATE_RULE = "Falco internal: alerts held back";
const RATE_WINDOW_MS = 60_000;
/** Different alerts that are remembered; further ones go out. */
const MOST_REMEMBERED = 10_000;
/** The same of UTF-16 units, as alerts can be made long on purpose. */
const MOST_REMEMBERED_UNITS = 16 << 20;
/** Rules that a summary names. */
const MOST_NAMED = 10;

interface Remembered {
  readonly sinceMs: number;
  count: number;
  /** An earlier one where there was no room for the last. */
  last: Alert;
  /** Of `last`. */
  units: number;
}

export class HoldBack {
  readonly #settings: HoldBackSettings;
  readonly #send: (alert: Alert) => void;
  readonly #hostname: string;
  readonly #now: () => number;
  #tokens: number;
  #tokensAtMs: number;
  readonly #tooMany = new Map<string, number>();
  #worst: Alert["priority"] = "Debug";
  /** In the order in which their windows end. */
  readonly #remembered = new Map<string, Remembered>();
  /** Of the keys and alerts that are remembered. */
  #units = 0;
  #dedupTimer: ReturnType<typeof setTimeout> | undefined;
  #rateTimer: ReturnType<typeof setTimeout> | undefined;
  #byRate = 0;
  #asRepeated = 0;

  /** `now` is on any clock that does not jump, in milliseconds. */
  constructor(
    settings: HoldBackSettings,
    { send, hostname, now = () => performance.now() }: {
      readonly send: (alert: Alert) => void;
      readonly hostname: string;
      readonly now?: () => number;
    },
  ) {
    this.#settings = settings;
    this.#send = send;
    this.#hostname = hostname;
    this.#now = now;
    this.#tokens = settings.rate?.burst ?? 0;
    this.#tokensAtMs = now();
  }

  get counters(): HeldBack {
    return { byRate: this.#byRate, asRepeated: this.#asRepeated };
  }

  /** Sends the alert on, or keeps it back. What falcod tells of itself always goes out. */
  offer(alert: Alert): void {
    if (alert.source === INTERNAL_SOURCE) return this.#send(alert);
    if (this.#repeats(alert) || this.#isTooMuch(alert)) return;
    this.#send(alert);
  }

  /** Tells what was held back so far. */
  close(): void {
    clearTimeout(this.#dedupTimer);
    clearTimeout(this.#rateTimer);
    this.#dedupTimer = this.#rateTimer = undefined;
    for (const remembered of this.#remembered.values()) this.#tellRepeated(remembered);
    this.#remembered.clear();
    this.#units = 0;
    this.#tellTooMany();
  }

  /** Tells of the windows that are over. */
  tick(): void {
    const windowMs = this.#settings.dedup?.windowMs ?? 0;
    const nowMs = this.#now();
    for (const [key, remembered] of this.#remembered) {
      const leftMs = remembered.sinceMs + windowMs - nowMs;
      if (leftMs > 0) return this.#tickIn(leftMs);
      this.#remembered.delete(key);
      this.#units -= key.length + remembered.units;
      this.#tellRepeated(remembered);
    }
  }

  #repeats(alert: Alert): boolean {
    const { dedup } = this.#settings;
    if (!dedup) return false;
    const key = keyOf(alert, dedup.keys);
    const nowMs = this.#now();
    const remembered = this.#remembered.get(key);
    if (remembered && nowMs < remembered.sinceMs + dedup.windowMs) {
      remembered.count++;
      this.#asRepeated++;
      this.#replaceLast(remembered, alert);
      return true;
    }
    if (remembered) this.tick();
    const units = unitsOf(alert);
    if (
      this.#remembered.size < MOST_REMEMBERED &&
      this.#units + key.length + units <= MOST_REMEMBERED_UNITS
    ) {
      this.#remembered.set(key, { sinceMs: nowMs, count: 0, last: alert, units });
      this.#units += key.length + units;
      if (this.#dedupTimer === undefined) this.#tickIn(dedup.windowMs);
    }
    return false;
  }

  #replaceLast(remembered: Remembered, alert: Alert): void {
    const units = unitsOf(alert);
    const more = units - remembered.units;
    if (this.#units + more > MOST_REMEMBERED_UNITS) return;
    this.#units += more;
    remembered.last = alert;
    remembered.units = units;
  }

  #tickIn(ms: number): void {
    clearTimeout(this.#dedupTimer);
    this.#dedupTimer = setTimeout(() => {
      this.#dedupTimer = undefined;
      this.tick();
    }, ms);
  }

  #tellRepeated({ count, last, sinceMs }: Remembered): void {
    if (count === 0) return;
    const seconds = Math.max(1, Math.round((this.#now() - sinceMs) / 1000));
    const rule = escapeText(last.rule);
    const { output: _replaced, uuid, ...alike } = last;
    this.#send({
      ...alike,
      // It is another alert.
      ...uuid !== undefined && { uuid: crypto.randomUUID() },
      message: `${count} more of ${rule} in ${seconds} s, the last: ${last.message}`,
      fields: new Map(last.fields).set(HELD_BACK_FIELD, count),
    });
  }

  /** Falco's token bucket: full at first. */
  #isTooMuch(alert: Alert): boolean {
    const { rate } = this.#settings;
    if (!rate) return false;
    const nowMs = this.#now();
    const more = (nowMs - this.#tokensAtMs) / 1000 * rate.perSecond;
    this.#tokens = Math.min(rate.burst, this.#tokens + more);
    this.#tokensAtMs = nowMs;
    if (this.#tokens >= 1) {
      this.#tokens--;
      return false;
    }
    this.#byRate++;
    this.#tooMany.set(alert.rule, (this.#tooMany.get(alert.rule) ?? 0) + 1);
    if (PRIORITIES.indexOf(alert.priority) < PRIORITIES.indexOf(this.#worst)) {
      this.#worst = alert.priority;
    }
    this.#rateTimer ??= setTimeout(() => {
      this.#rateTimer = undefined;
      this.#tellTooMany();
    }, RATE_WINDOW_MS);
    return true;
  }

  #tellTooMany(): void {
    const rules = [...this.#tooMany].sort((a, b) => b[1] - a[1]);
    if (rules.length === 0) return;
    const count = rules.reduce((sum, [, number]) => sum + number, 0);
    const named = rules.slice(0, MOST_NAMED).map(([rule, number]) => `${number} of ${rule}`);
    if (rules.length > MOST_NAMED) named.push(`others of ${rules.length - MOST_NAMED} rules`);
    this.#send(ownAlert({
      rule: RATE_RULE,
      priority: this.#worst,
      hostname: this.#hostname,
      message:
        `${RATE_RULE}: ${count} more within ${RATE_WINDOW_MS / 1000} s than outputs.rate lets ` +
        `through: ${named.join(", ")}`,
      fields: [[HELD_BACK_FIELD, count]],
    }));
    this.#tooMany.clear();
    this.#worst = "Debug";
  }
}

/** Unlike keys give unlike texts: each value says how long it is. */
function keyOf(alert: Alert, keys: readonly string[]): string {
  let text = "";
  for (const key of keys) {
    const part = Object.hasOwn(PARTS, key) ? PARTS[key] : undefined;
    const value = String(part ? part(alert) : alert.fields.get(key));
    text += `${value.length}:${value}`;
  }
  return text;
}
