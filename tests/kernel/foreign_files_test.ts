/** Files of another process's root are read whatever its owner has put there. */
import { ForeignRoot } from "../../ffi/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { buildProgram } from "./build_program.ts";
import { kernelTest } from "./harness.ts";

const PASSWD = "alice:x:1234:1234::/home/alice:/bin/sh\n";

const prepare = (folder: string, program: string) => `
  mount -t tmpfs tmpfs ${folder}; cd ${folder}; mkdir etc mnt; cp ${program} program
  printf '%s' '${PASSWD}' >etc/passwd; head -c 5000 /dev/zero >etc/large
  ln -s /etc/passwd etc/absolute; ln -s ../../../../../../etc/hostname etc/out
  mkfifo etc/pipe; mknod etc/device c 1 5
  mount -t tmpfs tmpfs mnt; echo x >mnt/elsewhere
  exec chroot . /program wait here`;

async function withRoot(body: (processId: number) => void): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-root-" });
  const script = prepare(folder, await buildProgram("calls"));
  const child = new Deno.Command("unshare", {
    args: ["--mount", "sh", "-ec", script],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    while (!Deno.readLinkSync(`/proc/${child.pid}/exe`).endsWith("/program")) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    body(child.pid);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    Deno.removeSync(folder);
  }
}

kernelTest("ForeignRoot reads what is there, and follows no link out of it", async () => {
  await withRoot((processId) => {
    using root = ForeignRoot.open(processId);
    assert(root !== undefined);
    assertEquals(root.isOwn, false);
    const read = (path: string) => {
      const bytes = root.read(path, 4096);
      return bytes && new TextDecoder().decode(bytes);
    };
    assertEquals(read("etc/passwd"), PASSWD);
    assertEquals(read("etc/absolute"), PASSWD);
    for (const path of ["out", "../../../etc/hostname", "pipe", "device", "large", "none", ""]) {
      assertEquals(read(`etc/${path}`), undefined, path);
    }
    assertEquals(read("mnt/elsewhere"), undefined, "another file system");
  });
});

kernelTest("ForeignRoot knows its own root, and nobody's who is gone", () => {
  using own = ForeignRoot.open(Deno.pid);
  assertEquals(own?.isOwn, true);
  assertEquals(ForeignRoot.open(0x7fff_fff0), undefined);
  return Promise.resolve();
});
