import { assert, assertEquals } from "../tests/assert.ts";
import { documents } from "./generate_docs.ts";

const written = await documents();

for (const [name, text] of Object.entries(written)) {
  Deno.test(`docs/${name} agrees with the program (deno task docs writes it anew)`, async () => {
    const found = await Deno.readTextFile(new URL(`../docs/${name}`, import.meta.url));
    assert(found === text, `docs/${name} has other lines than deno task docs would write`);
  });
}

const hasMandoc = await new Deno.Command("mandoc", { args: ["-h"], stdin: "null" }).output()
  .then(() => true, () => false);

Deno.test({
  name: "docs/falcod.1 is a manual page that mandoc has nothing against",
  ignore: !hasMandoc,
  fn: async () => {
    const lint = new Deno.Command("mandoc", {
      args: ["-T", "lint", "-W", "warning"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const [{ stdout }] = await Promise.all([
      lint.output(),
      new Blob([written["falcod.1"]!]).stream().pipeTo(lint.stdin),
    ]);
    const found = new TextDecoder().decode(stdout).split("\n").filter((line) =>
      line !== "" && !line.includes("missing date")
    );
    assertEquals(found, []);
  },
});
