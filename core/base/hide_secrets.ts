/** Keys whose values are for nobody else's eyes. */
const NAMES = "(?:password|passwd|passphrase|secret|token|api_?key|access_?key|routing_?key|" +
  "integration_?key|webhook_?url|credentials?|authorization)";
/** Lines may be anybody's and of any length: all that repeats has an end, or no second way to match. */
const KEY = `["']?[\\w.-]{0,64}${NAMES}[\\w.-]{0,64}["']?\\s*:\\s+`;
/** In a flow mapping: in quotes, a list, or plain. */
const VALUE = `"(?:[^"\\\\]|\\\\.){0,8192}"|'[^']{0,8192}'|\\[[^\\]]{0,8192}\\]|[^,}]+`;
/** At the beginning of a line, or of a member of a flow mapping. */
const BLOCK = new RegExp(`^(\\s*(?:-\\s+)*${KEY})(\\S(?:.*\\S)?)(\\s*)$`, "i");
const FLOW = new RegExp(`([{,]\\s*${KEY})(${VALUE})`, "gi");
/** It is somewhere else: in the environment, in a file. */
const ELSEWHERE = /^["']?\$\{|^\{|^["']?["']?$/;

/**
 * A line of a configuration with stars in place of passwords, tokens and the like that are written
 * there: what is wrong with another part of it goes to logs and screens. As long as the line itself.
 */
export function hideSecrets(line: string): string {
  const hide = (_all: string, before: string, value: string, after: unknown = "") => {
    const end = typeof after === "string" ? after : "";
    return before + hidden(value) + end;
  };
  const block = line.replace(BLOCK, hide);
  const flow = line.includes("{") ? block.replace(FLOW, hide) : block;
  return hideInAddresses(flow);
}

const hidden = (value: string) => ELSEWHERE.test(value) ? value : "*".repeat(value.length);

const ENDS = /[\s/@]/, BLANK = /\s/;
/** What may stand in front of an address. */
const OPENS = /["'[{,=]/;

/** `user:password@host`, with or without `//` in front; looked for from the `@` backwards. */
function hideInAddresses(line: string): string {
  let out = "", done = 0;
  for (let at = line.indexOf("@"); at >= 0; at = line.indexOf("@", at + 1)) {
    let begin = at;
    while (begin > done && !ENDS.test(line[begin - 1]!)) begin--;
    const isOpen = begin === 0 || BLANK.test(line[begin - 1]!) || line.startsWith("//", begin - 2);
    const both = line.slice(begin, at);
    const start = isOpen ? 0 : both.search(OPENS);
    const colon = start < 0 ? -1 : both.indexOf(":", start);
    const from = begin + colon + 1;
    if (colon >= 0 && from < at) {
      out += line.slice(done, from) + hidden(line.slice(from, at));
      done = at;
    }
  }
  return out + line.slice(done);
}
