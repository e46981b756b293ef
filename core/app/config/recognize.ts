/** Tells falco.yaml from a rules file by what is in it. */
import { openUnblocked } from "../../../ffi/mod.ts";
import { readPackedFile } from "../../base/mod.ts";

/** Enough for the longest licence in front of the first key. */
const HEAD_BYTES = 64 << 10;

/** Keys of a rules file's items: a mapping that has one is a rule that lost its dash. */
const ITEM_KEYS = /^(rule|macro|list|required_engine_version|required_plugin_versions)$/;

/** Ends of documents, of which examples have the second for what they leave out. */
const BETWEEN = /^(?:---|\.\.\.|…)$/;

/** Whether what a file says first is a key of a configuration. Unreadable files are no configuration. */
export function looksLikeConfig(path: string): boolean {
  return isConfigText(headOf(path));
}

export function isConfigText(text: string): boolean {
  let first: string | undefined;
  for (const line of text.split("\n")) {
    const said = line.replace(/^\ufeff/, "").replace(/(^|\s)#.*$/, "").trimEnd();
    const plain = said.trimStart();
    if (plain === "" || plain.startsWith("%") || BETWEEN.test(plain)) continue;
    if (first === undefined) {
      if (plain.startsWith("{")) return true;
      first = keyOf(plain);
      if (first === undefined) return false;
    } else if (first === RULES) {
      // Items with that key around them: in falco.yaml, it begins with what is to be done.
      const [, inner = ""] = /^-\s+(.*)$/.exec(plain) ?? [];
      if (ITEM_KEYS.test(keyOf(inner) ?? "")) return false;
      first = plain;
    }
    // In any order: a rule may begin with another of its keys.
    const key = plain === said ? keyOf(said) : undefined;
    if (key !== undefined && ITEM_KEYS.test(key)) return false;
  }
  return first !== undefined;
}

const RULES = "rules";

function keyOf(text: string): string | undefined {
  return /^["']?([\w.-]+)["']?\s*:(\s|$)/.exec(text)?.[1];
}

function headOf(path: string): string {
  try {
    const own = readPackedFile(path);
    if (own) return new TextDecoder().decode(own);
    // Reading a pipe would take away what the reader after us needs.
    if (!Deno.statSync(path).isFile) return "";
    using file = openUnblocked(path);
    const bytes = new Uint8Array(HEAD_BYTES);
    const length = file.readSync(bytes);
    return new TextDecoder().decode(bytes.subarray(0, length));
  } catch {
    return "";
  }
}
