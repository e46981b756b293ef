/** Events that are documents, for those who try rules on them. */
import type { Event } from "../event/mod.ts";

/** A JSON object. */
export type DocumentValue = Readonly<Record<string, unknown>>;

export interface EventDocument {
  readonly event: Event;
  /** What the event is made of. */
  readonly value: DocumentValue;
}

/** How the events of a source look in files and in the hands of people. */
export interface EventDocuments {
  /** Keys that documents have, at the top. */
  readonly keys: readonly string[];
  /** The events of a text, in order, and what is wrong with it, in sentences without a full stop. */
  read(text: string): {
    readonly events: readonly EventDocument[];
    readonly problems: readonly string[];
  };
  /**
   * A whole document of what somebody wrote of one: what is not said is as ordinary as can be. One that
   * is whole already stays as it is, and is returned itself.
   */
  complete(part: DocumentValue): DocumentValue;
}
