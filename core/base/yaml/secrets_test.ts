import { assert, assertEquals } from "../../../tests/assert.ts";
import { Report } from "../diagnostic.ts";
import { hideSecretsOfLine } from "../hide_secrets.ts";
import { renderText } from "../render.ts";
import { SourceText } from "../text.ts";
import { readYaml } from "../yaml.ts";
import { SecretLines } from "./secret_lines.ts";
import { hideSecretsBelow } from "./secrets.ts";

/** All lines as an error would show them. */
function shown(text: string): string {
  const source = new SourceText("f.yaml", text);
  hideSecretsBelow(source);
  return text.split("\n").map((_, index) => hideSecretsOfLine(source.shownLine(index + 1)))
    .join("\n");
}

const HIDDEN: Readonly<Record<string, string>> = {
  "below its key": "redis:\n  password:\n    hunter2\n  port: 1\n",
  "below its key and a comment": "password: # of redis\n\n  # c\n  hunter2\nport: 1\n",
  "below its key in a list": "- password:\n    hunter2\n  port: 1\n",
  "below its key with a tag": "password: !x\n  hunter2\nport: 1\n",
  "not deeper than its key": "password:\nhunter2\nport: 1\n",
  "behind a tab": "a:\n  password:\n\thunter2\n  port: 1\n",
  "in a text block": "a:\n  token: |\n    hunter2\n\n    x: hunter2\n   # hunter2\n  port: 1\n",
  "in a folded block": "- token: &x >-  # c\n   hunter2\n   - hunter2\n  port: 1\n",
  "in a block that is not deeper": "token: |\nhunter2\nport: 1\n",
  "in a text that goes on": "token: hunter2\n  hunter2\nport: 1\n",
  "in quotes that go on": 'token: "hunter2\n  a: hunter2\nhunter2"\nport: 1\n',
  "in quotes that are never closed": "token: 'hunter2\n  hunter2\nport: 1\n",
  "in a list": "token:\n  - hunter2\n  - a: hunter2\n    b: hunter2\nport: 1\n",
  "in a list at the column of its key": "- token:\n  - hunter2\n  - hunter2\n  port: 1\n",
  "in a list whose items are not aligned":
    "- token:\n    - hunter2\n   - hunter2\n - hunter2\n  port: 1\n",
  "behind what begins no text": "token:\n  ] hunter2\nsecret:\n,  - hunter2\nport: 1\n",
  "in brackets": "token: [hunter2,\n  hunter2, {a: hunter2}\n]\nport: 1\n",
  "of a mapping in brackets": '{a: {"token":\n  hunter2 }, port: 1}\n',
  "of a mapping in brackets, in quotes": "a: {b: c, token:\n  'hunter2, hunter2', port: 1}\n",
  "of a mapping in brackets, that goes on": "a: {token: hunter2\n  hunter2, port: 1}\n",
  "behind an anchor": "a: &x hunter2\ntoken: *x\nport: 1\n",
  "behind an anchor in a list": "a:\n  - &x hunter2\n  - b\ntoken: *x\nport: 1\n",
  "below an anchor": "a: &x |\n  hunter2\ntoken:\n  *x\nport: 1\n",
  "behind anchors of a list": "a: [&x hunter2, &y hunter2]\ntokens: [b, *x,\n  *y]\nport: 1\n",
  "behind a key in front of its colon":
    "a:\n  ? password # c\n\n  : hunter2\n    - hunter2\n  port: 1\n",
  "behind a key of several lines": "? - a\n  - token\n: hunter2\nport: 1\n",
  "behind a tag and an anchor of its key": "!!str &a token:\n  hunter2\nport: 1\n",
  "behind an alias of its key": "? &a token\n: hunter2\n*a : hunter2\nport: 1\n",
  "behind a key in quotes": '"to\\u006ben" :\n  hunter2\n"my \\x74oken": hunter2\nport: 1\n',
  "below a byte order mark": "\ufefftoken:\n- hunter2\nport: 1\n",
  "of a further document":
    "a: b\n--- # c\ntoken:\thunter2\n  hunter2\n...\n---\n- token: >\n   hunter2\n  port: 1\n",
  "in a mapping":
    "password:\n  value: hunter2\n  hunter2: x\n  data:\n    - hunter2\n    - id: |\n        hunter2\n  port: 1\n",
  "in a mapping in brackets":
    "password: {value: hunter2, 'data': \"hunter2,\n  hunter2\", hunter2: x, port: 1}\n",
  "in a pair of a list": "a: [token: hunter2, port: 1]\n",
  "in a mapping that is merged": "password:\n  <<: *x\nport: 1\n".replace(
    /^/,
    "a: &x\n  value: hunter2\n",
  ),
  "in quotes below its key": 'token:\n  "hunter2\n  a: hunter2"\nport: 1\n',
  "in quotes with quotes": "a: {token: 'a''hunter2, hunter2', port: 1}\n",
  "in a block below its key": "token:\n  !!str\n  |\n   hunter2\n   a: hunter2\nport: 1\n",
  "behind a variable": "token: ${A}hunter2\npassword: ${A}\n  hunter2\nport: 1\n",
  "in lines at the margin within brackets": "a: {token: hunter2\nhunter2, port: 1}\n",
  "behind a sign too many":
    'a: {b: c, "token: hunter2}hunter2, port: 1}\n@ token: hunter2\n  hunter2\n',
  "behind a colon too many": "a: token: hunter2\n  hunter2\nport: 1\n",
  "behind a colon below a bracket too many":
    "a: ]{ ? token\n  : hunter2\n  hunter2, b: c }\nport: 1\n",
  "behind a colon below a bracket too few":
    'a: b: c, token\n  : "hunter2, hunter2", d: e }\nport: 1\n',
  "behind a colon below a bracket that ends there": "a:\n  - {? token\n    : hunter2\nport: 1\n",
  "behind a second colon below": "a: {b: c, token\n  : : { hunter2: x }, d: e }\nport: 1\n",
  "of an alias behind a bracket too many": "x: {&a # c\n- hunter2\ntoken: *a\nport: 1\n",
  "of an alias with a sign too many": "x: &a hunter2\ntoken: *a|\nport: 1\n",
  "in items below what was a comment": "a:\n  token:  c\n  - hunter2\nport: 1\n",
  "of a mapping without its bracket":
    'a: { token: value: hunter2, "data": "hunter2, hunter2"}, b: c }\nport: 1\n',
  "of a mapping that seems to have ended":
    'a: { token: {}value: hunter2, "data": "hunter2, hunter2"}, b: c }\nport: 1\n',
  "in brackets behind a sign, over lines":
    "a: ,[ token: {value: c,\n   text: 'hunter2\n    a: hunter2'}, d ]\nport: 1\n",
  "with a bracket within, over lines": "a: {token: hun}hunter2\n  hunter2, b: c }\nport: 1\n",
  "in brackets behind one too many": "a: {b: c, token\n  : }{ hunter2: x }, d: e }\nport: 1\n",
  "with a tag behind a bracket too many":
    'a: {token: ]!!str "hunter2, hunter2",\n  b: c}\nport: 1\n',
  "in quotes behind a bracket too many":
    "a: [ ? token\n  : ]'hunter2''hunter2, hunter2', b ]\nport: 1\n",
  "with a comma within, over lines": "a: [ token: h,hunter2\r\n  hunter2, b ]\r\nport: 1\r\n",
  "of a key without colon": "token hunter2\n  hunter2\nport: 1\n",
  "with line ends of Windows": "password:\r\n  hunter2\r\ntoken: >\r\n  hunter2\r\nport: 1\r\n",
};

