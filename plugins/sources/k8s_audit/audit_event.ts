/** One audit event, as rules see it. */
import { decodeUtf8, type Event, type ParamValue } from "../../../core/mod.ts";
import type { AuditDocument, JsonObject } from "./payload.ts";
import { sourceText } from "./source_text.ts";

/** Name of the event source. */
export const K8S_AUDIT = "k8s_audit";
/** PPME_PLUGINEVENT_E: all events of Falco's plugins are of this type. */
const PLUGIN_EVENT = 322;
/** What Falco's plugin registry calls k8saudit. */
const PLUGIN_ID = 1;

/** When an event was, and the how manieth of its source. */
export interface Place {
  /** Counts from 1. */
  readonly number: number;
  /** Time of the source's first event. */
  readonly firstTimeNs: bigint;
}

export class AuditEvent implements Event {
  readonly source = K8S_AUDIT;
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
  readonly pluginName = "k8saudit";
  number: number;
  readonly timeNs: bigint;
  readonly #document: AuditDocument;
  readonly #firstTimeNs: bigint;
  #lastPart: object | undefined;
  #lastSource = "";

  constructor(document: AuditDocument, { number, firstTimeNs }: Place) {
    this.#document = document;
    this.#firstTimeNs = firstTimeNs;
    this.timeNs = document.timeNs;
    this.number = number;
  }

  /** All that it says. */
  get document(): JsonObject {
    return this.#document.value;
  }

  /** Of an object or array in the document: its JSON, as it was sent. */
  sourceOf(part: object): string {
    // Rules look for one word after the other in the same part.
    if (part !== this.#lastPart) {
      this.#lastSource = sourceText(this.#document.bytes, this.#document.value, part);
      this.#lastPart = part;
    }
    return this.#lastSource;
  }

  /** As it was sent. */
  get pluginInfo(): string {
    return decodeUtf8(this.#document.bytes);
  }

  /** Since the source's first event; what came later may have been earlier. */
  get clockNs(): number {
    return Number(this.timeNs - this.#firstTimeNs);
  }

  /** `plugin_id` and `event_data`. */
  param(index: number): ParamValue {
    if (index === 0) return PLUGIN_ID;
    return index === 1 ? this.#document.bytes : undefined;
  }
}
