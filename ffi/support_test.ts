import { assert, assertEquals } from "../tests/assert.ts";
import { descendantsOf } from "./_descendants.ts";
import { checkSupport } from "./support.ts";

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
