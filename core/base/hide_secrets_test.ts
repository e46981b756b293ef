import { assert, assertEquals } from "../../tests/assert.ts";
import { hideQuotes, hideSecrets, hideSecretsOfLine } from "./hide_secrets.ts";

Deno.test("hideSecrets() has stars in place of what only the configuration should know", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["  password: mqttPASS", "  password: ********"],
    ["  X-Api-Key: abc", "  X-Api-Key: ***"],
    ['headers: {a: b, X-Routing-Key: "abc"}', "headers: {a: b, X-Routing-Key: *****}"],
    ["  api_url: https://x/abc", "  api_url: *************"],
    ["  - api_key: abc def  ", "  - api_key: *******  "],
    ['  "redis_token": "a:b"', '  "redis_token": *****'],
    ["{type: redis, password: x1, port: 6379}", "{type: redis, password: **, port: 6379}"],
    ["slack: {webhook_url: https://h/T0/B0}", "slack: {webhook_url: ***************}"],
    ["address: redis://me:hunter2@h:1", "address: redis://me:*******@h:1"],
    ['host_port: "me:hunter2@h:1"', 'host_port: "me:*******@h:1"'],
    ["hosts: [me:hunter2@h:1, //a:b@h]", "hosts: [me:*******@h:1, //a:*@h]"],
    ['{token: [a, "b"], password: "a,b", port: 1}', "{token: ********, password: *****, port: 1}"],
    ["Secret_Access_Key: Ab/9", "Secret_Access_Key: ****"],
    ['"password hunter2"', '"password *******"'],
    ['"token:abc def…"', '"token:********"'],
  ];
  for (const [line, hidden] of cases) {
    assertEquals(hideSecrets(line), hidden);
    assertEquals(hidden.length, line.length);
  }
});

Deno.test("hideSecrets() leaves what is no secret, or stands elsewhere", () => {
  const lines = [
    "password: ${REDIS_PASSWORD}",
    'token: "${TOKEN}"',
    "password: { file: /etc/falcod/redis }",
    "password:",
    "- list: password_binaries",
    "  condition: proc.name = secret-tool and fd.name contains token",
    "  output: the token: %proc.name",
    "items: [passwd, chpasswd]",
    "port: 6379",
  ];
  for (const line of lines) {
    assertEquals(hideSecrets(line), line);
    assertEquals(hideSecretsOfLine(line), line);
  }
});

Deno.test("hideSecretsOfLine() has stars also where the colon is missing, or the blank behind it", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["  password hunter2", "  password *******"],
    ["\tsecret_key abcd  ", "\tsecret_key ****  "],
    ["  - token abc def", "  - token *******"],
    ['  "api_key" abc', '  "api_key" ***'],
    ["password:hunter2", "password:*******"],
    ["password=hunter2", "password=*******"],
    ["password : hunter2", "password : *******"],
    ["-webhook_url:https://h/T0", "-webhook_url:************"],
    ["a: {type: redis, password hunter2, b: c}", "a: {type: redis, password *******, b: c}"],
    ['{token:"a,b", password:[c, d]}', "{token:*****, password:******}"],
    ["password !hunter2", "password ********"],
    ["password: mqttPASS", "password: ********"],
  ];
  for (const [line, hidden] of cases) assertEquals(hideSecretsOfLine(line), hidden);
  for (
    const line of [
      "password ${REDIS_PASSWORD}",
      "password",
      "  - passwd # of shadow",
      "    secret_reader and not proc.name = cat",
      "    secret_files in (a, b) or token_reader",
      "    Secret file opened (user=%user.name)",
      "- macro secret_files",
      "secret-tool, token, passwd",
    ]
  ) assertEquals(hideSecretsOfLine(line), line);
});

Deno.test("hideSecrets() keeps the length of whatever it is given", () => {
  let seed = 5;
  const random = (n: number) => (seed = (seed * 48_271) % 2_147_483_647) % n;
  const words = [
    "password: ",
    "{",
    "}",
    ", ",
    "token: ",
    "://a:b@",
    "x",
    "${",
    " ",
    "\u{1f600}",
    "- ",
    "password",
    "=",
    '"',
  ];
  for (let i = 0; i < 5000; i++) {
    const line = Array.from({ length: random(12) }, () => words[random(words.length)]).join("");
    assertEquals(hideSecrets(line).length, line.length, line);
    assertEquals(hideSecretsOfLine(line).length, line.length, line);
  }
});

Deno.test("hideSecrets() is done soon with lines of any length, whatever is in them", () => {
  const pieces = [
    " ",
    ",",
    "{token ",
    "token ",
    "secret",
    "[",
    "=",
    '"',
    '"a":1,',
    "key: ",
    "password",
    '"token":',
    ",token: [",
    "a:",
    "@",
  ];
  for (const piece of pieces) {
    for (const start of ["", "{", '"password', "password: a", "password "]) {
      const line = `${start}${piece.repeat(100_000 / piece.length)}b`;
      assert(hideSecretsOfLine(line).length > 0);
    }
  }
});

Deno.test("hideSecrets() finds every address of a line", () => {
  assertEquals(
    hideSecrets("u: http://a:bc@x, b:cd@y //c:d@z /d:e@w ['e:f@v'] ${A}:${B}@u g:@h"),
    "u: http://a:**@x, b:**@y //c:*@z /d:e@w ['e:*@v'] ${A}:${B}@u g:@h",
  );
});

Deno.test("hideQuotes() takes out of a sentence what the line hides, and nothing else", () => {
  const line = "password: *abc", shown = hideSecrets(line);
  assertEquals(hideQuotes('alias "*abc" is unknown', line, shown), 'alias "****" is unknown');
  assertEquals(hideQuotes('key "password" is "@"', line, shown), 'key "password" is "@"');
  assertEquals(hideQuotes('"abcd" is not in it', line, shown), '"abcd" is not in it');
  const plain = "name: *abc";
  assertEquals(hideQuotes('alias "*abc"', plain, hideSecrets(plain)), 'alias "*abc"');
});

Deno.test("hideQuotes() has stars for words of what is hidden, and leaves those that are shown", () => {
  const line = "token: |hunter2 token", shown = "token: ***************";
  assertEquals(
    hideQuotes("extra characters: |hunter2, behind token", line, shown),
    "extra characters: |*******, behind token",
  );
});
