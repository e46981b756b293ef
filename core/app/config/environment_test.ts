import { assertEquals } from "../../../tests/assert.ts";
import { expandEnvironment } from "./environment.ts";

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
