/** `Y`: files as texts, and their YAML. */
import { type CodeEntry, ruleFiles } from "./entry.ts";

export const YAML_CODES: readonly CodeEntry[] = [
  {
    code: "Y001",
    title: "not valid UTF-8",
    meaning:
      "The file holds bytes that are no UTF-8 text, usually letters saved as Latin-1. In comments alone " +
      "that is a warning.",
    matters:
      "A file name in a rule would be compared with other bytes than the kernel reports, and never match.",
  },
  {
    code: "Y002",
    title: "not a text file",
    meaning:
      "The file holds control characters that no text has: it is a program, an archive, or UTF-16 " +
      "without a byte order mark.",
    matters: "Nothing in it can be a rule, so the wrong file is named somewhere.",
  },
  {
    code: "Y003",
    title: "file too large",
    meaning: "The file has more bytes than falcod reads as YAML.",
    matters: "Parsing it would keep the machine busy for minutes. Several smaller files are fine.",
  },
  {
    code: "Y004",
    title: "too many YAML tokens",
    meaning:
      "The file is small enough, but has more brackets, commas and words, or lines, than are read, or " +
      "more of what rule files hardly have: documents, anchors, tags.",
    matters: "Memory for them would run to gigabytes. Several smaller files are fine.",
  },
  {
    code: "Y005",
    title: "nested too deeply",
    meaning: "Brackets or dashes stand inside each other far deeper than any rule file needs.",
    matters: "Usually a bracket or dash is repeated by mistake; what follows it is not understood.",
  },
  {
    code: "Y010",
    title: "a key that is no word",
    meaning: "A list or a mapping stands where the name of a key should.",
    matters: "No key has such a name, so whatever it was to set is not set.",
    example: ruleFiles(
      "- list: shells\n  ? [items]\n  : [bash, zsh]\n",
      "- list: shells\n  items: [bash, zsh]\n",
    ),
  },
  {
    code: "Y011",
    title: "key given twice",
    meaning:
      "A mapping has the same key two times. YAML forbids it; the first one counts, as in Falco.",
    matters: "The other value has no effect, and nobody can tell which was meant.",
    example: ruleFiles(
      "- list: shells\n  items: [bash]\n  items: [zsh]\n",
      "- list: shells\n  items: [bash, zsh]\n",
    ),
  },
  {
    code: "Y012",
    title: "alias without anchor",
    meaning: 'A value begins with "*", which in YAML refers to an anchor, and there is none above.',
    matters: "The value is missing. If it is meant as text, as in a pattern, it needs quotes.",
    example: ruleFiles(
      "- list: patterns\n  items: [*.log]\n",
      '- list: patterns\n  items: ["*.log"]\n',
    ),
  },
  {
    code: "Y013",
    title: "aliases stand for too many values",
    meaning:
      "Aliases refer to parts with aliases in them, so that a short file becomes a huge one.",
    matters: "It would fill the memory of the machine. Such files are made on purpose.",
  },
  {
    code: "Y020",
    title: "a tab indents a line",
    meaning: "The line begins with a tab character. YAML allows only blanks there.",
    matters: "How deep the line stands is not known, so its item cannot be read.",
    example: ruleFiles(
      "- list: shells\n\titems: [bash]\n",
      "- list: shells\n  items: [bash]\n",
    ),
  },
  {
    code: "Y021",
    title: "quote never closed",
    meaning: "A text opens with a quote, and the other quote does not come.",
    matters: "All that follows counts as part of the text, other rules included.",
    example: ruleFiles(
      '- list: shells\n  items: ["bash, zsh]\n',
      '- list: shells\n  items: ["bash", zsh]\n',
    ),
  },
  {
    code: "Y022",
    title: "bracket never closed",
    meaning: 'A "[" or "{" of YAML has no counterpart.',
    matters: "The list has no end, so its item cannot be read.",
    example: ruleFiles(
      "- list: shells\n  items: [bash, zsh\n",
      "- list: shells\n  items: [bash, zsh]\n",
    ),
  },
  {
    code: "Y023",
    title: "indented like no other line",
    meaning:
      "The line stands in another column than those it belongs beside: between two of them, or deeper or less deep than what stands before it allows.",
    matters: "Indentation says what belongs to what; here it says nothing.",
    example: ruleFiles(
      "- list: shells\n  items:\n    - bash\n   - zsh\n",
      "- list: shells\n  items:\n    - bash\n    - zsh\n",
    ),
  },
  {
    code: "Y024",
    title: "unknown escape in double quotes",
    meaning: "Between double quotes YAML reads a backslash as the begin of an escape.",
    matters:
      "The text would be another one than written. Between single quotes nothing is escaped.",
    example: ruleFiles(
      '- list: patterns\n  items: ["\\d+"]\n',
      "- list: patterns\n  items: ['\\d+']\n",
    ),
  },
  {
    code: "Y025",
    title: "a key with a colon is wanted",
    meaning: "The line stands where a key should, and has no colon followed by a blank.",
    matters: "What the line was to set is not set, and its item is not read.",
    example: ruleFiles(
      "- list: shells\n  items [bash, zsh]\n  append: false\n",
      "- list: shells\n  items: [bash, zsh]\n  append: false\n",
    ),
  },
  {
    code: "Y026",
    title: "character that cannot begin a value",
    meaning: "The characters @ and ` have a meaning of their own in YAML.",
    matters: "The value cannot be read. Quotes make it a text.",
    example: ruleFiles(
      "- list: names\n  items: [@daemon]\n",
      '- list: names\n  items: ["@daemon"]\n',
    ),
  },
  {
    code: "Y027",
    title: "not valid YAML",
    meaning: "The text breaks a rule of YAML, most often by going on behind a closing quote.",
    matters: "The item with the mistake is not read.",
    example: ruleFiles(
      "- list: shells\n  items: ['bash' -c]\n",
      "- list: shells\n  items: ['bash -c']\n",
    ),
  },
  {
    code: "Y028",
    title: "a colon makes a value a key",
    meaning: "A colon followed by a blank ends a key, also in the middle of a text without quotes.",
    matters: "The value becomes a mapping, so the rule has no text there.",
    example: ruleFiles(
      rule("desc: Writes: below /etc"),
      rule('desc: "Writes: below /etc"'),
    ),
  },
  {
    code: "Y029",
    title: "YAML tag or directive without meaning",
    meaning: "falcod reads all values as they stand; a tag such as !custom changes nothing.",
    matters: "Whoever wrote the tag expected something of it that does not happen.",
    example: ruleFiles(
      "- list: shells\n  items: !custom [bash]\n",
      "- list: shells\n  items: [bash]\n",
    ),
  },
  {
    code: "Y030",
    title: "dash that begins no item",
    meaning:
      "A line of a list stands deeper than the item above it, so YAML, and Falco, take it for more of that item's text.",
    matters:
      'Of two items one is left, "bash - zsh", which is neither of them and matches nothing.',
    example: ruleFiles(
      "- list: shells\n  items:\n    - bash\n     - zsh\n",
      "- list: shells\n  items:\n    - bash\n    - zsh\n",
    ),
  },
  {
    code: "Y031",
    title: "YAML that only Falco takes",
    meaning:
      "Something is no YAML, but the parser that Falco is built with takes it, so falcod does: lines of " +
      "brackets or quotes that stand too far left, tabs that indent them, a # without a blank before " +
      `it, \\' between double quotes, a - alone within brackets, a list whose later items stand left of ` +
      "the first.",
    matters:
      "Editors, linters and other tools that read the file refuse it, or read something else.",
    example: ruleFiles(
      "- list: shells\n  items: [bash,\n  zsh]#more to come\n",
      "- list: shells\n  items: [bash,\n    zsh] # more to come\n",
    ),
  },
];

function rule(description: string): string {
  return `- rule: Write below etc
  ${description}
  condition: evt.type = open and fd.name startswith /etc/
  output: "written %fd.name"
  priority: WARNING
`;
}
