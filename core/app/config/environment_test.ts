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
