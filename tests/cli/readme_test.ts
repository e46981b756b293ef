/** Blocks of README.md that somebody pastes into files, and rules/falco_rules.local.yaml's examples. */
import { assertEquals } from "../assert.ts";
import { falcod, Folder, root } from "./program.ts";

const README = Deno.readTextFileSync(`${root}README.md`);
const SHIPPED = `${root}rules/falco_rules.yaml`;

/** The first block that begins so. */
function block(beginning: string): string {
  const [, found = ""] = README.split("```yaml\n" + beginning, 2);
  return found.slice(0, found.indexOf("```"));
}

/** Codes of what is wrong; that the folder for rules is not there is none of it. */
async function findings(...args: string[]): Promise<readonly string[]> {
  const { out } = await falcod(["validate", "--json", ...args]);
  const { diagnostics } = JSON.parse(out) as {
    diagnostics: readonly { code: string; severity: string }[];
  };
  return diagnostics.filter(({ severity }) => severity !== "info").map(({ code }) => code);
}

Deno.test("README.md: the rule and the configuration of one's own are right as they are", async () => {
  using folder = new Folder({
    "rules.yaml": block("# /etc/falcod/rules.d/my_rules.yaml\n"),
    "falco.yaml": block("# /etc/falcod/falco.yaml\n"),
  });
  assertEquals(await findings(folder.file("rules.yaml")), []);
  assertEquals(await findings(folder.file("falco.yaml")), []);
});

Deno.test("README.md: the sinks are matched by fields that alerts of the shipped rules have", async () => {
  const sinks = block("# falco.yaml\nstdout_output:\n  enabled: true\nsinks:\n");
  const body = sinks.replace("${SLACK_URL}", "https://hooks.example/x")
    .replace("/var/log/falcod", "/tmp");
  using folder = new Folder({
    "falco.yaml": `rules_files: [${SHIPPED}]\nstdout_output: {enabled: true}\nsinks:\n${body}`,
  });
  assertEquals(await findings(folder.file("falco.yaml")), []);
});

Deno.test("rules/falco_rules.local.yaml: its examples are right once they are no comments", async () => {
  const text = Deno.readTextFileSync(`${root}rules/falco_rules.local.yaml`);
  const examples = text.split("\n").filter((line) => /^# {6}/.test(line))
    .map((line) => line.replace("# ", "")).join("\n");
  using folder = new Folder({ "local.yaml": examples });
  assertEquals(await findings("-r", SHIPPED, "-r", folder.file("local.yaml")), []);
});
