/** What comes with falcod, printed: from the sources and from the binary. */
import { assert, assertEquals } from "../assert.ts";
import { falcod, Folder, root } from "./program.ts";

/** What people read in rules/; the recording of the demo is not among it. */
function ownFiles(): readonly string[] {
  return [...Deno.readDirSync(`${root}rules`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml"));
}

Deno.test("falcod show lists the files that come with falcod", async () => {
  const { code, out, error } = await falcod(["show"]);
  assertEquals([code, error], [0, ""]);
  const lines = out.trimEnd().split("\n").map((line) => line.split("\t"));
  assertEquals(lines.map(([name]) => name).sort(), [...ownFiles()].sort());
  assert(lines.every(([, about]) => about), out);
});

Deno.test("falcod show prints each file as it is, also by a path that messages have", async () => {
  for (const name of ownFiles()) {
    const { code, out, error } = await falcod(["show", name]);
    assertEquals([code, error], [0, ""]);
    assertEquals(out, Deno.readTextFileSync(`${root}rules/${name}`));
  }
  const [short, long] = await Promise.all([
    falcod(["show", "falco.yaml"]),
    falcod(["show", "${FALCOD_RULES}/falco.yaml"]),
  ]);
  assertEquals(short, long);
});

Deno.test("what falcod show prints is a configuration that can be used", async () => {
  using folder = new Folder({ "falco.yaml": (await falcod(["show", "falco.yaml"])).out });
  const { code, out } = await falcod(["validate", folder.file("falco.yaml")]);
  assertEquals(code, 0, out);
});

Deno.test("falcod show says which file was meant", async () => {
  const [near, far] = await Promise.all([
    falcod(["show", "falco_rule.yaml"]),
    falcod(["show", "x"]),
  ]);
  assertEquals([near.code, near.out, far.code], [1, "", 1]);
  assertEquals(
    near.error,
    'falcod: no file "falco_rule.yaml" comes with falcod; did you mean "falco_rules.yaml"?\n',
  );
  assert(far.error.includes("there are falco.yaml, "), far.error);
});
