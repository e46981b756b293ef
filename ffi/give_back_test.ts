import { assertEquals } from "../tests/assert.ts";
import { giveBackMemory, unchangedStretches } from "./give_back.ts";

const mapping = (head: string, anonymousKb: number) =>
  `${head}\nSize: 8 kB\nRss: 8 kB\nAnonymous: ${
    " ".repeat(10)
  }${anonymousKb} kB\nVmFlags: rd mr mw me\n`;

Deno.test("unchangedStretches() takes mappings of files that nobody has written or can write", () => {
  const smaps = mapping("1000-3000 r-xp 00001000 fe:00 7                /usr/bin/my deno", 0) +
    mapping("3000-4000 r--p 00003000 fe:00 7                /usr/bin/my deno", 4) +
    mapping("4000-6000 rw-p 00004000 fe:00 7                /usr/bin/my deno", 0) +
    mapping("7f0000000000-7f0000002000 r--p 00000000 00:00 0 ", 0) +
    mapping("7f0000002000-7f0000004000 r--s 00000000 00:0f 1030    anon_inode:bpf-map", 0) +
    mapping("7f0000005000-7f0000007000 r--p 00000000 fe:00 9    /lib/libc.so.6", 0) +
    mapping("7ffe00000000-7ffe00002000 r-xp 00000000 00:00 0    [vdso]", 0);
  assertEquals(unchangedStretches(smaps), [
    { start: 0x1000n, sizeBytes: 0x2000n },
    { start: 0x7f0000005000n, sizeBytes: 0x2000n },
  ]);
});

Deno.test("giveBackMemory() leaves all that is in use as it was", () => {
  const kept = Array.from({ length: 1000 }, (_, i) => ({ text: `kept ${i}` }));
  giveBackMemory();
  assertEquals(kept.map(({ text }) => text).join(), Array.from(kept, (_, i) => `kept ${i}`).join());
});
