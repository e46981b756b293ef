import { assert, assertEquals } from "../../tests/assert.ts";
import { Report } from "./diagnostic.ts";
import { runSteps, runStepsAside, type Steps } from "./steps.ts";
import { SourceText } from "./text.ts";
import { readYaml, yamlSteps } from "./yaml.ts";

function* counting(steps: number): Steps<string> {
  for (let step = 0; step < steps; step++) yield;
  return "done";
}

Deno.test("runSteps() and runStepsAside() give what the steps come to", async () => {
  assertEquals(runSteps(counting(3)), "done");
  const asked: number[] = [];
  let turns = 0;
  const breathe = () => {
    asked.push(turns);
    return asked.length === 2 ? Promise.resolve(void turns++) : undefined;
  };
  assertEquals(await runStepsAside(counting(3), breathe), "done");
  assertEquals(asked, [0, 0, 1]);
});

Deno.test("a long file that needs the YAML package is read in many steps", () => {
  const items = Array.from({ length: 5000 }, (_, index) => `- rule: ${index}\n`);
  // An anchor is none of the quick reader's.
  const source = new SourceText("rules.yaml", `${items.join("")}- &a b\n`);
  const steps = yamlSteps(source, new Report());
  let count = 0, step = steps.next();
  for (; !step.done; step = steps.next()) count++;
  assert(count > 20, `${count} steps`);
  assertEquals(step.value, readYaml(source, new Report()));
});
