/** An event that a plugin of a third party brought: JSON, with a time. */
import type { Event, ParamValue } from "../../event/mod.ts";
import type { DocumentValue } from "../event_documents.ts";

/** PPME_PLUGINEVENT_E: all events of plugins are of this type. */
const PLUGIN_EVENT = 322;

export interface Origin {
  /** Event source. */
  readonly source: string;
  readonly pluginName: string;
  /** Time of the first event. */
  readonly firstTimeNs: bigint;
}

export class DocumentEvent implements Event {
  readonly type = PLUGIN_EVENT;
  readonly cpu = 0;
  readonly threadId = 0;
  readonly processId = 0;
  readonly result = undefined;
  readonly compat = false;
  readonly change = undefined;
  readonly descriptor = undefined;
  readonly hasResolvedView = false;
  readonly selfContained = true;
  readonly standsAlone = true;
  readonly originClockNs = 0;
  readonly #origin: Origin;

  constructor(
    readonly document: DocumentValue,
    readonly timeNs: bigint,
    public number: number,
    origin: Origin,
  ) {
    this.#origin = origin;
  }

  get source(): string {
    return this.#origin.source;
  }

  get pluginName(): string {
    return this.#origin.pluginName;
  }

  /** As JSON. */
  get pluginInfo(): string {
    return jsonTextOf(this.document) ?? "";
  }

  /** Since the first event; what came later may have been earlier. */
  get clockNs(): number {
    return Number(this.timeNs - this.#origin.firstTimeNs);
  }

  /** `event_data`; such plugins have no number. */
  param(index: number): ParamValue {
    return index === 1 ? new TextEncoder().encode(this.pluginInfo) : undefined;
  }
}

/** Absent for what is nested so deeply that the runtime cannot write it. */
export function jsonTextOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Milliseconds since 1970, with fractions; what is none is now. */
export function timeNsOf(timeMs: unknown): bigint {
  const valid = typeof timeMs === "number" && timeMs >= 0 && timeMs < LATEST_MS;
  const ms = valid ? timeMs : Date.now();
  const whole = Math.floor(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
}

/** As nanoseconds it fits into 63 bits. */
const LATEST_MS = 9e12;
