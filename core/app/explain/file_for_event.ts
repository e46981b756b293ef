/** Files that were named where an event is wanted, without what makes one of them an event. */
import { type Finding, SourceText } from "../../base/mod.ts";
import type { EventDocuments } from "../../plugin/mod.ts";
import { readDocumentFile } from "./document_file.ts";

/** Longer ones are no paths. linux v6.8 include/uapi/linux/limits.h PATH_MAX */
const MAX_PATH = 4096;

/** What was meant by the path of a file that stands where an event should; absent: it is no file. */
export function fileForEvent(
  text: string,
  documents: EventDocuments | undefined,
): Finding | undefined {
  const [, path = text] = /^(.*)#[^#/]*$/s.exec(text) ?? [];
  if (!isFile(path) && !isFile(text)) return undefined;
  const title = `"${text}" names a file, and no event`;
  return documents
    ? {
      code: "G010",
      title,
      help: `${path}#1 is the first event in it; @${path} where it holds only one`,
    }
    : {
      code: "G001",
      title,
      help: path === text
        ? `@${path} reads the event from it`
        : `@${path} reads the event from it; only those of captures (.scap) and of logs of documents ` +
          "have numbers",
    };
}

/** A file named for its only event has more of them. */
export function tooManyEvents(
  { name, text }: SourceText,
  documents: EventDocuments | undefined,
): Finding | undefined {
  const count = documents ? readDocumentFile(text, documents).events.length : 0;
  if (count < 2) return undefined;
  return {
    code: "G011",
    title: `"${name}" holds ${count} events, and one is wanted`,
    help: `${name}#1 is the first, ${name}#${count} the last`,
  };
}

function isFile(path: string): boolean {
  if (path === "" || path.length > MAX_PATH) return false;
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
