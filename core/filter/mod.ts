/**
 * The condition language. A condition travels through the files in this order:
 *
 *     text → lexer → parser → expand → check → interpret   (the judge)
 *                                            ↘ emit        (generated, what runs)
 *
 * `parseCondition` makes a tree with the place of every part, `expandCondition` puts macros and lists
 * in, `checkCondition` resolves fields and reads constants. What comes out runs; `eventTypesOf` says on
 * which events. Mistakes of the rule's author become diagnostics, `F001` to `F036`, on the way. Who has
 * time, as `falcod validate` has, also asks `lintMeaning` (`F040` to `F043`) and `lintBrackets` (`F044`).
 */
export type * from "./condition.ts";
export type {
  CheckedComparison,
  CheckedCondition,
  CheckedExistence,
  CheckedField,
  CheckedJunction,
  CheckedLeaf,
  CheckedOperand,
  CheckedRight,
} from "./checked.ts";
export { fieldsOf, leavesOf } from "./checked.ts";
export { basisOf, keyOfOperand, type Leaf } from "./leaf.ts";
export { checkCondition, type ToldMacros } from "./check.ts";
export { emitCondition, EmitRefusal } from "./emit.ts";
export { eventTypesOf, foldForEventType, tellsEventTypes } from "./event_types.ts";
export {
  expandCondition,
  type Expansion,
  isSpent,
  type Names,
  readableParts,
  roomOfRun,
} from "./expand.ts";
export { decisiveParts, explainCondition, type Explanation, type SeenValue } from "./explain.ts";
export { settleCondition } from "./fold.ts";
export { interpretCondition, leafPredicate } from "./interpret.ts";
export {
  type Landmark,
  type LandmarkPlaces,
  landmarksOf,
  textsAt,
  visitLandmarks,
} from "./landmarks.ts";
export { asQuotedYaml } from "./literal.ts";
export { type Truth, withoutTruth } from "./leaf_group.ts";
export { LeafSet, type Truths } from "./leaf_set.ts";
export { lintBrackets } from "./lint_brackets.ts";
export { lintDirection } from "./lint_direction.ts";
export { lintMeaning } from "./lint_meaning.ts";
export { lintValues } from "./lint_values.ts";
export { anyOf, type LeafKnowledge, mayBe, necessaryCondition, truthAmong } from "./necessary.ts";
export { MAX_LISTS_NAMED, nearListFinding } from "./near_list.ts";
export { END_BYTES, namesBelow, pathEndsIn, truthBelow } from "./names_below.ts";
export { OPERATOR_NAMES } from "./lexer.ts";
export { type MentionedNames, namesIn } from "./names_in.ts";
export { OPERATORS } from "./operators.ts";
export {
  bitsIn,
  HOLDS,
  isSharedByKinAndThread,
  type Known,
  mentions,
  narrowOutline,
  NEVER,
  type Outline,
  Outliner,
} from "./outline.ts";
export { parseCondition } from "./parser.ts";
export { printCondition } from "./print.ts";
export {
  Budget,
  type Claim,
  operandsIn,
  Reasoner,
  splitClaim,
  type TypeKnowledge,
} from "./reason.ts";
export { wideAlternative } from "./wide_alternative.ts";
export { PathSieve, SPECIAL } from "./path_sieve.ts";
