/** Ends: of the watched processes, and of falcod in every way there is. Nothing of it stays in the kernel. */
import { assert, assertEquals } from "../assert.ts";
import { type Falcod, kernelTest, withFalcod } from "./harness.ts";
import { ancestorsOf, untilEnded } from "./process_tree.ts";
import { programsOf, untilGone } from "./programs.ts";
import { summaryOf } from "./summary.ts";

const RULES = ["rules/falco_rules.yaml"];
const READ = "Sensitive file read";
const READ_SHADOW = "cat /etc/shadow >/dev/null";

/** 20 families of four; their heads are killed, then the rest with it all. Says who there was. */
const KILLED_TREES = `perl -e '
  $| = 1; setpgrp;
  for (1..20) {
    my $head = fork // die;
    if (!$head) { fork; fork; syswrite STDOUT, "$$\\n"; sleep 300; exit }
    push @heads, $head;
  }
  select undef, undef, undef, .3;
  kill KILL => @heads;
  waitpid $_, 0 for @heads;
  syswrite STDOUT, "$$\\n";
  kill KILL => -$$;'`;

kernelTest("processes killed with SIGKILL leave the table, and alerts go on", async () => {
  await withFalcod({ rules: RULES }, async (falcod, stage) => {
    const killed = (await stage.run(KILLED_TREES)).split("\n").map(Number);
    assertEquals(killed.length, 81);
    await untilEnded(killed);
    const alerts = await falcod.alertsOf(READ_SHADOW);
    assertEquals(alerts.map(({ rule }) => rule), [READ]);
    assertEquals(alerts[0]!.output_fields["proc.pname"], "sh");
    const { code, log } = await falcod.stop();
    assertEquals(code, 0, log);
    const known = ancestorsOf(stage.processId) + 1;
    const summary = summaryOf(log);
    assertEquals([summary.get("processes known"), summary.get("threads")], [known, known], log);
    assertEquals(summary.get("processes whose end was missed"), undefined, log);
  });
});

/** Fills the ring of starts and ends while nobody reads it; then 50 that were known end. */
const LOST_ENDS = `perl -e '
  my $long = "x" x 60000;
  for (1..2000) { unless (fork) { exec "/bin/true", $long or exit } wait }
  for (1..2000) { fork or exit; wait }
  kill KILL => @ARGV' `;

kernelTest("processes whose end was lost leave the table when there is time", async () => {
  await withFalcod({ rules: RULES }, async (falcod, stage) => {
    const started = await stage.run("for i in $(seq 50); do sleep 300 >/dev/null & echo $!; done");
    const known = started.split("\n").map(Number);
    await falcod.settle();
    Deno.kill(falcod.processId, "SIGSTOP");
    try {
      await stage.run(LOST_ENDS + known.join(" "));
      await untilEnded(known);
    } finally {
      Deno.kill(falcod.processId, "SIGCONT");
    }
    // It looks once a second, and twice.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await falcod.settle();
    const { log } = await falcod.stop();
    const summary = summaryOf(log);
    assert(summary.get("syscall drops.lifecycle")! > 0, log);
    assertEquals(summary.get("processes known"), ancestorsOf(stage.processId) + 1, log);
  });
});

kernelTest("what a killed process leaves behind is still watched", async () => {
  await withFalcod({ rules: RULES }, async (falcod, stage) => {
    const orphan = Number(
      await stage.run(
        `sh -c 'echo $$; exec >/dev/null; sleep 1; exec cat /etc/shadow' 2>/dev/null &`,
      ),
    );
    Deno.kill(stage.processId, "SIGKILL");
    const alert = await falcod.alert(READ);
    assertEquals(alert.output_fields["proc.cmdline"], "cat /etc/shadow");
    await untilEnded([orphan]);
    const { code, log } = await falcod.stop();
    assertEquals(code, 0, log);
    assertEquals(summaryOf(log).get("processes known"), ancestorsOf(Deno.pid) + 1, log);
  });
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  for (const buffered of [false, true]) {
    const how = buffered ? ", buffered" : "";
    kernelTest(`${signal}: what happened before is alerted${how}, exit code 0`, async () => {
      const options = { rules: RULES, args: ["-o", `buffered_outputs=${buffered}`] };
      await withFalcod(options, async (falcod, stage) => {
        const ids = loadedBy(falcod);
        await stage.run(`for i in $(seq 50); do ${READ_SHADOW}; done`);
        falcod.kill(signal);
        const { code, log } = await falcod.ended();
        assertEquals(code, 0, log);
        assertEquals(falcod.alerts.length, 50);
        assert(log.includes("falcod: stopped; "), log);
        await assertGone(ids);
      });
    });
  }
}

kernelTest("SIGKILL of falcod leaves nothing in the kernel", async () => {
  await withFalcod({ rules: RULES }, async (falcod) => {
    const ids = loadedBy(falcod);
    falcod.kill("SIGKILL");
    assertEquals((await falcod.ended()).code, 128 + 9);
    await assertGone(ids);
  });
});

kernelTest("falcod | head: without a reader of alerts falcod ends with code 1", async () => {
  await withFalcod({ rules: RULES }, async (falcod, stage) => {
    const ids = loadedBy(falcod);
    await falcod.alertsOf(READ_SHADOW);
    await falcod.closeOutput();
    await stage.run(READ_SHADOW);
    const { code, log } = await falcod.ended();
    assertEquals(code, 1, log);
    assert(log.includes("no output is left that takes alerts"), log);
    await assertGone(ids);
  });
});

kernelTest("a bug in the middle of an event ends falcod with code 1", async () => {
  const main = "tests/kernel/broken_main.ts";
  await withFalcod({ rules: RULES, main }, async (falcod, stage) => {
    const ids = loadedBy(falcod);
    await stage.run(READ_SHADOW);
    const { code, log } = await falcod.ended();
    assertEquals(code, 1, log);
    assert(log.includes("falcod: this is a bug: TypeError: broken on purpose"), log);
    await assertGone(ids);
  });
});

/** The programs that falcod has in the kernel; there are some. */
function loadedBy(falcod: Falcod): readonly number[] {
  const ids = programsOf(falcod.processId);
  assert(ids.length >= 4, `${ids.length} programs`);
  return ids;
}

async function assertGone(ids: readonly number[]): Promise<void> {
  assertEquals(await untilGone(ids), []);
  const listed = await bpftoolPrograms();
  assertEquals(ids.filter((id) => listed.includes(id)), []);
}

/** What `bpftool prog` lists; nothing where it is not installed. */
async function bpftoolPrograms(): Promise<readonly number[]> {
  try {
    const { stdout } = await new Deno.Command("bpftool", { args: ["-j", "prog", "list"] }).output();
    const programs = JSON.parse(new TextDecoder().decode(stdout)) as { readonly id: number }[];
    return programs.map(({ id }) => id);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

kernelTest("SIGUSR1, which log rotation sends, opens no debugger and changes nothing", async () => {
  await withFalcod({ rules: RULES }, async (falcod) => {
    // the runtime subscribes to the signal half a second after the start
    await falcod.alertsOf("sleep 1");
    for (let i = 0; i < 3; i++) falcod.kill("SIGUSR1");
    const alerts = await falcod.alertsOf(READ_SHADOW);
    assertEquals(alerts.map(({ rule }) => rule), [READ]);
    assert(!/debugger/i.test(falcod.log), falcod.log);
  });
});
