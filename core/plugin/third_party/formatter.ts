/** A formatter that is a plugin of a third party: it answers later, so it formats batches. */
import { type Alert, escapeText } from "../../alert/mod.ts";
import { timeOfDay } from "../../base/mod.ts";
import { FROM_GUEST, jsonOf, TO_GUEST } from "../isolated/frames.ts";
import type { Supervisor } from "../isolated/supervisor.ts";
import type { Formatter } from "../plugin.ts";
import { alertJson } from "./alert_json.ts";

/** Alerts in one question: the answer is one frame. */
const PORTION = 100;
const MAX_LINE = 64 << 10;
/** How long a portion may take: a plugin can say that it is alive and never answer. */
const PORTION_MS = 10_000;

export class GuestFormatter implements Formatter {
  readonly #supervisor: Supervisor;
  readonly #portionMs: number;

  constructor(supervisor: Supervisor, { portionMs = PORTION_MS } = {}) {
    this.#supervisor = supervisor;
    this.#portionMs = portionMs;
    supervisor.running().catch(() => {});
  }

  /** As text, where there is no time to ask: an alert that looks otherwise is better than none. */
  format({ timeNs, priority, message }: Alert): string {
    return `${timeOfDay(timeNs)}: ${priority} ${message}`;
  }

  async formatAll(
    alerts: readonly Alert[],
    signal: AbortSignal | undefined,
  ): Promise<readonly string[]> {
    const guest = await this.#supervisor.running(signal);
    const lines: string[] = [];
    for (let at = 0; at < alerts.length; at += PORTION) {
      const portion = alerts.slice(at, at + PORTION);
      const payload = `[${portion.map((alert) => alertJson(alert)).join(",")}]`;
      const slow = `it has not formatted alerts for ${this.#portionMs} ms`;
      const timer = setTimeout(() => guest.end(slow), this.#portionMs);
      const answer = await guest.ask(TO_GUEST.format, payload, { signal })
        .finally(() => clearTimeout(timer));
      const found = answer.type === FROM_GUEST.lines ? jsonOf(answer) : undefined;
      if (!Array.isArray(found) || found.length !== portion.length) {
        throw new Error("it did not answer with a line for each alert");
      }
      lines.push(...found.map(lineOf));
    }
    return lines;
  }

  async close(): Promise<void> {
    await this.#supervisor.stop();
  }
}

/** One line that does nothing to a terminal, whatever it is. */
function lineOf(text: unknown): string {
  const line = (typeof text === "string" ? text : "").slice(0, MAX_LINE).toWellFormed();
  return ACTS.test(line) ? escapeText(line) : line;
}

/** Controls but the tab, line separators, and what turns the direction of text around. */
// deno-lint-ignore no-control-regex
const ACTS = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
