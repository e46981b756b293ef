import { assertEquals } from "../tests/assert.ts";

const SETUP = new URL("setup.sh", import.meta.url).pathname;

/** Runs a line of the shell after setup.sh, on a machine that has no more than these programs. */
async function onMachine(line: string, programs: Readonly<Record<string, string>>) {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-setup-" });
  try {
    for (const [name, does] of Object.entries(programs)) {
      Deno.writeTextFileSync(`${folder}/${name}`, `#!/bin/sh\n${does}\n`, { mode: 0o755 });
    }
    for (const name of ["grep", "sed", "find"]) {
      const found = ["/usr/bin", "/bin"].find((path) => isFile(`${path}/${name}`));
      Deno.symlinkSync(`${found}/${name}`, `${folder}/${name}`);
    }
    const { code, stderr } = await new Deno.Command("/bin/bash", {
      args: ["-c", `set -euo pipefail; . ${SETUP}; ${line}`],
      cwd: folder,
      env: { PATH: folder },
      clearEnv: true,
    }).output();
    return { code, said: new TextDecoder().decode(stderr).trimEnd().split("\n") };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

const DENO = "deno@" + /^DENO_VERSION=(\S+)$/m.exec(Deno.readTextFileSync(SETUP))![1];
const BARE = { "id": "echo 1000", "apt-get": "exit 1", "dpkg-query": "exit 1" };
const START = "tell_all ca-certificates libbpf1; need_packages libbpf1";

Deno.test("setup.sh tells who cannot install all that is missing, in one list", async () => {
  assertEquals(await onMachine(START, BARE), {
    code: 1,
    said: [
      "setup: these are missing; run as root, or install them yourself, as root:",
      "setup:   apt-get install ca-certificates libbpf1 nodejs npm clang llvm libbpf-dev linux-libc-dev",
      `setup:   npm install --global ${DENO}`,
    ],
  });
});

Deno.test("setup.sh says nothing twice where falcod goes on without", async () => {
  const line =
    "tell_all libbpf1 || true; need_packages libbpf1 || true; need_probe || true; need_deno";
  const { code, said } = await onMachine(line, BARE);
  assertEquals([code, said.length], [1, 3], said.join("\n"));
});

Deno.test("setup.sh asks for nothing where all is there", async () => {
  const whole = {
    ...BARE,
    "dpkg-query": "echo install ok installed",
    "deno": `echo "deno ${DENO.slice("deno@".length)} (stable)"`,
  };
  assertEquals(await onMachine(START, whole), { code: 0, said: [""] });
});
