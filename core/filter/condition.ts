/** A condition as written: what the parser makes, with the place of every part. */
import type { SourceText, Span } from "../base/mod.ts";
import type { TransformerName } from "../field/mod.ts";

export type ComparisonName =
  | "="
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "contains"
  | "icontains"
  | "bcontains"
  | "startswith"
  | "bstartswith"
  | "endswith"
  | "glob"
  | "iglob"
  | "regex"
  | "in"
  | "intersects"
  | "pmatch";

/** How many of a list must hold: exactly one, at least one, every one. */
export type Quantifier = "oneof" | "anyof" | "allof";

export type Condition =
  | Junction
  | { readonly kind: "not"; readonly child: Condition; readonly span: Span }
  | MacroUse
  | { readonly kind: "exists"; readonly left: Operand; readonly span: Span }
  | Comparison;

export interface Junction {
  readonly kind: "and" | "or";
  /** At least two. */
  readonly children: readonly Condition[];
  readonly span: Span;
}

export interface MacroUse {
  readonly kind: "macro";
  readonly name: string;
  readonly span: Span;
  /** What the name stands for, its own spans kept; present after expansion. */
  readonly expansion?: Condition;
}

export interface Comparison {
  readonly kind: "comparison";
  readonly left: Operand;
  readonly operator: ComparisonName;
  readonly operatorSpan: Span;
  readonly quantifier?: Quantifier;
  readonly right: Right;
  readonly span: Span;
}

/** What a comparison looks at. */
export type Operand =
  | FieldUse
  | TransformerUse
  | Literal
  | { readonly kind: "list"; readonly elements: readonly Operand[]; readonly span: Span };

export interface FieldUse {
  readonly kind: "field";
  readonly name: string;
  readonly argument?: Argument;
  readonly span: Span;
}

export interface TransformerUse {
  readonly kind: "transformer";
  readonly name: TransformerName;
  /** At least one. */
  readonly operands: readonly Operand[];
  readonly argument?: Argument;
  readonly span: Span;
}

/** `[3]`, `[key]`, `["key with blanks"]`; the span leaves the brackets out. */
export interface Argument {
  readonly text: string;
  readonly span: Span;
}

/** What a comparison looks for. A name without brackets after `in` is a literal, too. */
export type Right =
  | Literal
  | Values
  | TransformerUse;

export interface Values {
  readonly kind: "values";
  readonly values: readonly Literal[];
  readonly span: Span;
  /** Where they are all there is of one list, which whoever names it has in common: here it is named. */
  readonly listAt?: Span;
}

export interface Literal {
  readonly kind: "literal";
  /** Escapes resolved. Bytes that are not UTF-8 are kept as in events, see core/base/utf8.ts. */
  readonly text: string;
  readonly quoted: boolean;
  readonly span: Span;
  /**
   * The list it is an item of; absent where the condition itself says it. In common values the outermost
   * was named where the first of them did it.
   */
  readonly use?: ListUse;
}

/** A place where a list's name stood for its items. */
export interface ListUse {
  readonly list: string;
  readonly at: Span;
  /** Present where that place is itself an item of a list. */
  readonly outer?: ListUse;
}

export interface MacroDefinition {
  readonly name: string;
  /** Absent: broken, and reported already. */
  readonly condition: Condition | undefined;
  /** What it says, where it is broken by a name that nobody knows. */
  readonly unresolved?: Condition | undefined;
}

export interface ListDefinition {
  readonly name: string;
  /** Each item as written in the rule file: a bare or a quoted string, or the name of a list. */
  readonly items: readonly SourceText[];
}
