import { assertEquals } from "../../tests/assert.ts";
import { type ColourChoice, styled, withColours } from "./colour.ts";
import type { Host } from "./host.ts";

function host(isTerminal: boolean, variables: Readonly<Record<string, string>> = {}): Host {
  const output = { write() {}, isTerminal };
  return { out: output, error: output, environment: (name: string) => variables[name] } as Partial<
    Host
  > as Host;
}

Deno.test("withColours() shows colours on a terminal, unless NO_COLOR or the choice say otherwise", () => {
  const shows = (choice: ColourChoice, ...given: Parameters<typeof host>) =>
    withColours(host(...given), () => choice).out.hasColours;
  assertEquals([shows("auto", true), shows("auto", false)], [true, false]);
  assertEquals(shows("auto", true, { NO_COLOR: "1" }), false);
  assertEquals(shows("auto", true, { NO_COLOR: "" }), true);
  assertEquals(shows("always", false, { NO_COLOR: "1" }), true);
  assertEquals(shows("never", true), false);
});

Deno.test("withColours() asks at each use: arguments are read after commands were described", () => {
  let choice: ColourChoice = "never";
  const { out } = withColours(host(false), () => choice);
  assertEquals(styled("x", "good", out), "x");
  choice = "always";
  assertEquals(styled("x", "good", out), "\x1b[32mx\x1b[0m");
});
