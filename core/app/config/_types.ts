/** What is said of falco.yaml's keys beside their types, which are those of `core/plugin/schema.ts`. */
import * as z from "zod";
import { whole } from "../../plugin/schema.ts";

export {
  decimal,
  duration,
  flag,
  listOf,
  oneOf,
  section,
  sequence,
  text,
  texts,
  whole,
  word,
} from "../../plugin/schema.ts";

/** How a key stands with falcod; one without a note works as in Falco. */
export type KeyNote =
  /** Checked and listed, but nothing comes of it yet; `today` is the value falcod has in any case. */
  | { readonly standing: "planned"; readonly today?: string }
  /** An old spelling. `acts`: it does what the new one does. */
  | { readonly standing: "replaced"; readonly by: string; readonly acts: boolean }
  /** Tunes something that falcod does not have. */
  | { readonly standing: "idle"; readonly because: string };

/** What is to be said of the keys of these types. */
export const notes = z.registry<KeyNote>();

export function planned<T extends z.ZodType>(type: T, today?: string): T {
  notes.add(type, { standing: "planned", ...(today === undefined ? {} : { today }) });
  return type;
}

export function replaced<T extends z.ZodType>(type: T, by: string, acts: "acts" | "idle"): T {
  notes.add(type, { standing: "replaced", by, acts: acts === "acts" });
  return type;
}

export function idle<T extends z.ZodType>(type: T, because: string): T {
  notes.add(type, { standing: "idle", because });
  return type;
}

/** Index into the table of ring sizes; absent, the source's own default holds. */
export const preset = () => whole({ min: 0, max: 10, standard: 0 }).unwrap().optional();
