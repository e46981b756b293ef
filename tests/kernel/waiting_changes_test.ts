/** Changes of processes that wait while others flood: ffi/probe/waiting.h. */
import { assert, assertEquals } from "../assert.ts";
import { buildProgram } from "./build_program.ts";
import { kernelTest, withFalcod } from "./harness.ts";
import { summaryOf } from "./summary.ts";

const VICTIM = `use POSIX; POSIX::setgid(2); POSIX::setuid(1); chdir "/etc";`;

/** Alerts of `rule`, whose events and those of `script` all lie in the rings when falcod goes on; and lost changes. */
async function afterStop(
  rule: string,
  script: string,
): Promise<{ readonly outputs: string[]; readonly lost: number }> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-waiting-" });
  try {
    Deno.writeTextFileSync(`${folder}/rules.yaml`, rule);
    Deno.writeTextFileSync(`${folder}/script`, script);
    let found: { readonly outputs: string[]; readonly lost: number } = { outputs: [], lost: 0 };
    await withFalcod({ rules: [`${folder}/rules.yaml`] }, async (falcod, stage) => {
      Deno.kill(falcod.processId, "SIGSTOP");
      try {
        await stage.run(`exec perl ${folder}/script`);
      } finally {
        Deno.kill(falcod.processId, "SIGCONT");
      }
      await falcod.settle();
      const outputs = falcod.alerts.filter(({ rule }) => rule === "Seen")
        .map(({ output }) => output.slice(output.indexOf("Seen: ") + 6));
      const { log } = await falcod.stop();
      found = { outputs, lost: Number(summaryOf(log).get("syscall drops.lifecycle") ?? 0) };
    });
    return found;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

kernelTest("what has waited is told before a processor goes on with another thread", async () => {
  const rule = `
- rule: Seen
  desc: What happens to a thread after it has changed
  condition: evt.type in (switch, page_fault) and proc.name = perl and user.uid = 1
  output: "Seen: %user.uid %proc.cwd"
  priority: NOTICE
`;
  const { outputs, lost } = await afterStop(
    rule,
    `unless (fork) { for (1 .. 20000) { chdir "/usr"; chdir "/tmp" } exit }
    wait; ${VICTIM} for (1 .. 3) { select undef, undef, undef, 0.05 } my $x = "a" x 3000000;`,
  );
  assert(outputs.includes("1 /etc/"), outputs.join("\n"));
  assertEquals(lost, 0);
});

kernelTest("what is told over a change that has no room counts as lost", async () => {
  const rule = `
- rule: Seen
  desc: Who looks for a file that is not there, and as whom
  condition: evt.type = openat and fd.nameraw = look-victim
  output: "Seen: %user.uid %proc.cwd"
  priority: NOTICE
- rule: Flood
  desc: Never alerts, and has the kernel tell all of them
  condition: evt.type = openat and fd.nameraw startswith look- and proc.name = nobody
  output: "%proc.name"
  priority: NOTICE
`;
  const { outputs, lost } = await afterStop(
    rule,
    `sub look { syscall 257, -100, "look-$_[0]", 0, 0 }
    unless (fork) { for (1 .. 40000) { chdir "/usr"; chdir "/tmp"; look("flood-$_") } exit }
    wait; ${VICTIM} look("victim");`,
  );
  assertEquals(outputs.length, 1);
  assert(outputs[0] === "1 /etc/" || lost > 0, `${outputs[0]}, and nothing counts as lost`);
});

kernelTest(
  "what has waited is told before a request of io_uring whose completion nobody tells",
  async () => {
    const rule = `
- rule: Seen
  desc: Files that are opened by io_uring, of the second of which no completion is told
  condition: evt.type = openat and proc.name = uring and fd.nameraw = /etc/hostname
  output: "Seen: %proc.cwd"
  priority: NOTICE
`;
    const { outputs, lost } = await afterStop(
      rule,
      `unless (fork) { for (1 .. 20000) { chdir "/usr"; chdir "/tmp" } exit }
    wait; chdir "/tmp"; exec "${await buildProgram("uring")}", "/etc/hostname", "1", "/etc";`,
    );
    assert(outputs.length > 1, outputs.join("\n"));
    assertEquals(outputs.slice(0, 2), ["/tmp/", "/etc/"]);
    assertEquals(lost, 0);
  },
);
