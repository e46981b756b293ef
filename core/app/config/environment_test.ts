import { assert, assertEquals } from "../../../tests/assert.ts";
import { Report, SourceText } from "../../base/mod.ts";
import { expandEnvironment, expandTree } from "./environment.ts";

const variables: Readonly<Record<string, string>> = {
  NAME: "value",
  OTHER: "${NAME}",
  SELF: "${SELF}",
  GROW: "${GROW}${GROW}",
};
const expand = (text: string) => expandEnvironment(text, (name) => variables[name]);

Deno.test("expandEnvironment() fills in variables, and nothing for those that are not set", () => {
  assertEquals(expand("/a/${NAME}/${NAME}${NAME}"), "/a/value/valuevalue");
  assertEquals(expand("a${UNSET}b"), "ab");
});

Deno.test("expandEnvironment() looks again at what a variable brought in", () => {
  assertEquals(expand("${OTHER}/foo"), "value/foo");
});

Deno.test("expandEnvironment() leaves $${NAME} as the text ${NAME}", () => {
  assertEquals(expand("$${NAME}"), "${NAME}");
  assertEquals(expand("$${NAME}${NAME}"), "${NAME}value");
  assertEquals(expand("$${${NAME}}"), "${value}");
});

Deno.test("expandEnvironment() leaves alone what is no variable", () => {
  for (const text of ["$NAME", "$$NAME", "a$", "${NAME", "$NAME ${NAME}"]) {
    assertEquals(expand(text), text);
  }
});

Deno.test("expandEnvironment() ends for variables that contain themselves", () => {
  assertEquals(expand("${SELF}"), "${SELF}");
  assertEquals(expand("${GROW}").length <= 1 << 20, true);
});

Deno.test("expandEnvironment() fills in as many variables as are written", () => {
  assertEquals(expand("${NAME},".repeat(3000)), "value,".repeat(3000));
  const long = "x".repeat(2 << 20);
  assertEquals(expand(`${long}\${NAME}`), `${long}value`);
});

/** Falco's way, one replacement after the other in the whole text. */
function plainly(text: string, look: (name: string) => string): string {
  let value = text;
  for (let at = value.indexOf("$"), turn = 0; at >= 0 && turn < 50; turn++) {
    const end = value.indexOf("}", at), escaped = value.startsWith("$${", at);
    if (end < 0 || !escaped && !value.startsWith("${", at)) break;
    const found = escaped ? "" : look(value.slice(at + 2, end));
    value = value.slice(0, at) + found + value.slice(escaped ? at + 1 : end + 1);
    at = value.indexOf("$", escaped ? at + 1 : at);
  }
  return value;
}

Deno.test("expandEnvironment() joins what variables bring in with what stands around them", () => {
  const values: Readonly<Record<string, string>> = {
    A: "${",
    B: "x$",
    C: "{D}",
    D: "$${A",
    E: "}",
  };
  const parts = [
    "${",
    "}",
    "$",
    "{",
    "A",
    "B",
    "C",
    "D",
    "E",
    "x",
    "${A}",
    "${B}",
    "${D}",
    "$${E}",
  ];
  let seed = 1;
  const random = (most: number) => (seed = seed * 48271 % 2147483647) % most;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random(9) }, () => parts[random(parts.length)]).join("");
    assertEquals(
      expandEnvironment(text, (name) => values[name]),
      plainly(text, (name) => values[name] ?? ""),
      text,
    );
  }
});

Deno.test("expandEnvironment() looks at each part of a text a few times only", () => {
  const looked: number[] = [];
  const text = (count: number) => "$${".repeat(count) + "} ${OTHER}${A}".repeat(count);
  for (const count of [1000, 2000]) {
    let scanned = 0;
    const { indexOf } = String.prototype;
    String.prototype.indexOf = function (wanted: string, from = 0) {
      const found = indexOf.call(this, wanted, from);
      scanned += (found < 0 ? this.length : found) - from;
      return found;
    };
    try {
      expand(text(count));
    } finally {
      String.prototype.indexOf = indexOf;
    }
    looked.push(scanned);
  }
  assert(looked[1]! < looked[0]! * 2.1, `${looked}`);
});

Deno.test("expandTree() shows no name that a variable brought in: it may be a part of a password", () => {
  const password: Readonly<Record<string, string>> = { PASSWORD: "a${b c}d", HALF: "e${f" };
  const text = "${PASSWORD}${UNSET}${HALF}}";
  const report = new Report();
  const expanded = expandTree(
    { kind: "scalar", text, at: new SourceText("a.yaml", text).span(0, text.length) },
    { environment: (name) => password[name], report },
  );
  assert(expanded.kind === "scalar" && expanded.text === "ade");
  assertEquals(report.diagnostics.map(({ code }) => code), ["C033", "C033", "C033"]);
  const told = report.diagnostics.map(({ title, help }) => `${title} ${help}`);
  assert(!/b c|\bf\b/.test(`${told[0]}${told[2]}`), told.join("\n"));
  assert(told[1]!.includes("${UNSET}"));
});
