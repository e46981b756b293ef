import { assert, assertEquals } from "../../../tests/assert.ts";
import { StatsFile } from "./stats_file.ts";

function scene() {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-stats-" });
  const said: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warning: (message: string) => said.push(message),
    error: (message: string) => said.push(message),
  };
  return {
    path: `${folder}/stats.jsonl`,
    said,
    file: (path: string) => new StatsFile(path, log),
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

Deno.test("StatsFile appends to what is there, also when the file was moved away", async () => {
  using place = scene();
  const { path, said } = place;
  Deno.writeTextFileSync(path, "old\n");
  const file = place.file(path);
  await file.append("one");
  assertEquals(Deno.readTextFileSync(path), "old\none\n");
  Deno.renameSync(path, `${path}.1`);
  await file.append("two");
  assertEquals(Deno.readTextFileSync(path), "two\n");
  assertEquals(said, []);
});

Deno.test("StatsFile tells once that it cannot write, and that it can again", async () => {
  using place = scene();
  const { path, said } = place;
  Deno.mkdirSync(path);
  const file = place.file(path);
  await file.append("one");
  await file.append("two");
  assertEquals(said.length, 1);
  assert(said[0]!.startsWith(`Cannot write metrics to "${path}": `), said[0]);
  Deno.removeSync(path);
  await file.append("three");
  assertEquals(Deno.readTextFileSync(path), "three\n");
  assertEquals(said.at(-1), `metrics go to "${path}" again`);
});

Deno.test("StatsFile waits for no reader of a named pipe, and follows no stranger's link", async () => {
  using place = scene();
  const { path, said } = place;
  await new Deno.Command("mkfifo", { args: [path] }).output();
  await place.file(path).append("one");
  assert(said[0]!.endsWith("what is there is no file"), said[0]);
  Deno.removeSync(path);
  const target = `${path}.target`;
  Deno.symlinkSync(target, path);
  await place.file(path).append("mine");
  assertEquals(Deno.readTextFileSync(target), "mine\n");
  if (Deno.uid() !== 0) return;
  await new Deno.Command("chown", { args: ["-h", "65534", path] }).output();
  await place.file(path).append("not mine");
  assert(said.at(-1)!.endsWith("a link of somebody else's"), said.at(-1));
  assertEquals(Deno.readTextFileSync(target), "mine\n");
});

Deno.test("StatsFile says why it cannot write to a full disk", async () => {
  using place = scene();
  await place.file("/dev/full").append("one");
  assertEquals(place.said.length, 1);
});
