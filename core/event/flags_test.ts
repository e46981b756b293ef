import { assertEquals } from "../../tests/assert.ts";
import { errnoName } from "./errno.ts";
import { flagTable, flagValue, renderFlags } from "./flags.ts";
import { signalName } from "./signal.ts";

Deno.test("renderFlags() joins names in the table's order", () => {
  assertEquals(renderFlags("file_flags", 1 | 4096), "O_RDONLY|O_CLOEXEC");
  assertEquals(renderFlags("file_flags", 17), "O_DSYNC|O_RDONLY");
});

Deno.test("renderFlags() gives a bit to one name only", () => {
  assertEquals(renderFlags("file_flags", 1027), "O_DIRECTORY|O_RDWR");
});

Deno.test("renderFlags() uses a name for zero only for zero", () => {
  assertEquals(renderFlags("file_flags", 0), "O_NONE");
  assertEquals(renderFlags("prot_flags", 0), "PROT_NONE");
  assertEquals(renderFlags("prot_flags", 1), "PROT_READ");
});

Deno.test("renderFlags() is empty where no name fits", () => {
  assertEquals(renderFlags("clone_flags", 0), "");
  assertEquals(renderFlags("bpf_commands", 4000), "");
  assertEquals(renderFlags("no_such_table", 1), "");
  assertEquals(renderFlags("toString", 1), "");
});

Deno.test("renderFlags() gives every name of an enumeration's value", () => {
  assertEquals(renderFlags("socket_families", 2), "AF_INET");
  assertEquals(renderFlags("socket_families", 1), "AF_LOCAL|AF_UNIX");
  assertEquals(renderFlags("bpf_commands", 10), "BPF_PROG_TEST_RUN|BPF_PROG_RUN");
});

Deno.test("renderFlags() reads bit 31 without a sign", () => {
  assertEquals(renderFlags("mount_flags", 0x80000001 | 0), "RDONLY|NOUSER");
});

Deno.test("renderFlags() writes modes as upstream does", () => {
  assertEquals(
    renderFlags("chmod_mode", 0o755),
    "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR",
  );
  // Block devices contain the bit of character devices, and upstream names both.
  assertEquals(renderFlags("mknod_mode", 0o060000), "S_IFCHR|S_IFBLK");
});

Deno.test("flagTable() and flagValue() are absent for names nobody has", () => {
  assertEquals(flagTable("constructor"), undefined);
  assertEquals(flagValue("file_flags", "O_NOTHING"), undefined);
  assertEquals(flagValue("file_flags", "O_CREAT"), 4);
});

Deno.test("errnoName() takes both signs and knows the kernel's own numbers", () => {
  assertEquals([errnoName(2), errnoName(-2), errnoName(-512)], ["ENOENT", "ENOENT", "ERESTARTSYS"]);
  assertEquals([errnoName(0), errnoName(41), errnoName(99999)], [undefined, undefined, undefined]);
});

Deno.test("signalName() names the 31 classic signals", () => {
  assertEquals([signalName(9), signalName(31)], ["SIGKILL", "SIGSYS"]);
  assertEquals([signalName(0), signalName(34), signalName(-1)], [undefined, undefined, undefined]);
});
