import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { baseOfDeno } from "./deno_base.ts";
import { readElf } from "./elf.ts";

const START = "hello()";

/** What the stub makes of a program that stands for Deno: its output and its errors. */
async function run(
  program: Uint8Array,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, program);
    await Deno.chmod(path, 0o755);
    const { code, stdout, stderr } = await new Deno.Command(path, {
      args: [...args],
      clearEnv: true,
      env,
    }).output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
  } finally {
    await Deno.remove(path);
  }
}

/** Where the order is, whose words the tests change; its magic is in the code, too. */
function orderIn(program: Uint8Array): number {
  return new TextDecoder("latin1").decode(program).lastIndexOf("FLCDCOT1");
}

const echo = await baseOfDeno(Deno.readFileSync("/bin/echo"), START);
const printenv = await baseOfDeno(Deno.readFileSync("/usr/bin/printenv"), START);

Deno.test("the stub puts Deno's flags and the first module in front of the arguments", async () => {
  for (const args of [[], ["-c", "a b", ""], Array.from({ length: 5000 }, () => "x")]) {
    const { code, out, error } = await run(echo, args);
    assertEquals([code, error], [0, ""]);
    const [flags, rest] = out.split(`data:text/javascript;base64,${btoa(START)}`);
    assert(flags!.startsWith("run --no-prompt --allow-all "), flags);
    assert(flags!.includes(" --no-config "), flags);
    assertEquals(rest, args.length === 0 ? "\n" : ` ${args.join(" ")}\n`);
  }
});

Deno.test("the stub hides what is meant for Deno, and leaves the rest as it is", async () => {
  const { out } = await run(printenv, [], {});
  assertEquals(out, ""); // printenv takes the flags for names of variables
  const withoutFlags = printenv.slice();
  new DataView(withoutFlags.buffer).setBigUint64(orderIn(withoutFlags) + 9 * 8, 0n, true);
  const seen = await run(withoutFlags, [], {
    A: "1",
    DENO_DIR: "/evil",
    NODE_OPTIONS: "--require evil",
    HOME: "/root",
    HOMEWARD: "2",
    XDENO_: "3",
  });
  assertEquals(seen.out.trim().split("\n").sort(), [
    "A=1",
    "DENO_DIR=/dev/null",
    "DENO_DISABLE_NODE_SHIM=1",
    "DENO_LOG=info,deno::cache::cache_db=off",
    "DENO_NO_UPDATE_CHECK=1",
    "HOME=/proc",
    "HOMEWARD=2",
    "XDENO_=3",
  ]);
});

Deno.test("the stub says what is wrong, and starts nothing", async () => {
  const at = orderIn(echo);
  const huge = 0x7fff_ffff_ffff_fff0n;
  const damages = [
    [0, huge],
    [1, 8n],
    [1, 200n],
    ...[7, 8, 9, 11, 12, 13].map((word) => [word, huge]),
  ];
  for (const [word, value] of damages as [number, bigint][]) {
    const damaged = echo.slice();
    new DataView(damaged.buffer).setBigUint64(at + word * 8, value, true);
    const { code, error } = await run(damaged, [], { A: "1" });
    assertEquals([word, code, error], [
      word,
      127,
      "falcod: cannot start: this binary is damaged\n",
    ]);
  }
  const loader = new TextDecoder("latin1").decode(echo).indexOf("/ld-linux", at);
  for (
    const [path, said] of [["/nothing\0", "there is no"], ["/../../etc/passwd\0", "dynamic loader"]]
  ) {
    const other = echo.slice();
    other.set(new TextEncoder().encode(path), loader);
    const { code, error } = await run(other);
    assertEquals([code, error.includes(said!)], [127, true], error);
  }
});

Deno.test("baseOfDeno() refuses what no loader starts", async () => {
  const refused = await baseOfDeno(echo, START).then(() => "", String);
  assert(refused.includes("not started by a dynamic loader"), refused);
  assertThrows(() => readElf(new TextEncoder().encode("#!/bin/sh")));
});
