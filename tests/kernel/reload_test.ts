/** Other rules while falcod runs: what is known of processes stays, what is captured follows. */
import { assert, assertEquals } from "../assert.ts";
import { type Falcod, kernelTest, type Stage, withFalcod } from "./harness.ts";
import { summaryOf } from "./summary.ts";

function rule(name: string, condition: string): string {
  return [
    `- rule: ${name}`,
    "  desc: For a test",
    `  condition: ${condition}`,
    "  output: parent=%proc.pname grandparent=%proc.aname[2] cmd=%proc.cmdline",
    "  priority: NOTICE",
    "",
  ].join("\n");
}

const OLD = rule("Old", "evt.type = execve and proc.args contains reload-old");
const NEW = rule("New", "evt.type = execve and proc.args contains reload-new") +
  rule("Makes a directory", "evt.type in (mkdir, mkdirat)");

interface Theatre {
  readonly falcod: Falcod;
  readonly stage: Stage;
  readonly file: string;
  /** Replaces the rules as an editor does. */
  replace(rules: string): void;
}

async function withRules(
  args: readonly string[],
  play: (theatre: Theatre) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
  const file = `${folder}/rules.yaml`;
  Deno.writeTextFileSync(file, OLD);
  const replace = (rules: string) => {
    Deno.writeTextFileSync(`${file}.new`, rules);
    Deno.renameSync(`${file}.new`, file);
  };
  try {
    await withFalcod(
      { rules: [file], args },
      (falcod, stage) => play({ falcod, stage, file, replace }),
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A program that lives through the reload and starts another one when told. */
async function startWaiter(stage: Stage, folder: string): Promise<void> {
  const script = `while ! [ -e ${folder}/go ]; do sleep 0.05; done; /bin/echo reload-new; :`;
  await stage.run(
    `ln -s /bin/sh ${folder}/waiter; (${folder}/waiter -c '${script}' >/dev/null; : > ${folder}/done) &`,
  );
}

const FINISH = (folder: string) =>
  `: > ${folder}/go; while ! [ -e ${folder}/done ]; do sleep 0.05; done`;

function summarize(alerts: Awaited<ReturnType<Falcod["alertsOf"]>>): readonly string[] {
  return alerts.map(({ rule, output }) => `${rule}: ${/parent=\S+/.exec(output)?.[0]}`);
}

kernelTest(
  "a changed rules file is in effect, and the processes from before are known",
  async () => {
    await withRules([], async ({ falcod, stage, file, replace }) => {
      const folder = file.slice(0, file.lastIndexOf("/"));
      assertEquals(
        summarize(await falcod.alertsOf("/bin/echo reload-old; mkdir " + folder + "/a")),
        ["Old: parent=sh"],
      );
      await startWaiter(stage, folder);
      replace(NEW);
      await falcod.logged(/rules? (is|are) in effect/);
      const alerts = await falcod.alertsOf(
        `/bin/echo reload-old; mkdir ${folder}/b; ${FINISH(folder)}`,
      );
      assertEquals(summarize(alerts), ["Makes a directory: parent=sh", "New: parent=waiter"]);
    });
  },
);

kernelTest(
  "a program that began before a reload and forks after it is known in full; counters go on",
  async () => {
    await withRules([], async ({ falcod, stage, file, replace }) => {
      const folder = file.slice(0, file.lastIndexOf("/"));
      assertEquals(summarize(await falcod.alertsOf("/bin/echo reload-old")), ["Old: parent=sh"]);
      const script = `while ! [ -e ${folder}/go ]; do sleep 0.05; done; ` +
        `( : > ${folder}/reload-forked ); : > ${folder}/done`;
      await stage.run(
        `ln -s /bin/sh ${folder}/waiter; ${folder}/waiter -c '${script}' waiting one two &`,
      );
      replace(
        rule("Forked", "evt.type in (open, openat) and fd.name endswith /reload-forked")
          .replace("output: ", "output: name=%proc.name exe=%proc.exe "),
      );
      await falcod.logged(/rules? (is|are) in effect/);
      const [alert, ...more] = await falcod.alertsOf(FINISH(folder));
      // The child has executed nothing: all of this is what its parent was before the reload.
      const words = /name=(\S+) exe=(\S+) parent=(\S+) .* (\S+)$/.exec(alert!.output);
      assertEquals(words?.slice(1), ["waiter", `${folder}/waiter`, "waiter", "two"], alert!.output);
      assertEquals([alert!.rule, more], ["Forked", []]);
      falcod.kill("SIGTERM");
      const { log } = await falcod.ended();
      const summary = summaryOf(log);
      assertEquals(summary.get('alerts of "Old"'), 1);
      assertEquals(summary.get('alerts of "Forked"'), 1);
      assertEquals(summary.get("rules reloaded"), 1);
    });
  },
);

kernelTest("SIGHUP reloads; system calls no rule asks for any more are not captured", async () => {
  await withRules(["-o", "watch_config_files=false"], async ({ falcod, file, replace }) => {
    replace(NEW);
    falcod.kill("SIGHUP");
    await falcod.logged(/rules? (is|are) in effect/);
    const folder = `${file}.d`;
    const rules = (await falcod.alertsOf(`mkdir ${folder}; rmdir ${folder}`)).map(({ rule }) =>
      rule
    );
    assertEquals(rules, ["Makes a directory"]);
    replace(OLD);
    falcod.kill("SIGHUP");
    await falcod.logged(/: 2 rules are in effect/);
    await falcod.settle();
    const many = `i=0; while [ $i -lt 300 ]; do mkdir ${folder}; rmdir ${folder}; i=$((i+1)); done`;
    assertEquals(await falcod.alertsOf(many), []);
    falcod.kill("SIGTERM");
    const { code, log } = await falcod.ended();
    assertEquals(code, 0);
    assert(/rules reloaded: 2/.test(log), log);
    // the one from before the second reload
    assert(/^ *syscall events\.file: 1$/m.test(log), log);
  });
});

kernelTest("a broken rules file leaves the old rules in effect and raises an alert", async () => {
  await withRules([], async ({ falcod, replace }) => {
    replace(
      "- rule: Broken\n  desc: x\n  condition: proc.nam = x\n  output: x\n  priority: NOTICE\n",
    );
    const refusal = await falcod.alert("Falco internal: hot restart failure");
    assertEquals([refusal.priority, refusal.source], ["Critical", "internal"]);
    assert(refusal.output.includes("proc.nam"), refusal.output);
    await falcod.logged(/rules\.yaml:3:/);
    assertEquals(summarize(await falcod.alertsOf("/bin/echo reload-old")), ["Old: parent=sh"]);
    replace(OLD + NEW);
    await falcod.logged(/rules? (is|are) in effect/);
    assertEquals(summarize(await falcod.alertsOf("/bin/echo reload-new")), ["New: parent=sh"]);
  });
});

kernelTest(
  "named pipes and links that others put beside the rules stop no reload and no end",
  async () => {
    await withRules([], async ({ falcod, stage, file, replace }) => {
      const folder = file.slice(0, file.lastIndexOf("/"));
      await stage.run(
        `mkfifo ${folder}/pipe.yaml; ln -s . ${folder}/x.yaml; ln -s . ${folder}/y.yaml`,
      );
      replace(NEW);
      await falcod.logged(/rules? (is|are) in effect/);
      falcod.kill("SIGTERM");
      const { code, log } = await falcod.ended();
      assertEquals(code, 0);
      assert(/rules reloaded: 1/.test(log), log);
    });
  },
);
