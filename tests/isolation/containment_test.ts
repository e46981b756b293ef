/** What a plugin cannot do, each tried by a plugin that tries, in its process and against this kernel. */
import { assert, assertEquals } from "../assert.ts";
import { freePort } from "../free_port.ts";
import { attempt, attempting, TestGuest } from "./guest.ts";

function refused(outcome: string): void {
  assert(outcome.startsWith("REFUSED "), outcome);
}

const READS: Readonly<Record<string, string>> = {
  "the runtime's own call": `return Deno.readTextFile("/etc/shadow")`,
  "what node has": `return (await import("node:fs")).readFileSync("/etc/passwd", "utf8")`,
  "a literal import, which a worker's permissions do not cover":
    `return (await import('file:///etc/passwd', { with: { type: "text" } })).default`,
  "an import of JSON":
    `return (await import('file:///proc/1/environ', { with: { type: "json" } })).default`,
  "require": `const { createRequire } = await import("node:module");
    return createRequire("file:///")("/etc/passwd")`,
  "a worker of its own": `return await new Promise((resolve, reject) => {
    const worker = new Worker("data:text/javascript,self.postMessage(" +
      "await Deno.readTextFile('/etc/passwd'))", { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
  })`,
  "a database": `const { DatabaseSync } = await import("node:sqlite");
    return new DatabaseSync("/var/lib/dpkg/status")`,
};

for (const [how, code] of Object.entries(READS)) {
  Deno.test(`a plugin reads no file by ${how}`, async () => {
    refused(await attempt(code));
  });
}

Deno.test("a plugin reads what it was granted, and nothing beside it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "falcod-granted-" });
  try {
    await Deno.chmod(folder, 0o755);
    await Deno.writeTextFile(`${folder}/words`, "for all");
    const permissions = { read: [folder] };
    const words = `return Deno.readTextFile("${folder}/words")`;
    assertEquals(await attempt(words, { permissions }), "GOT for all");
    refused(await attempt(`return Deno.readTextFile("${folder}/../passwd")`, { permissions }));
    await Deno.symlink("/etc/hostname", `${folder}/link`);
    refused(await attempt(`return Deno.readTextFile("${folder}/link")`, { permissions }));
    const literal =
      `return (await import('file:///etc/passwd', { with: { type: "text" } })).default`;
    refused(await attempt(literal, { permissions }));
    refused(await attempt(`return Deno.writeTextFile("${folder}/words", "mine")`, { permissions }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a plugin writes nothing", async () => {
  refused(await attempt(`return Deno.writeTextFile("/tmp/falcod-was-here", "x")`));
  refused(
    await attempt(`return (await import("node:fs")).writeFileSync("/tmp/falcod-was-here", "x")`),
  );
});

Deno.test("a plugin connects to nobody, and to those it was granted", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const accepting = (async () => {
    for await (const connection of listener) connection.close();
  })().catch(() => {});
  const connect = (port: number) =>
    `(await Deno.connect({ hostname: "127.0.0.1", port: ${port} })).close(); return "in"`;
  try {
    const outcome = await attempt(connect(port));
    assert(outcome.includes(`access to "127.0.0.1:${port}", which nobody granted it`), outcome);
    assert(outcome.includes("of net it has none; "), outcome);
    refused(await attempt(`return (await fetch("http://127.0.0.1:${port}/")).text()`));
    const other = { net: [`127.0.0.1:${freePort()}`] };
    refused(await attempt(connect(port), { permissions: other }));
    const granted = { net: [`127.0.0.1:${port}`] };
    assertEquals(await attempt(connect(port), { permissions: granted }), "GOT in");
    refused(await attempt(`Deno.listen({ port: 0 }); return "listens"`, { permissions: granted }));
  } finally {
    listener.close();
    await accepting;
  }
});

Deno.test("a plugin is told of no permission that there is not", async () => {
  const outcome = await attempt(`return (await import("node:os")).userInfo()`);
  assert(outcome.includes("which no plugin can be granted"), outcome);
});

Deno.test("a plugin fetches no module", async () => {
  refused(await attempt(`return Object.keys(await import('https://127.0.0.1:1/mod.js'))`));
  refused(await attempt(`return Object.keys(await import('npm:is-odd@3.0.1'))`));
});

Deno.test("a plugin runs no program", async () => {
  refused(await attempt(`return (await new Deno.Command("/bin/true").output()).code`));
  refused(await attempt(`return (await import("node:child_process")).execFileSync("/bin/true")`));
});

Deno.test("a plugin runs what it was granted, and that program is as confined as it is", async () => {
  const permissions = { run: ["/bin/cat"] };
  const cat = (path: string) => `
    const { stdout, stderr } = await new Deno.Command("/bin/cat", { args: ["${path}"] }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)`;
  const outcome = await attempt(cat("/etc/passwd"), { permissions });
  assert(/GOT .*Permission denied/.test(outcome), outcome);
  refused(
    await attempt(`return (await new Deno.Command("/bin/sh").output()).code`, { permissions }),
  );
});

Deno.test("programs that a plugin has started end with it", async () => {
  const guest = new TestGuest({
    module: attempting(
      `return new Deno.Command("/bin/sleep", { args: ["1000"] }).spawn().pid`,
    ),
    permissions: { run: ["/bin/sleep"] },
  });
  await guest.supervisor.running();
  const pid = (await guest.says("GOT ")).slice("GOT ".length);
  const commandOf = () => Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
  assert((await commandOf()).includes("sleep"));
  await guest.supervisor.stop();
  // The kernel takes a moment to take it away.
  while ((await commandOf()).includes("sleep")) await new Promise((go) => setTimeout(go, 10));
});

Deno.test("a plugin loads no library", async () => {
  refused(await attempt(`return Deno.dlopen("libc.so.6", {})`));
  refused(
    await attempt(`return process.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libc.so.6")`),
  );
});

Deno.test("a plugin sees the variables it was granted, and no others", async () => {
  const environment = { TOKEN: "t", SECRET: "s" };
  const permissions = { env: ["TOKEN"] };
  const token = `return Deno.env.get("TOKEN")`;
  assertEquals(await attempt(token, { environment, permissions }), "GOT t");
  refused(await attempt(`return Deno.env.get("SECRET")`, { environment, permissions }));
  refused(
    await attempt(`return JSON.stringify(Deno.env.toObject())`, { environment, permissions }),
  );
  refused(await attempt(`return Deno.env.get("HOME")`));
});

Deno.test("a plugin signals no other process", async () => {
  refused(await attempt(`Deno.kill(${Deno.pid}, "SIGCONT"); return "sent"`));
  refused(await attempt(`return process.kill(${Deno.pid}, 0)`));
});

Deno.test("a plugin gets nowhere by the runtime's own operations", async () => {
  const outcome = await attempt(`
    const { ops } = Deno[Deno.internal].core;
    const tried = [];
    for (const name of ["op_fs_open_sync", "op_fs_read_file_text_sync", "op_fs_read_file_sync"]) {
      try { tried.push(name + " " + String(ops[name]?.("/etc/passwd", { read: true }))); }
      catch {}
    }
    return tried.filter((text) => text.includes("root:")).join()`);
  assertEquals(outcome, "GOT ");
});

Deno.test("a plugin is told nothing of the machine", async () => {
  for (const call of ["hostname()", "osRelease()", "networkInterfaces()", "loadavg()"]) {
    refused(await attempt(`return Deno.${call}`));
  }
});
