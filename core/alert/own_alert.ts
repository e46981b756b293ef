/** Alerts that no rule raised: falcod tells of itself. */
import { type Alert, INTERNAL_SOURCE, type OutputValue, type Priority } from "./alert.ts";
import { escapeText } from "./escape.ts";

export interface OwnAlert {
  /** As Falco calls it, where it has one: "Falco internal: …". */
  readonly rule: string;
  readonly priority: Priority;
  readonly hostname: string;
  /** Plain; it may quote anything. */
  readonly message: string;
  readonly fields?: Iterable<readonly [name: string, value: OutputValue]>;
  /** Now, when nobody says. */
  readonly timeNs?: bigint;
}

const NS_PER_MS = 1_000_000n;

export function ownAlert({ message, fields = [], timeNs, ...rest }: OwnAlert): Alert {
  return {
    ...rest,
    source: INTERNAL_SOURCE,
    tags: [],
    timeNs: timeNs ?? BigInt(Date.now()) * NS_PER_MS,
    message: escapeText(message),
    fields: new Map(fields),
  };
}
