import { assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { describeProgram } from "../cli/program.ts";
import { denoHost } from "../host.ts";
import { candidatesAt } from "./candidates.ts";
import { positionOf } from "./position.ts";

const program = describeProgram(denoHost([], ""), () => {});

function at(line: string) {
  const { command, given, ...rest } = positionOf(program, line.split(" "));
  return { ...rest, command: command.name(), given: Object.fromEntries(given) };
}

Deno.test("positionOf() finds the command, and what its arguments are called", () => {
  assertObjectMatch(at("li"), { command: "falcod", kind: "name", begun: "li" });
  assertObjectMatch(at("list "), { command: "list", kind: "name", begun: "" });
  assertObjectMatch(at("list rules Se"), { command: "rules", kind: "value", placeholder: "rule" });
  assertObjectMatch(at("replay a.scap b"), { command: "replay", placeholder: "files" });
  assertObjectMatch(at("help li"), { command: "falcod", kind: "name", begun: "li" });
});

Deno.test("positionOf() knows values of options, joined to them or not", () => {
  assertObjectMatch(at("-c "), { kind: "value", placeholder: "path" });
  assertObjectMatch(at("run -c/etc"), { begun: "/etc", before: "-c", placeholder: "path" });
  assertObjectMatch(at("replay --source=k"), { begun: "k", before: "--source=", kind: "value" });
  assertObjectMatch(at("replay --source k8s_audit "), { placeholder: "files" });
  assertObjectMatch(at("-l Se"), { kind: "value", placeholder: "rule", begun: "Se" });
  assertObjectMatch(at("list rules -r a -r b "), { given: { "-r": ["a", "b"] } });
});

Deno.test("positionOf() takes what stands behind -- for an argument", () => {
  assertObjectMatch(at("validate -- --js"), { kind: "value", placeholder: "paths" });
  assertObjectMatch(at("validate --js"), { kind: "option", begun: "--js" });
});

Deno.test("candidatesAt() offers names and options that help shows, and no others", async () => {
  const offered = async (line: string) => {
    const found = await candidatesAt(positionOf(program, line.split(" ")), {});
    return found.kind === "words" ? found.words.map(({ word }) => word) : found.kind;
  };
  assertEquals(await offered("comp"), ["completion"]);
  assertEquals(await offered("list e"), ["events"]);
  assertEquals(await offered("completion z"), ["zsh"]);
  assertEquals(await offered("list events --"), ["--json", "--help", "--version", "--color"]);
  assertEquals(await offered("--sc"), ["--scope"]);
  assertEquals(await offered("replay --source="), ["--source=syscall", "--source=k8s_audit"]);
  assertEquals(await offered("validate x"), []);
});
