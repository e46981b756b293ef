/** Lists that a line ends for the package, such as one with a tab at the margin: what comes behind it is lost. */
import { type Document, isSeq } from "yaml";
import type { SourceText } from "../text.ts";
import { explain, type Explained, IN_STREAM } from "./errors.ts";
import { partAround } from "./part.ts";

export interface CutOff {
  /** The first mistake of the item that the line belongs to. */
  readonly mistake: Explained;
  readonly document: Document;
  /** The text of the file, as long as before, with nothing of the item but its name. */
  readonly repaired: string;
}

/** So that the items behind can be read in the same run. `text` is what was read, of the source. */
export function cutOff(
  documents: readonly Document[],
  { source, text }: { source: SourceText; text: string },
): CutOff | undefined {
  for (const document of documents) {
    if (!isSeq(document.contents)) continue;
    const ends = document.errors.find(({ message }) => IS_END.test(message));
    if (!ends || !document.errors.some(({ message }) => IN_STREAM.test(message))) continue;
    const part = partAround(text, ends.pos[0], { isList: true });
    // Nothing is behind it; or an item itself has ended the list, which stands in a wrong column then.
    if (part.end >= text.length || ends.pos[0] === part.start) continue;
    const errors = document.errors.filter(({ pos: [at] }) => part.start <= at && at < part.end);
    const first = errors.reduce((a, b) => b.pos[0] < a.pos[0] ? b : a, ends);
    const mistake = explain(source, document, first);
    const place = Math.min(first.pos[0], mistake.at?.start ?? part.start);
    const item = text.slice(part.start, part.end);
    const name = NAME.exec(item)?.[0] ?? "";
    const kept = part.start + name.length <= place ? name.length : 0;
    const rest = item.slice(kept).replace(/[^\r\n]/g, " ");
    const repaired = text.slice(0, part.start + kept) + rest + text.slice(part.end);
    return { mistake, document, repaired };
  }
  return undefined;
}

const IS_END = /at node end$|token in YAML stream/;

/** On the first line, where it means nothing else. */
const NAME = /^- +\w+: +\w[^:#\r\n]*(?=[\r\n])/;
