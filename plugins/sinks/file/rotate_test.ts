import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { FileSink } from "./file_sink.ts";
import { compressNewest } from "./rotate.ts";
import { linesOf, place } from "./testing.ts";

const ROTATION = { maxSizeBytes: Infinity, maxAgeMs: Infinity, keep: 2, compress: false };

Deno.test("compressNewest() reads only what was put aside", async () => {
  await using at = await place();
  await Deno.writeTextFile(`${at.folder}/secret`, "x");
  await Deno.symlink(`${at.folder}/secret`, `${at.path}.1`);
  const { signal } = new AbortController();
  await assertRejects(() => compressNewest(at.path, { mode: 0o644, signal }));
  assertEquals([...Deno.readDirSync(at.folder)].map(({ name }) => name).sort(), [
    "events.txt.1",
    "secret",
  ]);
});

Deno.test("file: one that would grow too long is put aside, and only so many are kept", async () => {
  await using at = await place();
  const sink = new FileSink({
    path: at.path,
    keepAlive: true,
    mode: 0o600,
    rotation: { ...ROTATION, maxSizeBytes: 6 },
  });
  for (const batch of [["1", "2", "3"], ["4"], ["5", "6"], ["7"], ["8", "9", "10"], ["11"]]) {
    await sink.write(formatted(...batch));
  }
  await sink.close();
  assertEquals(await at.lines(), ["11"]);
  assertEquals(await at.lines("events.txt.1"), ["8", "9", "10"]);
  assertEquals(await at.lines("events.txt.2"), ["7"]);
  assertEquals([...Deno.readDirSync(at.folder)].length, 3);
});

Deno.test("file: an old one is put aside when an alert comes", async () => {
  await using at = await place();
  let later = 0;
  const sink = new FileSink({
    path: at.path,
    keepAlive: false,
    mode: 0o600,
    rotation: { ...ROTATION, maxAgeMs: 3_600_000 },
  }, { now: () => Date.now() + later });
  await sink.write(formatted("1"));
  await sink.write(formatted("2"));
  later = 3_600_000;
  await sink.write(formatted("3"));
  assertEquals([await at.lines("events.txt.1"), await at.lines()], [["1", "2"], ["3"]]);
});

Deno.test("file: what is put aside is compressed, for its user only", async () => {
  await using at = await place();
  const rotation = { ...ROTATION, maxSizeBytes: 100_000, compress: true };
  const sink = new FileSink({ path: at.path, keepAlive: true, mode: 0o600, rotation });
  const text = "x".repeat(99_000);
  for (const start of "abc") {
    await sink.write(formatted(start + text));
  }
  while (!await isThere(`${at.path}.1.gz`) || await isThere(`${at.path}.1`)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await sink.close();
  const { stdout } = await new Deno.Command("gzip", {
    args: ["-dc", `${at.path}.1.gz`, `${at.path}.2.gz`],
  }).output();
  assertEquals(linesOf(new TextDecoder().decode(stdout)), [`b${text}`, `a${text}`]);
  assertEquals((await Deno.stat(`${at.path}.1.gz`)).mode! & 0o777, 0o600);
  assertEquals(await at.lines(), [`c${text}`]);
});

Deno.test("file: one that cannot be put aside goes on growing, and that is told once", async () => {
  await using at = await place();
  await Deno.mkdir(`${at.path}.1/full`, { recursive: true });
  const told: string[] = [];
  const say = (text: string) => void told.push(text);
  const log = { debug: say, info: say, warning: say, error: say };
  const rotation = { ...ROTATION, keep: 1, maxSizeBytes: 2 };
  const sink = new FileSink({ path: at.path, keepAlive: true, mode: 0o600, rotation }, { log });
  for (const line of ["1", "2", "3"]) await sink.write(formatted(line));
  await sink.close();
  assertEquals(await at.lines(), ["1", "2", "3"]);
  assertEquals(told.length, 1);
  assert(told[0]!.startsWith(`Cannot put ${at.path} aside, it goes on growing: `), told[0]);
});

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
