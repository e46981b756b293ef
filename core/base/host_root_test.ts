import { assertEquals } from "../../tests/assert.ts";
import {
  hostProc,
  hostRoot,
  hostRootTrouble,
  onHost,
  processIdIn,
  showsAllProcesses,
} from "./host_root.ts";

Deno.test("HOST_ROOT is an absolute path, with or without a slash at its end", () => {
  const withRoot = (value: string | undefined) => hostRoot(() => value);
  assertEquals(withRoot("/host"), "/host");
  assertEquals(withRoot("/host//"), "/host");
  for (const none of [undefined, "", "/", "host", "./host"]) assertEquals(withRoot(none), "");
});

Deno.test("onHost() puts the root in front of a path once", () => {
  assertEquals(onHost("/etc/passwd", "/host"), "/host/etc/passwd");
  assertEquals(onHost("/host/etc/passwd", "/host"), "/host/etc/passwd");
  assertEquals(onHost("/hosts", "/host"), "/host/hosts");
  assertEquals(onHost("/etc/passwd", ""), "/etc/passwd");
});

Deno.test("hostProc() is the host's where it is mounted, else the own one", async () => {
  const root = await Deno.makeTempDir();
  try {
    assertEquals(hostProc(root), "/proc");
    await Deno.mkdir(`${root}/proc`);
    assertEquals(hostProc(root), "/proc");
    await Deno.symlink("1234", `${root}/proc/self`);
    assertEquals(hostProc(root), `${root}/proc`);
    assertEquals(processIdIn(`${root}/proc`), 1234);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a /proc tells whether it shows the processes of the whole machine", async () => {
  const proc = await Deno.makeTempDir();
  try {
    assertEquals(showsAllProcesses(proc), undefined);
    await Deno.mkdir(`${proc}/1/ns`, { recursive: true });
    await Deno.symlink("pid:[4026532000]", `${proc}/1/ns/pid`);
    assertEquals(showsAllProcesses(proc), false);
    await Deno.remove(`${proc}/1/ns/pid`);
    await Deno.symlink("pid:[4026531836]", `${proc}/1/ns/pid`);
    assertEquals(showsAllProcesses(proc), true);
  } finally {
    await Deno.remove(proc, { recursive: true });
  }
});

Deno.test("hostRootTrouble() tells of a root that the host's files were not mounted into", async () => {
  const root = await Deno.makeTempDir();
  try {
    assertEquals(
      hostRootTrouble(root),
      `HOST_ROOT is "${root}", and there is no /etc/passwd and no /etc/group below it: names of ` +
        `users or groups stay unknown; mount the host's /etc at ${root}/etc, or unset HOST_ROOT`,
    );
    await Deno.mkdir(`${root}/etc`);
    for (const name of ["passwd", "group"]) await Deno.writeTextFile(`${root}/etc/${name}`, "");
    assertEquals(hostRootTrouble(root), undefined);
    assertEquals(hostRootTrouble(""), undefined);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
