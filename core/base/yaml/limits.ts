/** What a YAML file may cost. */
export interface YamlLimits {
  readonly sizeBytes: number;
  /** Lexical tokens of the YAML package; its time and memory grow with them, 3 µs and 1 KB each. */
  readonly tokens: number;
  /** As many where nothing but plain YAML is used, which is read many times as fast. */
  readonly plainTokens: number;
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
  tokens: 500_000,
  plainTokens: 3_000_000,
  rareTokens: 10_000,
  depth: 64,
  expandedNodes: 1_000_000,
};
