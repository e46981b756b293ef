import { cutText } from "../alert/mod.ts";

/** Longest mark that says how much was cut. */
const MARK_LENGTH = 24;

/** At most `limit` UTF-16 units, the mark of a cut among them; never half a character. */
export function shortText(text: string, limit: number): string {
  return text.length <= limit ? text : cutText(text, Math.max(1, limit - MARK_LENGTH));
}
