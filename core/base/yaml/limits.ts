/** What a YAML file may cost. */
export interface YamlLimits {
  readonly sizeBytes: number;
  /** Lexical tokens; the memory of a parse grows with them. */
  readonly tokens: number;
  /**
   * Documents, anchors, tags and directives, brackets that close nothing and escapes that are none:
   * each costs as much as hundreds of other tokens, and rule files have hardly any.
   */
  readonly rareTokens: number;
  readonly depth: number;
  /** Nodes when every alias is written out. */
  readonly expandedNodes: number;
}

/** Upstream's largest rule file has 95 KB, 10,000 tokens and depth 7. */
export const YAML_LIMITS: YamlLimits = {
  sizeBytes: 8 << 20,
  tokens: 1_000_000,
  rareTokens: 10_000,
  depth: 64,
  expandedNodes: 1_000_000,
};
