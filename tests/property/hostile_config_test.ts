/** Configurations made to cost more than they are long: what is wrong with each is told all the same. */
import { assert, assertEquals } from "../assert.ts";
import { falcod, Folder } from "../cli/program.ts";

function rows(count: number, row: (index: number) => string): string {
  return Array.from({ length: count }, (_, i) => row(i)).join("");
}

const plugin = (i: number) => `  - {name: p${i}, library_path: libp${i}.so}\n`;

const SHAPES: readonly (readonly [name: string, text: string, code: string])[] = [
  ["3000 libraries that are not there", `plugins:\n${rows(3000, plugin)}`, "C018"],
  [
    "8000 plugins, and as many to load that are none of them",
    `load_plugins: [${rows(8000, (i) => `q${i},`)}]\nplugins:\n${rows(8000, plugin)}`,
    "C015",
  ],
];

for (const [name, text, code] of SHAPES) {
  Deno.test(`a falco.yaml with ${name} ends soon: ${code}`, async () => {
    using folder = new Folder({ "falco.yaml": text });
    const config = folder.file("falco.yaml");
    const { code: status, out, error } = await falcod(["validate", "-c", config]);
    assertEquals(status, 1, error);
    assert(out.includes(`error[${code}]`), out.slice(0, 1000));
  });
}