for (const [where, text] of Object.entries(HIDDEN)) {
  Deno.test(`readYaml() has nobody see a secret ${where}`, () => {
    assertEquals(shown(text).includes("hunter2"), false, shown(text));
    assertEquals(shown(text).length, text.replaceAll("\r", "").length);
    assert(shown(text).includes("port: 1"), shown(text));
  });
}

Deno.test("readYaml() shows what stands below a key with such a name and is no secret", () => {
  for (
    const text of [
      "password:\n  file: /etc/falcod/redis\n  port: 1\n",
      "credentials:\n  user: me\nport: 1\n",
      "token:\n  type: file\n  file: /a b/c\n  enabled: true\n  port: 5\n",
      "a:\n  ? port\n  : 1\n  b: {c: [d, e: f]}\n  <<: *x\n",
      "credentials: {\n  user: me }\nport: 1\n",
      "password:\n  ${PASSWORD}\nport: 1\n",
      "password: ${PASSWORD}\n   port: 1\n",
      "password:\nport: 1\n",
      'password: ""\ntoken: \'\'\nsecret:\n  ""\na: {token: "", b: c}\n',
      "password:\n- a: b\n".replace("- a: b", "a: b"),
      "a: &x b\nport: *x\n",
      "- rule: a\n  desc: >\n    reads a secret or a token\n      and: more\n  output: a token,\n    of\n",
      "- macro: secret_files\n  condition: >\n    fd.name in (secret,\n      token)\n",
    ]
  ) assertEquals(shown(text), text);
});

