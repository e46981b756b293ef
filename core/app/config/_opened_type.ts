/** What is inside of types that are optional, have a default, or are read from another form. */
import { z } from "zod";

/** One layer less; absent: it is the innermost. */
export function openedType(type: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (
    type instanceof z.ZodDefault || type instanceof z.ZodPrefault || type instanceof z.ZodOptional
  ) return type.unwrap();
  if (type instanceof z.ZodPipe) return type.in instanceof z.ZodTransform ? type.out : type.in;
  return undefined;
}
