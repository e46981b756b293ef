import { assert, assertEquals } from "../../tests/assert.ts";
import { hostFiles } from "./host_files.ts";

Deno.test("version() is of files alone: to open a named pipe in the place of one is to wait", () => {
  const root = Deno.makeTempDirSync({ prefix: "falcod-host-files-" });
  try {
    Deno.mkdirSync(`${root}/etc`);
    assert(new Deno.Command("mkfifo", { args: [`${root}/etc/passwd.cache`] }).outputSync().success);
    Deno.writeTextFileSync(`${root}/etc/passwd`, "ann:x:5:5::/:/bin/sh\n");
    const { version } = hostFiles(root);
    assertEquals(["passwd.cache", "none", ""].map((name) => version(`/etc/${name}`)), [
      undefined,
      undefined,
      undefined,
    ]);
    const before = version("/etc/passwd");
    Deno.writeTextFileSync(`${root}/etc/passwd`, "");
    assert(before !== undefined && version("/etc/passwd") !== before);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