Deno.test("readYaml() tells what is wrong with a secret on another line without the secret", () => {
  for (
    const text of [
      "password:\n  *hunter2\n",
      "password:\n  - !hunter2 x\n",
      "a: {password:\n   hunter[2]}\n",
      'password:\n  "hunter2\\d"\n',
      "password:\n  @hunter2\n",
      "password:\nhunter2\nport: 1\n",
      "a: &x hunter2\n   b: c\ntoken: *x\n",
      'password: {"hunt\\x65r2": 1, "hunt\\x65r2": 2}\n',
    ]
  ) {
    const report = new Report();
    readYaml(new SourceText("f.yaml", text), report);
    const out = renderText(report.diagnostics) + JSON.stringify(report.diagnostics, leaveOut);
    assert(report.count > 0);
    assertEquals(/hunter/.test(out), false, out);
  }
});

const leaveOut = (key: string, value: unknown) => key === "source" ? undefined : value;

// Where the work grows with the square of the length, this takes minutes.
Deno.test("hideSecretsBelow() comes to an end, however many or long they are", () => {
  for (
    const [start, piece] of [
      ["", "password:\n  a\n"],
      ["", "password:\n"],
      ["", "password: '\n"],
      ["{", ", token: ["],
      ["{", ', token: "'],
      ["", "token: |\n "],
      ["", "- token: a "],
      ["", "a: &x b *x, token: *x "],
      ["", "- token:\n"],
      ["a: {", "token:\n"],
      ["token:\n", "\n # c"],
      ["", "a: &x b\ntoken: *x\n"],
      ["token: [", "*x, &x a,\n "],
      ["", "&a "],
      ["", "? a\n"],
      ["{", ",!x"],
      ["", "a #\n"],
      ["", "  a: {b: [\n"],
      ["token: *a\n", "&a *a\n"],
      ["token:\n", '  - "a\n'],
      ["token: {", "value: a, "],
    ] as const
  ) {
    const source = new SourceText("f.yaml", start + piece.repeat(4e5 / piece.length));
    hideSecretsBelow(source);
    for (let line = 1; line < 1000; line++) {
      assertEquals(source.shownLine(line).length, source.line(line).length);
    }
  }
});

Deno.test("readYaml() hides a line as a whole that is long and has very many secrets", () => {
  const row = "value: hunter2, ".repeat(20_000);
  const source = new SourceText("f.yaml", `token: {${row}}\nport: 1\n`);
  let ranges = 0;
  const hide = source.hideSecret.bind(source);
  source.hideSecret = (start, end) => {
    ranges++;
    hide(start, end);
  };
  hideSecretsBelow(source);
  assert(ranges < 5, `${ranges}`);
  assertEquals(source.shownLine(1).includes("hunter2"), false);
  assertEquals(source.shownLine(2), "port: 1");
});

Deno.test("SecretLines.behindEmpty() looks once at each of many lines, from wherever it is asked", () => {
  const count = 1000;
  const lines = new SecretLines("# password:\n".repeat(count) + "port: 1\n");
  let looks = 0;
  const isOver = lines.isOver.bind(lines);
  lines.isOver = (at) => {
    looks++;
    return isOver(at);
  };
  for (let line = 0; line < count; line++) {
    assertEquals(lines.behindEmpty(line * 12), count * 12);
  }
  assert(looks < 3 * count, `${looks}`);
});
