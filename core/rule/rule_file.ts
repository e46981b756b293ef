/**
 * What one rule file says, item by item, before items are merged: shapes only.
 *
 * Every text a person wrote keeps its place (`SourceText` with an origin, `Span`), because what it
 * means, and whether it is right, shows only after merging.
 */
import type { Priority } from "../alert/mod.ts";
import type { SourceText, Span } from "../base/mod.ts";
import type { Version } from "../base/version.ts";

export interface RuleFile {
  readonly source: SourceText;
  /** In file order, over all YAML documents of the file. */
  readonly items: readonly Item[];
  /** False when something could not be read, so that a name that is missing may be no mistake. */
  readonly complete: boolean;
}

export type Item =
  | EngineVersionItem
  | PluginVersionsItem
  | ListItem
  | MacroItem
  | RuleItem
  | RuleUpdateItem
  | RuleEnabledItem
  | BrokenItem;

export type ItemKind = "list" | "macro" | "rule";

export interface EngineVersionItem {
  readonly kind: "engine-version";
  readonly version: Version;
  readonly at: Span;
}

export interface PluginVersionsItem {
  readonly kind: "plugin-versions";
  readonly requirements: readonly PluginRequirement[];
}

/** Satisfied by any one of the alternatives. */
export interface PluginRequirement {
  readonly alternatives: readonly { readonly name: string; readonly version: Version }[];
  readonly at: Span;
}

interface NamedItem {
  readonly name: string;
  /** Where the name stands. */
  readonly at: Span;
}

/** How an item meets an earlier one of its name; the deprecated `append: true` keeps its place. */
export interface Mode {
  readonly append: boolean;
  /** `override` says that it takes the place of the earlier one. */
  readonly replace: boolean;
  readonly deprecatedAppend: Span | undefined;
}

export interface ListItem extends NamedItem, Mode {
  readonly kind: "list";
  readonly items: readonly SourceText[];
}

export interface MacroItem extends NamedItem, Mode {
  readonly kind: "macro";
  readonly condition: SourceText;
}

/** The keys of a rule that can be appended to or replaced. */
export interface RuleParts {
  readonly condition?: SourceText;
  readonly output?: SourceText;
  readonly description?: string;
  readonly priority?: Priority;
  readonly tags?: readonly string[];
  readonly exceptions?: readonly ExceptionItem[];
  readonly enabled?: boolean;
  readonly capture?: boolean;
  /** Milliseconds. */
  readonly captureDurationMs?: number;
  readonly warnEventTypes?: boolean;
  readonly skipIfUnknownFilter?: boolean;
}

type RequiredPart = "condition" | "output" | "description" | "priority";

export interface RuleItem
  extends NamedItem, Omit<RuleParts, RequiredPart>, Required<Pick<RuleParts, RequiredPart>> {
  readonly kind: "rule";
  readonly source: string;
}

/** `override`, or the deprecated `append: true`. */
export interface RuleUpdateItem extends NamedItem {
  readonly kind: "rule-update";
  readonly source: string | undefined;
  readonly append: RuleParts | undefined;
  readonly replace: RuleParts | undefined;
  readonly deprecatedAppend: Span | undefined;
}

/** A rule with nothing but a name and `enabled` (deprecated). */
export interface RuleEnabledItem extends NamedItem {
  readonly kind: "rule-enabled";
  readonly enabled: boolean;
}

/** An item with a mistake that is already reported; its name counts as known. */
export interface BrokenItem {
  readonly kind: "broken";
  readonly of: ItemKind;
  readonly name: string;
  /** A rule whose condition and output can be judged all the same, so that one run shows all mistakes. */
  readonly readable?: RuleItem | undefined;
}

/** One value or a list of such, as exceptions nest them. */
export type ExceptionEntry =
  | { readonly kind: "one"; readonly text: SourceText; readonly at: Span }
  | { readonly kind: "many"; readonly entries: readonly ExceptionEntry[]; readonly at: Span };

export interface ExceptionItem extends NamedItem {
  readonly fields: ExceptionEntry | undefined;
  readonly comparisons: ExceptionEntry | undefined;
  readonly values: readonly ExceptionEntry[];
}
