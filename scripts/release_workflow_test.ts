import { parse } from "yaml";
import { assert, assertEquals } from "../tests/assert.ts";

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

interface Workflow {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }>
  >;
}

const workflow: Workflow = parse(read(".github/workflows/release.yml"));
const commands = Object.values(workflow.jobs).flatMap(({ steps }) =>
  steps.map(({ run }) => run ?? "")
);

Deno.test("the release is built with the Deno that scripts/setup.sh installs", () => {
  const [, version] = /^DENO_VERSION=(\S+)$/m.exec(read("scripts/setup.sh")) ?? [];
  assertEquals(String(workflow.env.DENO_VERSION), version);
});

Deno.test("the release runs what there is", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  const text = commands.join("\n");
  for (const [, task] of text.matchAll(/deno task (\w+)/g)) assert(task! in tasks, task);
  for (const [path] of text.matchAll(/\bscripts\/[\w./]+/g)) {
    assert(Deno.statSync(new URL(path, ROOT)).isFile);
  }
  for (const { steps } of Object.values(workflow.jobs)) {
    for (const step of steps) assert((step.run === undefined) !== (step.uses === undefined));
  }
});
