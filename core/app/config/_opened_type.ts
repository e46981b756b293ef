/** What is inside of types: under defaults and the like, and where a path leads. */
import * as z from "zod";

type Type = z.core.$ZodType | undefined;

/** One layer less of optionality, defaults, other forms; absent: it is the innermost. */
export function openedType(type: Type): Type {
  if (
    type instanceof z.ZodDefault || type instanceof z.ZodPrefault || type instanceof z.ZodOptional
  ) return type.unwrap();
  if (type instanceof z.ZodPipe) return type.in instanceof z.ZodTransform ? type.out : type.in;
  return undefined;
}

/** Without any of these layers. */
export function innermostType(type: Type): Type {
  let inner = type;
  for (let next = openedType(type); next !== undefined; next = openedType(next)) inner = next;
  return inner;
}

/** The type that a path leads to; absent where there is none. `open` takes its layers off. */
export function typeAt(
  schema: z.core.$ZodType,
  path: readonly (string | number)[],
  open: (type: Type) => Type = innermostType,
): Type {
  let type = open(schema);
  for (const step of path) {
    if (type instanceof z.ZodObject && typeof step === "string") {
      type = open(Object.hasOwn(type.shape, step) ? type.shape[step] : undefined);
    } else if (type instanceof z.ZodArray && typeof step === "number") type = open(type.element);
    else return undefined;
  }
  return type;
}

/** The names a mapping may have; absent when it is none with fixed names. */
export function namesIn(type: Type): readonly string[] | undefined {
  return type instanceof z.ZodObject ? Object.keys(type.shape) : undefined;
}
