import { assertEquals } from "../../../tests/assert.ts";
import { readAccounts } from "./accounts.ts";

Deno.test("readAccounts() takes ids as they are on a kernel without user namespaces", () => {
  const proc = Deno.makeTempDirSync({ prefix: "falcod-accounts-" });
  try {
    Deno.mkdirSync(`${proc}/self`);
    Deno.mkdirSync(`${proc}/77/root/etc`, { recursive: true });
    const mounts = Deno.readTextFileSync("/proc/self/mountinfo");
    Deno.writeTextFileSync(`${proc}/77/mountinfo`, mounts);
    Deno.writeTextFileSync(`${proc}/77/root/etc/passwd`, "ann:x:1000:1000::/:/bin/sh\n");
    const files = { passwd: "ann:x:1000:1000::/:/bin/sh\n", group: undefined };
    assertEquals(readAccounts(77, proc), files);
    const map = "0 0 4294967295\n";
    Deno.writeTextFileSync(`${proc}/self/uid_map`, map);
    // Where there are some, the process is gone.
    assertEquals(readAccounts(77, proc), undefined);
    for (const kind of ["uid", "gid"]) Deno.writeTextFileSync(`${proc}/77/${kind}_map`, map);
    assertEquals(readAccounts(77, proc), { ...files, uidMap: map, gidMap: map });
  } finally {
    Deno.removeSync(proc, { recursive: true });
  }
});
