/** The first alert of a container tells what it is called; rules and exceptions for images hold for it. */
import { assertEquals } from "../assert.ts";
import { kernelTest, withFalcod } from "./harness.ts";
import { Podman } from "./podman.ts";

const IMAGE = "docker.io/library/falcod-web:1.0";
const MARK = "falcod-mark";

const rule = (name: string, condition: string) => `
- rule: ${name}
  desc: About programs that are started with ${MARK} among their arguments
  condition: >
    evt.type in (execve, execveat) and evt.rawres = 0 and proc.args startswith ${MARK} and ${condition}
  output: started | %container.name %container.image.repository %container.image.tag
  priority: DEBUG
`;
const RULES = rule("For the image", "container.image.repository endswith /falcod-web") +
  rule("But for the image", "not container.image.repository endswith /falcod-web");

function withRules(folder: string): readonly string[] {
  Deno.writeTextFileSync(`${folder}/rules.yaml`, RULES);
  return [`${folder}/rules.yaml`];
}

kernelTest(
  "the first program of a container is known by its container's name and image",
  async () => {
    await using podman = await Podman.create([IMAGE]);
    await podman.startService();
    const options = { rules: withRules(podman.folder), args: podman.falcodArguments(1000) };
    await withFalcod(options, async (falcod, stage) => {
      for (const name of ["falcod-test-one", "falcod-test-two"]) {
        await stage.run(`PATH=${podman.programs}:$PATH
        podman run --rm --network none --name ${name} ${IMAGE} /bin/true ${MARK}`);
        const { output_fields: fields } = await falcod.alert("For the image");
        assertEquals(
          ["name", "image.repository", "image.tag", "known"].map((key) =>
            fields[`container.${key}`]
          ),
          [name, "docker.io/library/falcod-web", "1.0", undefined],
        );
      }
      await falcod.settle();
      assertEquals(falcod.alerts.map((alert) => alert.rule), ["For the image", "For the image"]);
    });
  },
);

kernelTest("an alert whose engine does not answer goes out all the same, and says so", async () => {
  await using podman = await Podman.create([IMAGE]);
  using _engine = Deno.listen({ transport: "unix", path: podman.socket });
  const options = { rules: withRules(podman.folder), args: podman.falcodArguments(50) };
  await withFalcod(options, async (falcod, stage) => {
    await stage.run(`PATH=${podman.programs}:$PATH
      podman run --rm --network none ${IMAGE} /bin/true ${MARK}`);
    const { output, output_fields: fields } = await falcod.alert("But for the image");
    assertEquals([fields["container.name"], fields["container.known"]], [null, false]);
    assertEquals(output.includes("<NA> <NA> <NA> | container.known=false"), true, output);
  });
});
