/** Settings that are durations: which they are, and how one is written. */
import type * as z from "zod";

export const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const DURATIONS = new WeakSet<z.core.$ZodType>();

/** Has `isDuration` know the type. */
export function markDuration<T extends z.core.$ZodType>(type: T): T {
  DURATIONS.add(type);
  return type;
}

/** Of a type without the layers that give it a default or make it optional. */
export function isDuration(type: z.core.$ZodType): boolean {
  return DURATIONS.has(type);
}

/** In the largest unit that needs no fraction. */
export function durationText(ms: number): string {
  for (const unit of ["d", "h", "m", "s"] as const) {
    if (ms > 0 && ms % UNIT_MS[unit] === 0) return `${ms / UNIT_MS[unit]}${unit}`;
  }
  return `${ms}ms`;
}
