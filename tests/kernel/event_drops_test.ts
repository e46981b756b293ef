/** `syscall_event_drops`, with a ring that really overflows: falcod is stopped while files are opened. */
import { assert, assertEquals } from "../assert.ts";
import { kernelTest, withFalcod } from "./harness.ts";

const RULES = `
- rule: Opened
  desc: Whoever opens a file
  condition: evt.type in (open, openat) and fd.name startswith /etc/no-such-file and proc.pid = 1
  output: opened %fd.name
  priority: NOTICE
- rule: Connected
  desc: Whoever connects
  condition: evt.type = connect
  output: connected
  priority: NOTICE
`;
const DROP = "Falco internal: syscall event drop";
const ARGS = [
  ...["-o", "engine.modern_ebpf.buf_size_preset=1", "-o", "syscall_event_drops.threshold=0"],
  ...["-o", "engine.falcod.kernel_filter=false"],
];
const OPENS = `perl -e 'for (1 .. 60000) { open my $f, "<", "/etc/no-such-file-$_" }'`;

async function flooded(
  actions: readonly string[],
  body: Parameters<typeof withFalcod>[1],
): Promise<void> {
  const file = Deno.makeTempFileSync({ prefix: "falcod-test-", suffix: ".yaml" });
  Deno.writeTextFileSync(file, RULES);
  const args = [
    ...ARGS,
    ...actions.flatMap((action) => ["-o", `syscall_event_drops.actions[]=${action}`]),
  ];
  try {
    await withFalcod({ rules: [file], args }, async (falcod, stage) => {
      falcod.kill("SIGSTOP");
      await stage.run(OPENS);
      falcod.kill("SIGCONT");
      await body(falcod, stage);
    });
  } finally {
    Deno.removeSync(file);
  }
}

kernelTest(
  "lost events are an alert that names what was lost and which rules missed it",
  async () => {
    await flooded(["log", "alert"], async (falcod) => {
      const { output, output_fields: fields, priority } = await falcod.alert(DROP);
      assertEquals(priority, "Debug");
      assert(output.includes('Rules that may have missed them: "Opened".'), output);
      assertEquals(fields["falcod.blinded_rules"], "Opened");
      assertEquals(fields.n_drops, fields.n_drops_buffer_open_exit);
      assert(Number(fields.n_drops) > 1000 && Number(fields.n_evts) > Number(fields.n_drops));
      await falcod.logged(/system calls dropped in last second/);
    });
  },
);

kernelTest("lost events end falcod where actions say so", async () => {
  await flooded(["exit"], async (falcod) => {
    const { code, log } = await falcod.ended();
    assertEquals(code, 1, log);
    assert(log.includes("syscall_event_drops.actions says exit"), log);
  });
});
