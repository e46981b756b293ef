import { assertEquals } from "../tests/assert.ts";
import { builtPlugin } from "../tests/c_plugin/build.ts";
import { assertRuns } from "../tests/own_process.ts";
import { giveBackMemory, unchangedStretches } from "./give_back.ts";

const mapping = (head: string, anonymousKb: number, swapKb = 0) =>
  `${head}\nSize: 8 kB\nRss: 8 kB\nAnonymous: ${" ".repeat(10)}${anonymousKb} kB\n` +
  `Swap: ${" ".repeat(17)}${swapKb} kB\nSwapPss: 0 kB\nVmFlags: rd mr mw me\n`;

Deno.test("unchangedStretches() takes what the program has in memory that nobody has written or can write", () => {
  const smaps = mapping("1000-3000 r-xp 00001000 fe:00 7                /usr/bin/my deno", 0) +
    mapping("3000-4000 r--p 00003000 fe:00 7                /usr/bin/my deno", 4) +
    mapping("4000-6000 rw-p 00004000 fe:00 7                /usr/bin/my deno", 0) +
    mapping("6000-7000 r--p 00006000 fe:00 7                /usr/bin/my deno", 0) +
    mapping("7000-8000 r--s 00007000 fe:00 7                /usr/bin/my deno", 0) +
    mapping("8000-9000 r--p 00008000 fe:00 7                /usr/bin/my deno", 0, 4) +
    mapping("7f0000000000-7f0000002000 r--p 00000000 00:00 0 ", 0) +
    mapping("7f0000005000-7f0000007000 r--p 00000000 fe:00 9    /lib/libc.so.6", 0) +
    mapping("7ffe00000000-7ffe00002000 r-xp 00000000 00:00 0    [vdso]", 0);
  assertEquals(unchangedStretches(smaps, "/usr/bin/my deno"), [
    { start: 0x1000n, sizeBytes: 0x2000n },
    { start: 0x6000n, sizeBytes: 0x1000n },
  ]);
});

Deno.test("giveBackMemory() leaves all that is in use as it was", () => {
  const kept = Array.from({ length: 1000 }, (_, i) => ({ text: `kept ${i}` }));
  giveBackMemory();
  assertEquals(kept.map(({ text }) => text).join(), Array.from(kept, (_, i) => `kept ${i}`).join());
});

Deno.test("giveBackMemory() takes nothing from a library that another thread is loading", async () => {
  await assertRuns(new URL("_give_back_while_loading.ts", import.meta.url), [
    builtPlugin("minimal"),
  ]);
});
