/** Keys of falco.yaml that say which calls are seen, and how much of their data. */
import { assert, assertEquals } from "../assert.ts";
import { find, withActor } from "./actor.ts";
import { kernelTest } from "./harness.ts";
import { FILE, VECTOR } from "./scenes.ts";

kernelTest("falco_libs.snaplen says how much of what is written is seen", async () => {
  const condition = 'evt.type = write and evt.buffer contains "abc"';
  const args = ["-o", "falco_libs.snaplen=5000"];
  await withActor({ condition, args }, async (theatre) => {
    const perl = `open(F, ">", "f"); syswrite(F, "x" x 4000 . "abc")`;
    const { events } = await theatre.perform(perl);
    assert(find(events, { "evt.buffer": /^x{4000}abc$/ }) !== undefined, "not seen");
  });
});

kernelTest("base_syscalls.custom_set with ! hides a call from rules that ask for it", async () => {
  const condition = "evt.type in (writev, pwrite) and proc.exepath endswith /actor";
  const args = ["-o", "base_syscalls.custom_set[]=!writev"];
  await withActor({ condition, args }, async (theatre) => {
    const { events } = await theatre.perform(
      `${FILE} ${VECTOR} call(SYS_writev, 3, $v, 2); call(SYS_pwrite64, 3, "abcd", 4, 2)`,
    );
    const seen = events.map(({ output_fields: fields }) => fields["evt.type"]);
    assertEquals(seen, ["pwrite"]);
  });
});

kernelTest("engine.modern_ebpf.drop_failed_exit hides what failed, and nothing else", async () => {
  const condition = "evt.type in (pwrite, chdir) and proc.exepath endswith /actor";
  const args = ["-o", "engine.modern_ebpf.drop_failed_exit=true"];
  await withActor({ condition, args }, async (theatre) => {
    const { events } = await theatre.perform(
      `${FILE} call(SYS_pwrite64, 99, "abcd", 4, 2); call(SYS_pwrite64, 3, "abcd", 4, 2);
       chdir "none"; chdir "/"`,
    );
    const seen = events.map(({ output_fields: fields }) => [fields["evt.type"], fields["evt.res"]]);
    assertEquals(seen, [["pwrite", "SUCCESS"], ["chdir", "SUCCESS"]]);
  });
});
