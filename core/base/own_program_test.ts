import { assertEquals } from "../../tests/assert.ts";
import { isPackedFile, ownPath, readOwnFile, readPackedFile } from "./own_files.ts";
import { ownProgram, RUN_FLAGS } from "./own_program.ts";

const root = new URL("../../", import.meta.url).pathname;

Deno.test("ownProgram() runs falcod again", async () => {
  const { path, args } = ownProgram();
  const { code, stdout } = await new Deno.Command(path, { args: [...args, "--version"] }).output();
  assertEquals([code, /^Falco version: \S+ \(falcod\)\n/.test(new TextDecoder().decode(stdout))], [
    0,
    true,
  ]);
});

Deno.test("ownProgram() passes what the task start passes", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));
  assertEquals(tasks.start, `deno run --frozen ${RUN_FLAGS.join(" ")} main.ts`);
});

Deno.test("ownPath() is in the repository while falcod runs from it", () => {
  assertEquals(ownPath("rules/falco.yaml"), `${root}rules/falco.yaml`);
  assertEquals(isPackedFile(ownPath("rules/falco.yaml")), false);
  assertEquals(readPackedFile(ownPath("rules/falco.yaml")), undefined);
  assertEquals(readOwnFile("rules/falco.yaml"), Deno.readFileSync(`${root}rules/falco.yaml`));
});
