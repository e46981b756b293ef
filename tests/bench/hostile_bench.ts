/**
 * What 64 KB of the worst text costs, which is as much as the arguments of a program may have: nobody
 * who writes them may keep the engine from other events.
 */
import { parseAddress, parseNetwork } from "../../core/base/ip.ts";
import { containsText } from "../../core/filter/contains.ts";
import { Glob } from "../../core/filter/glob.ts";
import { membersOf } from "../../core/filter/members.ts";
import { PathTrie } from "../../core/filter/path_trie.ts";
import { compileRegex, Regex } from "../../core/filter/regex.ts";

const TEXT = "a".repeat(1 << 16);

function regex(pattern: string): Regex {
  const compiled = compileRegex(pattern);
  if (compiled instanceof Regex) return compiled;
  throw new Error(compiled.message);
}

const byTable = regex(".*password.{0,200}secret.*");
const byPlaces = regex(".*a.{125}b");
const glob = new Glob(`*${"a?".repeat(500)}b*`);
const paths = new PathTrie(Array.from({ length: 1000 }, (_, i) => `/*a*a*${i}/x`));
const networks = membersOf(
  "network",
  Array.from({ length: 100_000 }, (_, i) => parseNetwork(`10.${i >> 8 & 255}.${i & 255}.0/24`)!),
);
const address = parseAddress("192.168.7.7")!;
const part = `${"a".repeat(1 << 14)}b${"a".repeat(1 << 14)}`;

Deno.bench("64 KB: regex by its table", () => void byTable.matches(TEXT));
Deno.bench(
  "64 KB: regex place by place, as many as are allowed",
  () => void byPlaces.matches(TEXT),
);
Deno.bench("64 KB: glob with a row of 1000 characters", () => void glob.matches(TEXT));
Deno.bench("64 KB: pmatch of 1000 patterns", () => void paths.matches(`/${TEXT}`));
Deno.bench("64 KB: contains 32 KB that repeat themselves", () => void containsText(TEXT, part));
Deno.bench("an address in 100 000 networks", () => void networks.has(address));
Deno.bench("regex: a pattern that gets no table is made", () => {
  compileRegex("x");
  regex(".*a.{125}b");
});
