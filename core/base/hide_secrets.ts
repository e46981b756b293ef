/** Keys whose values are for nobody else's eyes. */
const NAMES =
  "(?:password|passwd|passphrase|secret|token|(?:api|access|routing|integration)[_-]?key|" +
  "(?:webhook|receiver|api)[_-]?url|credentials?|authorization|jwt|headerauthvalue)";
/** Lines may be anybody's and of any length: all that repeats has an end, or no second way to match. */
const WORD = `[\\w.-]{0,64}${NAMES}[\\w.-]{0,64}`;
const KEY = `["']?${WORD}["']?\\s*:\\s+`;
/** As it may be mistyped: without the colon, or without the blank behind it. */
const BARE_KEY = `["']?${WORD}["']?(?:\\s*[:=]\\s*|\\s+)`;
/** In a flow mapping: in quotes, a list, or plain. */
const VALUE = `"(?:[^"\\\\]|\\\\.){0,8192}"|'[^']{0,8192}'|\\[[^\\]]{0,8192}\\]|[^,}]+`;
/** At the beginning of a line, or of a member of a flow mapping. */
const BLOCK = new RegExp(`^(\\s*(?:-\\s+)*${KEY})(\\S(?:.*\\S)?)(\\s*)$`, "i");
const BARE_BLOCK = new RegExp(`^(\\s*(?:-\\s+)*${BARE_KEY})(\\S(?:.*\\S)?)(\\s*)$`, "i");
/** All of a text, in quotes, that stands where a mapping should. */
const QUOTED = new RegExp(`^("${WORD}(?:\\s*[:=]\\s*|\\s+))(\\S(?:.*\\S)?)(")$`, "i");
const FLOW = new RegExp(`([{,]\\s*${KEY})(${VALUE})`, "gi");
const BARE_FLOW = new RegExp(`([{,]\\s*${BARE_KEY})(${VALUE})`, "gi");
/** Lines of rules: a condition or an output that goes on with such a word, which is no key there. */
const GOES_ON = new RegExp(
  "^(?:#|[<>!=]=?\\s|(?:and|or|not|in|exists|glob|regex|pmatch|intersects|[bi]?contains|" +
    "b?startswith|endswith)(?:[\\s(]|$))|%[a-z]\\w*[.[]",
);
/** It is somewhere else: in the environment, in a file. */
const ELSEWHERE = /^["']?\$\{|^\{|^["']?["']?$/;

/**
 * A line of a configuration with stars in place of passwords, tokens and the like that are written
 * there: what is wrong with another part of it goes to logs and screens. As long as the line itself.
 */
export function hideSecrets(line: string): string {
  const block = line.replace(BLOCK, hide).replace(QUOTED, hide);
  const flow = line.includes("{") ? block.replace(FLOW, hide) : block;
  return hideInAddresses(flow);
}

/** The same of a line as somebody wrote it, perhaps wrongly; of sentences too much would be hidden. */
export function hideSecretsOfLine(line: string): string {
  const shown = hideSecrets(line);
  const hideBare = (all: string, before: string, value: string, after: unknown) =>
    GOES_ON.test(value) ? all : hide(all, before, value, after);
  const block = shown.replace(BARE_BLOCK, hideBare);
  return line.includes("{") ? block.replace(BARE_FLOW, hideBare) : block;
}

/** Shorter ones are marks, not what somebody keeps secret. */
const QUOTE = /"([^"]{3,})"/g;

/**
 * What is said of a line, with stars for quotes of it that are hidden in the line as it is `shown`, and
 * for words of what is hidden there, which a message of the YAML package has without quotes.
 */
export function hideQuotes(said: string, line: string, shown: string): string {
  if (shown === line) return said;
  const isHidden = (text: string) => line.includes(text) && !shown.includes(text);
  const quoted = said.replace(
    QUOTE,
    (all, quote: string) => isHidden(quote) ? `"${"*".repeat(quote.length)}"` : all,
  );
  return quoted.replace(WORDS, (word) => {
    const bare = word.replace(MARKS, "");
    return bare.length >= 3 && isHidden(bare) ? word.replace(bare, "*".repeat(bare.length)) : word;
  });
}

const WORDS = /[^\s"]+/g;
/** Around a word of a message, or before a value in YAML. */
const MARKS = /^[|>'(\[{]+|[',;:)\]}.]+$/g;

function hide(_all: string, before: string, value: string, after: unknown): string {
  return before + hidden(value) + (typeof after === "string" ? after : "");
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
