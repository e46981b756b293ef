import { assert, assertEquals } from "../tests/assert.ts";
import { descendantsOf } from "./_descendants.ts";
import { checkKernel, checkSupport } from "./support.ts";

Deno.test("checkSupport() reports a missing libbpf instead of throwing, and how to get it", () => {
  const { ok, items } = checkSupport("libbpf-not-there.so.1");
  assertEquals(ok, false);
  const libbpf = items.find(({ name }) => name === "libbpf");
  assertEquals(libbpf?.ok, false);
  assert(libbpf?.help.includes("libbpf1"));
});

Deno.test("checkSupport() is ok exactly when every required item is", () => {
  const { ok, items } = checkSupport();
  assertEquals(ok, items.filter(({ required }) => required).every((item) => item.ok));
  for (const { found, needed, help } of items) assert(found && needed && help);
});

Deno.test("checkKernel() lets what is tried decide on a kernel with an old number: RHEL 8 has 4.18", () => {
  const machine = { os: "linux", arch: "x86_64" };
  const old = checkKernel("4.18.0-553.el8_10.x86_64", machine);
  assertEquals([old.ok, old.found.includes("older than 5.8")], [true, true]);
  assertEquals(checkKernel("6.1.0-18-amd64", machine).found, "linux 6.1.0-18-amd64");
  assertEquals(checkKernel("6.1.0", { os: "linux", arch: "aarch64" }).ok, false);
});

/** What `checkSupport` finds in a program that `command` starts with fewer rights than this one has. */
async function itemsUnder(command: string, ...options: string[]) {
  const code = "const { checkSupport } = await import(Deno.args[0]); " +
    "console.log(JSON.stringify(checkSupport()))";
  const program = [Deno.execPath(), "eval", code, import.meta.resolve("./support.ts")];
  const { stdout, stderr } = await new Deno.Command(command, { args: [...options, ...program] })
    .output();
  const text = new TextDecoder().decode(stdout);
  assert(text !== "", new TextDecoder().decode(stderr));
  const items: readonly { name: string; ok: boolean; found: string }[] = JSON.parse(text).items;
  return { items, permission: items.find(({ name }) => name === "permission")! };
}

Deno.test("checkSupport() does not call impossible what it may not ask", async () => {
  const { items, permission } = await itemsUnder("setpriv", "--bounding-set=-all");
  assertEquals(permission.ok, false);
  for (const { name, ok, found } of items) {
    if (!ok && /^program|^ring/.test(name)) assert(found.startsWith("not known"), found);
  }
});

Deno.test("checkSupport() does not take rights in a user namespace for rights of the machine", async () => {
  const { permission } = await itemsUnder("unshare", "--user", "--map-root-user");
  assertEquals(permission.ok, false);
  assert(permission.found.endsWith("; in a user namespace of its own"), permission.found);
});

Deno.test("descendantsOf() finds a child's child", async () => {
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", "sh -c 'echo $$; read go; true'; true"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const grandchild = Number((await reader.read()).value);
  const found = descendantsOf(Deno.pid);
  assert(found.has(child.pid) && found.has(grandchild));
  assert(!found.has(Deno.pid));
  await child.stdin.close();
  await reader.cancel();
  await child.status;
});
