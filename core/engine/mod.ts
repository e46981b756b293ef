export { CouldMatch } from "./could_match.ts";
export { Engine } from "./engine.ts";
export type { EngineCounters, EngineOptions, RuleMatching } from "./engine.ts";
export type { AwaitedContainers } from "./held.ts";
export { needsOf } from "./needs.ts";
export { Program } from "./program.ts";
export type { Evaluator, Predicate, RunnableRule } from "./program.ts";
export { namesWatchedBy, watchedNames } from "./watched_names.ts";
