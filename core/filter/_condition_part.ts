/** A condition as written and as checked, walked side by side. */
import type { CheckedCondition } from "./checked.ts";
import type { Condition, MacroUse } from "./condition.ts";

/** A part of a condition in both its forms. */
export interface Part {
  /** Macros expanded. */
  readonly written: Condition;
  readonly checked: CheckedCondition;
  /** False below a `not`. */
  readonly holds: boolean;
  /** The macros it stands in, outermost first. */
  readonly macros: readonly MacroUse[];
  /** What to call it, where it is a rule's exception. */
  readonly exception?: string | undefined;
}

/** What is below the `not` that `part` is. */
export function negated(part: Part): Part {
  const { written, checked } = part;
  if (written.kind !== "not" || checked.kind !== "not") throw mismatch(part);
  return { ...part, written: written.child, checked: checked.child, holds: !part.holds };
}

/** What the macro stands for that `part` is. */
export function insideMacro(part: Part): Part {
  const { written, macros } = part;
  if (written.kind !== "macro" || !written.expansion) throw mismatch(part);
  return { ...part, written: written.expansion, macros: [...macros, written] };
}

/** Members of a junction; other parts have none. */
export function partsOf(part: Part): readonly Part[] {
  const { written, checked } = part;
  if (written.kind !== "and" && written.kind !== "or") return [];
  if (checked.kind !== written.kind) throw mismatch(part);
  return written.children.map((child, index) => ({
    ...part,
    written: child,
    checked: checked.children[index]!,
  }));
}

/** Where each check of a condition stands: of one that several macros have in common, the first place. */
export class Places {
  readonly #root: Part;
  /** Made when first asked for; most conditions have nothing to be told of. */
  #parts: Map<CheckedCondition, Part> | undefined;

  constructor(root: Part) {
    this.#root = root;
  }

  /** The part that was checked to be `condition`. */
  of(condition: CheckedCondition): Part | undefined {
    if (!this.#parts) addParts(this.#root, this.#parts = new Map());
    return this.#parts.get(condition);
  }
}

function addParts(part: Part, parts: Map<CheckedCondition, Part>): void {
  switch (part.written.kind) {
    case "macro":
      return addParts(insideMacro(part), parts);
    case "not":
      return addParts(negated(part), parts);
    default:
      if (parts.has(part.checked)) return;
      parts.set(part.checked, part);
      for (const member of partsOf(part)) addParts(member, parts);
  }
}

function mismatch({ written, checked }: Part): Error {
  return new Error(`a condition checked to ${checked.kind} was written as ${written.kind}`);
}
