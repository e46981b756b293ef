import { assertEquals } from "../tests/assert.ts";
import { builtPlugin } from "../tests/c_plugin/build.ts";
import { assertRuns } from "../tests/own_process.ts";
import { errno, holdSignals, noteSignal, openLibc } from "./libc.ts";

Deno.test("errno() is that of the call before, also where the call has opened its symbol", () => {
  const EBADF = 9;
  assertEquals(openLibc().fcntl(-1, 0, 0n), -1);
  assertEquals(errno(), EBADF);
});

Deno.test("openLibc() gives the same function each time", () => {
  const { getpagesize } = openLibc();
  assertEquals(openLibc().getpagesize, getpagesize);
  assertEquals(openLibc().getpagesize(), getpagesize());
});

/** Signals that this thread does not take: proc_pid_status(5). */
function blocked(): bigint {
  const [, mask] = /^SigBlk:\s*(\w+)$/m.exec(
    Deno.readTextFileSync("/proc/thread-self/status"),
  )!;
  return BigInt(`0x${mask}`);
}

const has = (mask: bigint, signal: number) => (mask >> BigInt(signal - 1) & 1n) === 1n;
const SIGHUP = 1, SIGSEGV = 11, SIGTERM = 15;

Deno.test("holdSignals() keeps signals from this thread until it is disposed, and loses none", async () => {
  const came = Promise.withResolvers<void>();
  const listener = () => came.resolve();
  Deno.addSignalListener("SIGHUP", listener);
  // Listening keeps no program running.
  const running = setInterval(() => {}, 1000);
  try {
    const before = blocked();
    {
      using _ = holdSignals();
      const mask = blocked();
      assertEquals([SIGHUP, SIGTERM, SIGSEGV].map((signal) => has(mask, signal)), [
        true,
        true,
        false,
      ]);
      Deno.kill(Deno.pid, "SIGHUP");
    }
    assertEquals(blocked(), before);
    await came.promise;
  } finally {
    clearInterval(running);
    Deno.removeSignalListener("SIGHUP", listener);
  }
});

Deno.test("noteSignal() tells once that a signal came, however often it did, and nobody else hears of it", async () => {
  const SIGUSR2 = 12;
  let heard = 0;
  const listener = () => void heard++;
  Deno.addSignalListener("SIGUSR2", listener);
  try {
    const signal = noteSignal(SIGUSR2);
    assertEquals(signal.hasCome(), false);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 3; i++) Deno.kill(Deno.pid, "SIGUSR2");
      while (!signal.hasCome()) await new Promise((resolve) => setTimeout(resolve, 1));
      assertEquals(signal.hasCome(), false);
    }
    assertEquals(heard, 0);
  } finally {
    Deno.removeSignalListener("SIGUSR2", listener);
  }
});

Deno.test({
  name: "noteSignal() takes nothing of the stack that a library has this thread run on",
  ignore: Deno.build.arch !== "x86_64",
  fn: () =>
    assertRuns(new URL("_signal_on_small_stack.ts", import.meta.url), [builtPlugin("small_stack")]),
});

Deno.test("Mapping leaves nothing to look at when it is disposed", () =>
  assertRuns(new URL("_look_at_unmapped.ts", import.meta.url)));
