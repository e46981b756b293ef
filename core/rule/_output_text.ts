/** A rule's output as one text, without what old rule files put there in vain. */
import { type SourceText, TextJoiner } from "../base/mod.ts";
import type { Deprecations } from "./deprecation.ts";

const CONTAINER_INFO = "%container.info";

/** Joins what was appended with blanks; outer blanks and line ends go, as they come from YAML only. */
export function joinOutput(texts: readonly SourceText[], deprecations: Deprecations): SourceText {
  const joiner = new TextJoiner();
  for (const text of texts) {
    if (joiner.length > 0) joiner.addFor(text.all, " ");
    addWithoutContainerInfo(joiner, trimmed(text), deprecations);
  }
  return joiner.build(texts[0]!.name);
}

function addWithoutContainerInfo(
  joiner: TextJoiner,
  source: SourceText,
  deprecations: Deprecations,
): void {
  let from = 0;
  for (let at = source.text.indexOf(CONTAINER_INFO); at >= 0;) {
    const end = at + CONTAINER_INFO.length;
    deprecations.containerInfo(source.span(at, end));
    joiner.add(source.slice(from, at));
    from = end;
    at = source.text.indexOf(CONTAINER_INFO, from);
  }
  joiner.add(source.slice(from, source.text.length));
}

function trimmed(source: SourceText): SourceText {
  const { text } = source;
  const start = text.length - text.trimStart().length;
  return source.slice(start, Math.max(start, text.trimEnd().length));
}
