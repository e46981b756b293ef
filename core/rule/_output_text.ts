/** A rule's output as one text, with what old rule files and command lines call container info. */
import { type SourceText, TextJoiner } from "../base/mod.ts";
import type { Deprecations } from "./deprecation.ts";

/** What `%container.info` stands for. */
export interface ContainerInfo {
  readonly text: SourceText;
  /** Outputs that do not ask for it get it at their end. */
  readonly everywhere: boolean;
}

const CONTAINER_INFO = "%container.info";

/**
 * Joins what was appended with blanks. Without `info` the old placeholder prints nothing. All as in Falco.
 */
export function joinOutput(
  texts: readonly SourceText[],
  options: {
    readonly info: ContainerInfo | undefined;
    readonly deprecations: Deprecations;
  },
): SourceText {
  const { info } = options;
  const asks = texts.some(({ text }) => text.includes(CONTAINER_INFO));
  const all = info?.everywhere && !asks ? [...texts, info.text] : texts;
  const joiner = new TextJoiner();
  for (const [index, text] of all.entries()) {
    if (index > 0) joiner.addFor(text.all, " ");
    addWithContainerInfo(joiner, text, options);
  }
  return joiner.build(texts[0]!.name);
}

function addWithContainerInfo(
  joiner: TextJoiner,
  source: SourceText,
  { info, deprecations }: Parameters<typeof joinOutput>[1],
): void {
  let from = 0;
  for (let at = source.text.indexOf(CONTAINER_INFO); at >= 0;) {
    const end = at + CONTAINER_INFO.length;
    deprecations.containerInfo(source.span(at, end));
    joiner.add(source.slice(from, at));
    if (info) joiner.addFor(source.span(at, end), info.text.text);
    from = end;
    at = source.text.indexOf(CONTAINER_INFO, from);
  }
  joiner.add(source.slice(from, source.text.length));
}

/**
 * Without outer blanks and line ends, which come from YAML where a rule is defined. What replaces an output
 * or is appended keeps them: Falco's userspace/engine/rule_loader_reader.cpp trims nothing else.
 */
export function trimmed(source: SourceText): SourceText {
  const { text } = source;
  const start = text.length - text.trimStart().length;
  return source.slice(start, Math.max(start, text.trimEnd().length));
}
