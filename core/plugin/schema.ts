/**
 * What settings are made of, in falco.yaml and in plugins' parts of it (`setting.flag(false)` there).
 *
 * Values of falco.yaml arrive as text, those that falcod makes of Falco's keys in their own types: each
 * type reads both. The message of a type says what is wanted, in words that continue "wants …". Give
 * every key a `.describe("…")`: documentation is made of it.
 */
import * as z from "zod";
import { durationText, markDuration, UNIT_MS } from "./duration.ts";
import { Secret } from "./secret.ts";

// Else zod makes functions of text for its objects: only emit.ts may, and for one reading it costs more.
z.config({ jitless: true });

const asText = (value: unknown) =>
  typeof value === "boolean" || typeof value === "number" ? String(value) : value;

/** Blanks and a line end behind a number, as a variable may have them, are not part of it. */
const asNumberText = (value: unknown) => {
  const text = asText(value);
  return typeof text === "string" ? text.trimEnd() : text;
};

/** As yaml-cpp reads whole numbers: those that begin with 0 are octal, if they can be. */
function wholeNumberOf(text: string): number {
  return /^[+-]?0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
}

/**
 * Types by what they take: a start waits for every type that is made, and under their defaults most keys are
 * of few kinds. What is said of a key goes to its default, which is its own.
 */
function shared<Args extends readonly number[], T extends z.ZodType>(
  make: (...args: Args) => T,
): (...args: Args) => T {
  const made = new Map<string, T>();
  return (...args) => {
    const key = args.join();
    const type = made.get(key) ?? make(...args);
    made.set(key, type);
    return type;
  };
}

const truth = shared(() =>
  z.preprocess(
    asText,
    z.stringbool({
      truthy: ["true", "yes", "on", "y"],
      falsy: ["false", "no", "off", "n"],
      error: "true or false",
    }),
  )
);
export const flag = (standard: boolean) => truth().default(standard);

interface NumberOptions {
  readonly min: number;
  readonly max: number;
  readonly standard: number;
}

const wholeNumber = shared((min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`;
  return z.preprocess(
    asNumberText,
    z.string({ error })
      .regex(/^[+-]?\d{1,15}$|^0x[0-9a-f]{1,12}$/i, { error, abort: true })
      .transform(wholeNumberOf)
      .pipe(z.number().check(z.int({ error }), z.gte(min, { error }), z.lte(max, { error }))),
  );
});
export const whole = ({ min, max, standard }: NumberOptions) =>
  wholeNumber(min, max).default(standard);

const decimalNumber = shared((min: number, max: number) => {
  const error = `a number from ${min} to ${max}`;
  return z.preprocess(
    asNumberText,
    z.string({ error })
      .regex(/^[+-]?(\d{1,15}\.?\d{0,15}|\.\d{1,15})(e[+-]?\d{1,2})?$/i, { error, abort: true })
      .transform(Number)
      .pipe(z.number().check(z.gte(min, { error }), z.lte(max, { error }))),
  );
});
export const decimal = ({ min, max, standard }: NumberOptions) =>
  decimalNumber(min, max).default(standard);

/** `wanted`: what is said of a value that is no text. */
export const word = (wanted = "text") => z.string({ error: wanted });
export const text = (standard = "") => word().default(standard);
/** A path that follows an address; empty: the address is all. */
export const urlPath = (standard: string) =>
  text(standard).refine((path) => path === "" || path.startsWith("/"), {
    error: "a path that begins with /",
  });

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

/** Texts by name. */
export const texts = () => z.record(z.string(), word(), { error: "a mapping" }).default({});

/** `5000` (milliseconds), `500ms`, `30s`, `5m`, `1h`, `7d`; as milliseconds. */
export const duration = (
  { min = 0, max = MAX_DURATION_MS, standard }: Partial<NumberOptions> & {
    readonly standard: number;
  },
) => milliseconds(min, max).default(standard);

const milliseconds = shared((min: number, max: number) => {
  const error = `a duration from ${durationText(min)} to ${durationText(max)}, as 500ms, 30s or 1h`;
  return markDuration(z.preprocess(
    asText,
    z.string({ error })
      .regex(DURATION, { error, abort: true })
      .transform((given) => {
        const [, number, unit = "ms"] = DURATION.exec(given)!;
        return Number(number) * UNIT_MS[unit.toLowerCase() as keyof typeof UNIT_MS];
      })
      .pipe(z.number().check(z.gte(min, { error }), z.lte(max, { error }))),
  ));
});

const DURATION = /^(\d{1,12})(ms|s|m|h|d)?$/i;
/** A year. */
const MAX_DURATION_MS = 365 * UNIT_MS.d;

/** A text that is not shown to anybody; `{ file: PATH }` has it read from there each time it is used. */
export const secret = shared(() =>
  z.union([
    z.instanceof(Secret),
    word().transform((value) => new Secret({ value })),
    z.strictObject({ file: word() }).transform(({ file }) => new Secret({ file })),
  ], { error: "a text, or {file: PATH} to have it read from there" }).meta({ secret: true })
);
