/** Tells falco.yaml from a rules file by what is in it. */
import { openUnblocked } from "../../../ffi/mod.ts";
import { readPackedFile } from "../../base/mod.ts";

/** Enough for the longest licence in front of the first key. */
const HEAD_BYTES = 64 << 10;

/** Keys of a rules file's items: a mapping that begins so is a rule that lost its dash. */
const ITEM_KEYS = /^(rule|macro|list|required_engine_version|required_plugin_versions)$/;

/** Whether a file's first line that says anything is a key. Unreadable files are no configuration. */
export function looksLikeConfig(path: string): boolean {
  return isConfigText(headOf(path));
}

export function isConfigText(text: string): boolean {
  for (const line of text.split("\n")) {
    const said = line.replace(/^\ufeff/, "").replace(/(^|\s)#.*$/, "").trim();
    if (said === "" || said.startsWith("%") || said === "---") continue;
    if (said.startsWith("{")) return true;
    const [, key] = /^["']?([\w.-]+)["']?\s*:(\s|$)/.exec(said) ?? [];
    return key !== undefined && !ITEM_KEYS.test(key);
  }
  return false;
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
