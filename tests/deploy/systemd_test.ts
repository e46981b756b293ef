/** The units, by systemd's own judgement where it is there, and by living under what they restrict. */
import { assert, assertEquals } from "../assert.ts";
import { kernelTest, withFalcod } from "../kernel/harness.ts";
import { falcod, root } from "../cli/program.ts";

const FOLDER = `${root}scripts/deploy/systemd`;
const UNITS = ["falcod.service", "falcod-sidekick.service"];

/** Values of a key, over all its lines. */
function valuesOf(unit: string, key: string): string[] {
  const text = Deno.readTextFileSync(`${FOLDER}/${unit}`);
  const lines = text.matchAll(new RegExp(`^${key}=(.*)$`, "gm"));
  return [...lines].flatMap(([, value]) => value!.split(" ").filter((word) => word !== ""));
}

/** Absent, and that is printed, where there is no systemd to ask. */
async function systemdAnalyze(...args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await new Deno.Command("systemd-analyze", { args: [...args] })
      .output();
    const decoder = new TextDecoder();
    return decoder.decode(stdout) + decoder.decode(stderr);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("not supported here, left out: there is no systemd-analyze to ask");
    return undefined;
  }
}

for (const unit of UNITS) {
  Deno.test(`systemd understands ${unit}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      // Where the unit looks for falcod there need not be one.
      const text = Deno.readTextFileSync(`${FOLDER}/${unit}`);
      await Deno.writeTextFile(
        `${folder}/${unit}`,
        text.replaceAll("/usr/local/bin/falcod", "/bin/true"),
      );
      const said = await systemdAnalyze("verify", "--man=no", `${folder}/${unit}`);
      const about = said?.split("\n").filter((line) => line.includes(unit));
      assertEquals(about ?? [], []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`${unit} exposes less than most`, async () => {
    const said = await systemdAnalyze("security", "--offline=true", `${FOLDER}/${unit}`);
    if (said === undefined) return;
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1]);
    assert(exposure < 4, said);
  });

  Deno.test(`the command of ${unit} is one of falcod's`, async () => {
    const commands = valuesOf(unit, "ExecStart(?:Pre)?").filter((word) => /^[a-z]+$/.test(word));
    assert(commands.length > 0);
    for (const command of commands) assertEquals((await falcod([command, "--help"])).code, 0);
  });
}

kernelTest("falcod watches with the capabilities of its unit, and no way to others", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const rules = `${folder}/rules.yaml`;
    await Deno.writeTextFile(
      rules,
      "- rule: Read\n  desc: d\n  condition: evt.type = openat and fd.name = /etc/hostname\n" +
        "  output: by %proc.name of %proc.pname, %user.name\n  priority: INFO\n",
    );
    const kept = valuesOf("falcod.service", "CapabilityBoundingSet").map((name) =>
      `+${name.replace("CAP_", "").toLowerCase()}`
    );
    // Nobody can be left what this process does not have itself.
    const own = new Set((await heldCapabilities()).map((name) => `+${name}`));
    const set = ["-all", ...kept.filter((name) => own.has(name))].join(",");
    const through = ["setpriv", "--no-new-privs", `--bounding-set=${set}`];
    await withFalcod({ rules: [rules], through }, async (falcod) => {
      const [alert] = await falcod.alertsOf("cat /etc/hostname");
      assertEquals(alert?.output, alert && `${alert.output.split("by")[0]}by cat of sh, root`);
      assert(alert !== undefined, falcod.log);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function heldCapabilities(): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command("setpriv", { args: ["--dump"] }).output();
  const [, set = ""] = /Capability bounding set: (.*)/.exec(new TextDecoder().decode(stdout)) ?? [];
  return set.trim().split(",");
}
