/** The file system of the image: configuration and rules where Falco's image has them. */
import { assert, assertEquals } from "../assert.ts";
import { falcod, root } from "../cli/program.ts";

const CONTAINER = `${root}scripts/deploy/container`;

async function inRoot(look: (image: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    // Whatever program it is: the files around it are looked at.
    const args = [`${CONTAINER}/make_root.sh`, "/bin/true", `${folder}/image`];
    const { success, stderr } = await new Deno.Command("bash", { args }).output();
    assert(success, new TextDecoder().decode(stderr));
    await look(`${folder}/image`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("rules that are mounted over those of Falco's image count in falcod's", () =>
  inRoot(async (image) => {
    const mounted = `${image}/etc/falco/falco_rules.local.yaml`;
    await Deno.writeTextFile(mounted, "- list: mounted\n  items: [a\n");
    const configuration = await Deno.readTextFile(`${image}/etc/falco/falco.yaml`);
    const path = `${image}/falco.yaml`;
    await Deno.writeTextFile(path, configuration.replaceAll(" /etc/", ` ${image}/etc/`));
    const { code, out } = await falcod(["validate", path, "--json"]);
    const { falco_load_results: results } = JSON.parse(out) as {
      falco_load_results: readonly { name: string; successful: boolean }[];
    };
    assertEquals(code, 1);
    assertEquals(results.map(({ name, successful }) => [name.slice(image.length), successful]), [
      ["/etc/falco/falco_rules.yaml", true],
      ["/etc/falco/falco_rules.local.yaml", false],
    ]);
  }));

Deno.test("both ways to make the image put the same into /etc/falco", () =>
  inRoot(async (image) => {
    const dockerfile = await Deno.readTextFile(`${CONTAINER}/Dockerfile`);
    const [, copied = ""] = /^COPY (.*) \/etc\/falco\/$/m.exec(dockerfile) ?? [];
    const made = [...Deno.readDirSync(`${image}/etc/falco`)].map(({ name }) => name);
    const folders = [...dockerfile.matchAll(/^WORKDIR \/etc\/falco\/(.*)$/gm)].map(([, it]) => it!);
    const files = copied.split(" ").map((path) => path.split("/").at(-1)!);
    assertEquals(made.sort(), [...files, ...folders].sort());
    for (const path of copied.split(" ")) assert(Deno.statSync(`${root}${path}`).isFile);
  }));
