/** Keys whose values are for nobody else's eyes. */
const NAMES = "(?:password|passwd|passphrase|secret|token|api_?key|access_?key|routing_?key|" +
  "integration_?key|webhook_?url|credentials?|authorization)";
const KEY = `["']?[\\w.-]*${NAMES}[\\w.-]*["']?\\s*:\\s+`;
/** In a flow mapping: in quotes, a list, or plain. */
const VALUE = `"(?:[^"\\\\]|\\\\.)*"|'[^']*'|\\[[^\\]]*\\]|[^,}]+`;
/** At the beginning of a line, or of a member of a flow mapping. */
const BLOCK = new RegExp(`^(\\s*(?:-\\s+)*${KEY})(\\S.*?)(\\s*)$`, "i");
const FLOW = new RegExp(`([{,]\\s*${KEY})(${VALUE})`, "gi");
const IN_ADDRESS = /((?:^|[\s"'[{,=]|\/\/)[^\s/@:]*:)([^\s/@]+)(?=@)/g;
/** It is somewhere else: in the environment, in a file. */
const ELSEWHERE = /^["']?\$\{|^\{|^["']?["']?$/;

/**
 * A line of a configuration with stars in place of passwords, tokens and the like that are written
 * there: what is wrong with another part of it goes to logs and screens. As long as the line itself.
 */
export function hideSecrets(line: string): string {
  const hide = (_all: string, before: string, value: string, after: unknown = "") => {
    const end = typeof after === "string" ? after : "";
    return before + (ELSEWHERE.test(value) ? value : "*".repeat(value.length)) + end;
  };
  const block = line.replace(BLOCK, hide);
  const flow = line.includes("{") ? block.replace(FLOW, hide) : block;
  return flow.replace(IN_ADDRESS, hide);
}
