/**
 * What falco.yaml's keys are made of. Values arrive as text (see tree.ts), so each type reads text. The
 * message of a type says what is wanted, in words that continue "wants …".
 */
import { z } from "zod";

// Else zod makes functions of text for its objects: only emit.ts may, and for one reading it costs more.
z.config({ jitless: true });

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

export const flag = (standard: boolean) =>
  z.stringbool({
    truthy: ["true", "yes", "on", "y"],
    falsy: ["false", "no", "off", "n"],
    error: "true or false",
  }).default(standard);

export function whole(
  options: { readonly min: number; readonly max: number; readonly standard: number },
) {
  const wanted = `a whole number from ${options.min} to ${options.max}`;
  return z.string({ error: wanted })
    .regex(/^[+-]?\d{1,15}$|^0x[0-9a-f]{1,12}$/i, { error: wanted, abort: true })
    .transform(Number)
    .pipe(z.number().min(options.min, { error: wanted }).max(options.max, { error: wanted }))
    .default(options.standard);
}

/** Index into the table of ring sizes; absent, the source's own default holds. */
export const preset = () => whole({ min: 0, max: 10, standard: 0 }).unwrap().optional();

export function decimal(
  options: { readonly min: number; readonly max: number; readonly standard: number },
) {
  const wanted = `a number from ${options.min} to ${options.max}`;
  return z.string({ error: wanted })
    .regex(/^[+-]?(\d{1,15}\.?\d{0,15}|\.\d{1,15})(e[+-]?\d{1,2})?$/i, {
      error: wanted,
      abort: true,
    })
    .transform(Number)
    .pipe(z.number().min(options.min, { error: wanted }).max(options.max, { error: wanted }))
    .default(options.standard);
}

export const word = () => z.string({ error: "text" });
export const text = (standard = "") => word().default(standard);

export function oneOf<const T extends readonly string[]>(names: T, standard: T[number]) {
  const choice = z.enum(names, { error: `one of ${names.join(", ")}` });
  return (choice as z.ZodEnum<{ [Name in T[number]]: Name }>).default(standard as never);
}

/** A sequence; a single scalar counts as a sequence of one. */
export const sequence = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => typeof value === "string" ? [value] : value,
    z.array(item, { error: "a sequence" }),
  );
export const listOf = <T extends z.ZodType>(item: T) => sequence(item).default([]);

export const section = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, { error: "a mapping" }).prefault({} as never);
