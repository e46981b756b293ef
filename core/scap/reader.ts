/** Captures, item by item. */
import type {
  ScapDescriptor,
  ScapGroup,
  ScapInterface,
  ScapMachine,
  ScapProcess,
  ScapSection,
  ScapUser,
} from "./entries.ts";
import type { ScapEvent } from "./event.ts";
import type { ScapFault } from "./fault.ts";

/**
 * What comes next in a file. After "more" call `fill()`; "end" and "fault" come again for ever.
 * A "user", "group" or "interface" belongs to the lists of this section, in the order of the file.
 */
export type ScapItem =
  | ScapEvent
  | ScapSection
  | ScapMachine
  | ScapInterface
  | ScapUser
  | ScapGroup
  | ScapProcess
  | ScapDescriptor
  | { readonly kind: "more" }
  | { readonly kind: "end" }
  | ScapFault;

/** Where the bytes come from: a file, a pipe, memory, decompressed already. */
export interface ScapInput {
  /** Writes at least one byte to the start of `into` and says how many; 0 at the end. */
  read(into: Uint8Array): number | Promise<number>;
  close(): void;
}
