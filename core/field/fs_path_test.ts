import { assertEquals } from "../../tests/assert.ts";
import { eventOf, fileOf, pathOf, stateOf, valueOf } from "./fixture_test.ts";

const from = pathOf("a", "/tmp/a");
const to = pathOf("../b", "/b", "/mnt/b");

Deno.test("fs.path.name is the path a call worked on", () => {
  const event = eventOf("mkdirat", { params: { path: to } });
  assertEquals(valueOf("fs.path.name", event), "/b");
  assertEquals(valueOf("fs.path.name", event, undefined, "resolved"), "/mnt/b");
  assertEquals(valueOf("fs.path.nameraw", event), "../b");
  assertEquals(valueOf("fs.path.source", event), undefined);
});

Deno.test("fs.path.source and target are the old and the new name of a rename", () => {
  const event = eventOf("renameat2", { params: { oldpath: from, newpath: to } });
  assertEquals(valueOf("fs.path.source", event), "/tmp/a");
  assertEquals(valueOf("fs.path.sourceraw", event), "a");
  assertEquals(valueOf("fs.path.target", event), "/b");
  assertEquals(valueOf("fs.path.targetraw", event), "../b");
  assertEquals(valueOf("fs.path.name", event), undefined);
});

Deno.test("fs.path.source of a link is the new name, fs.path.target what it leads to", () => {
  const link = eventOf("linkat", { params: { oldpath: from, newpath: to } });
  assertEquals(valueOf("fs.path.source", link), "/b");
  assertEquals(valueOf("fs.path.target", link), "/tmp/a");
  const symlink = eventOf("symlink", { params: { target: "/etc/shadow", linkpath: from } });
  assertEquals(valueOf("fs.path.source", symlink), "/tmp/a");
  assertEquals(valueOf("fs.path.target", symlink), "/etc/shadow");
});

Deno.test("a call on a descriptor has its file's path", () => {
  const event = eventOf("fchmod", { descriptor: fileOf(to) });
  assertEquals(valueOf("fs.path.name", event), "/b");
  // Nobody passed a name: Falco shows the descriptor's.
  assertEquals(valueOf("fs.path.nameraw", event), "/b");
  const nameless = { ...fileOf(to), typeChar: "s", path: undefined };
  const signals = eventOf("fchmod", { descriptor: nameless });
  assertEquals(valueOf("fs.path.name", signals), valueOf("fd.name", signals));
  assertEquals(valueOf("fs.path.nameraw", signals), "");
  const failed = eventOf("fchmod", { descriptor: fileOf(to), result: -1 });
  assertEquals(valueOf("fs.path.name", failed), undefined);
});

Deno.test("calls that failed have no paths, except for opens that were not just forbidden", () => {
  const failed = (name: string, result: number) =>
    valueOf("fs.path.name", eventOf(name, { params: { path: from, name: from }, result }));
  assertEquals(failed("mkdir", -17), undefined);
  assertEquals(failed("openat", -1), undefined);
  assertEquals(failed("openat", -2), "/tmp/a");
  assertEquals(failed("openat", 3), "/tmp/a");
});

Deno.test("other calls have no paths", () => {
  assertEquals(valueOf("fs.path.name", eventOf("kill")), undefined);
  assertEquals(valueOf("fs.path.name", eventOf("execve")), undefined);
});

Deno.test("texts that lead somewhere start from the working directory", () => {
  const target = { raw: "../c", given: "../c", resolved: "/tmp/c" };
  const symlink = eventOf("symlinkat", { params: { target, linkpath: from } });
  const state = stateOf({ processId: 100, cwd: "/home/user" });
  assertEquals(valueOf("fs.path.target", symlink, state), "/home/c");
  assertEquals(valueOf("fs.path.target", symlink, state, "resolved"), "/tmp/c");
  assertEquals(valueOf("fs.path.targetraw", symlink, state), "../c");
  const mount = eventOf("mount", { params: { dev: "tmpfs", dir: from } });
  assertEquals(valueOf("fs.path.source", mount, state), "/home/user/tmpfs");
});

Deno.test("a path that nobody could read is joined with what it was relative to, as in Falco", () => {
  const state = stateOf({ processId: 100, cwd: "/root" });
  const name = (type: string, dirfd: number, descriptor?: ReturnType<typeof fileOf>) =>
    valueOf("fs.path.name", eventOf(type, { params: { dirfd, path: "<NA>" }, descriptor }), state);
  const directory = fileOf(pathOf("/tmp"), { typeChar: "d", number: 7 });
  assertEquals(name("mkdir", 0), "/root/<NA>");
  assertEquals(name("mkdirat", -100), "/root/<NA>");
  assertEquals(name("mkdirat", 7, directory), "/tmp/<NA>");
  assertEquals(name("mkdirat", 8, directory), "<UNKNOWN><NA>");
});
