/** Whether a text stands in another one, in time linear in both: with `val()` attackers write both. */

/** Up to here the engine's own searches are quicker, and as good as linear. */
export const LONG = 200;

export function containsText(text: string, part: string): boolean {
  return part.length <= LONG ? text.includes(part) : containsLong(text, part);
}

/** Knuth, Morris and Pratt: what was read of the part tells how far a mismatch moves it. */
function containsLong(text: string, part: string): boolean {
  if (part.length > text.length) return false;
  const borders = bordersOf(part);
  let matched = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1]!;
    if (part.charCodeAt(matched) === code) matched++;
    if (matched === part.length) return true;
  }
  return false;
}

/** For each beginning of the part: the length of the longest shorter one that it ends with. */
function bordersOf(part: string): Int32Array {
  const borders = new Int32Array(part.length);
  let length = 0;
  for (let at = 1; at < part.length; at++) {
    const code = part.charCodeAt(at);
    while (length > 0 && part.charCodeAt(length) !== code) length = borders[length - 1]!;
    if (part.charCodeAt(length) === code) length++;
    borders[at] = length;
  }
  return borders;
}
