import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { TailInput } from "./tail_input.ts";
import { Files, idsTaken, line, type Noted } from "./testing.ts";

/** A followed file: `until` resolves when events of these ids have come, in this order, since the start. */
interface Following {
  until(...ids: string[]): Promise<void>;
  stop(): Promise<Noted>;
}

async function follow(files: Files, { keeps = true } = {}): Promise<Following> {
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const seen: string[] = [];
  let look = () => {};
  const input = new TailInput(files.path("audit.log"), {
    maxLineBytes: 4096,
    lookEveryMs: 1,
    ...keeps && { stateDirectory: files.path("state") },
  });
  const run = idsTaken(input, {
    signal: stop.signal,
    ready: ready.resolve,
    taken: (id) => {
      seen.push(id);
      look();
    },
  });
  run.catch(ready.reject);
  await ready.promise;
  return {
    until: (...ids) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      look = () => seen.length >= ids.length && resolve();
      look();
      return promise.then(() => assertEquals(seen, ids));
    },
    stop: () => {
      stop.abort();
      return run;
    },
  };
}

Deno.test("a followed file begins at its end, and lines come as they are written", async () => {
  using files = new Files();
  files.write("audit.log", `${line("old")}\n`);
  const following = await follow(files, { keeps: false });
  files.append("audit.log", `${line("a")}\n${line("b").slice(0, 20)}`);
  await following.until("a");
  files.append("audit.log", `${line("b").slice(20)}\n`);
  await following.until("a", "b");
  assertEquals((await following.stop()).said, []);
});

Deno.test("a followed file may be renamed and made anew; nothing is missed, also its last line", async () => {
  using files = new Files();
  files.write("audit.log", "");
  const following = await follow(files);
  files.append("audit.log", `${line("a")}\n${line("b")}`);
  await following.until("a");
  Deno.renameSync(files.path("audit.log"), files.path("audit-1.log"));
  files.write("audit.log", `${line("c")}\n`);
  await following.until("a", "b", "c");
  Deno.renameSync(files.path("audit.log"), files.path("audit-2.log"));
  files.append("audit-2.log", `${line("d")}\n`);
  await following.until("a", "b", "c", "d");
  files.write("audit.log", `${line("e")}\n`);
  await following.until("a", "b", "c", "d", "e");
  await following.stop();
});

Deno.test("a followed file may be truncated", async () => {
  using files = new Files();
  files.write("audit.log", "");
  const following = await follow(files);
  files.append("audit.log", `${line("a")}\n${line("b")}\n${line("cut").slice(0, 9)}`);
  await following.until("a", "b");
  files.write("audit.log", `${line("c")}\n`);
  await following.until("a", "b", "c");
  await following.stop();
});

Deno.test("reading goes on where it ended, across restarts and what happened meanwhile", async () => {
  using files = new Files();
  files.write("audit.log", `${line("old")}\n`);
  let following = await follow(files);
  files.append("audit.log", `${line("a")}\n${line("b").slice(0, 5)}`);
  await following.until("a");
  await following.stop();

  files.append("audit.log", `${line("b").slice(5)}\n`);
  following = await follow(files);
  await following.until("b");
  await following.stop();

  files.append("audit.log", `${line("c")}\n`);
  Deno.renameSync(files.path("audit.log"), files.path("audit-1.log"));
  files.write("audit.log", `${line("d")}\n`);
  following = await follow(files);
  await following.until("c", "d");
  await following.stop();

  files.write("audit.log", "");
  files.append("audit.log", `${line("e")}\n`);
  following = await follow(files);
  await following.until("e");
  const { said } = await following.stop();
  assert(said.length === 1 && said[0]!.includes("was truncated"), said.join());
});

Deno.test("another file in place of the followed one is read whole, and what is gone is told", async () => {
  using files = new Files();
  files.write("audit.log", "");
  let following = await follow(files);
  files.append("audit.log", `${line("a")}\n`);
  await following.until("a");
  await following.stop();
  files.write("other", `${line("b")}\n`);
  Deno.renameSync(files.path("other"), files.path("audit.log"));
  following = await follow(files);
  await following.until("b");
  const { said } = await following.stop();
  assert(said.length === 1 && said[0]!.includes("may have been missed"), said.join());
});

Deno.test("the place is kept in a file of its own that only its owner can read", async () => {
  using files = new Files();
  files.write("audit.log", "");
  const following = await follow(files);
  files.append("audit.log", `${line("a")}\n`);
  await following.until("a");
  await following.stop();
  const [{ name }] = [...Deno.readDirSync(files.path("state"))] as [Deno.DirEntry];
  const path = `${files.path("state")}/${name}`;
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  assertEquals(JSON.parse(Deno.readTextFileSync(path)).offset, line("a").length + 1);
  for (const broken of ["", "{", "null", '{"inode":"x"}', "x".repeat(9999)]) {
    Deno.writeTextFileSync(path, broken);
    const again = await follow(files);
    files.append("audit.log", `${line("b")}\n`);
    await again.until("b");
    await again.stop();
  }
});

Deno.test("a directory that cannot be written to is told once, and lines come all the same", async () => {
  using files = new Files();
  files.write("audit.log", "");
  files.write("state", "no directory");
  const following = await follow(files);
  files.append("audit.log", `${line("a")}\n`);
  await following.until("a");
  files.append("audit.log", `${line("b")}\n`);
  await following.until("a", "b");
  const { said } = await following.stop();
  assert(said.length === 1 && said[0]!.includes("cannot be kept"), said.join());
});

Deno.test("a directory that is gone is made again", async () => {
  using files = new Files();
  files.write("audit.log", "");
  const following = await follow(files);
  files.append("audit.log", `${line("a")}\n`);
  await following.until("a");
  const isEmpty = () => [...Deno.readDirSync(files.folder)].every(({ name }) => name !== "state");
  while (isEmpty()) await new Promise((resolve) => setTimeout(resolve, 5));
  Deno.removeSync(files.path("state"), { recursive: true });
  files.append("audit.log", `${line("b")}\n`);
  await following.until("a", "b");
  await following.stop();
  files.append("audit.log", `${line("c")}\n`);
  const again = await follow(files);
  await again.until("c");
  await again.stop();
});

Deno.test("a followed file may come later, and is read from its beginning then", async () => {
  using files = new Files();
  const following = await follow(files);
  files.write("audit.log", `${line("a")}\n`);
  await following.until("a");
  const { said } = await following.stop();
  assert(said.length === 1 && said[0]!.includes("there is no"), said.join());
  Deno.removeSync(files.path("audit.log"));
  assertEquals((await (await follow(files)).stop()).ids, []);
});

Deno.test("what cannot be followed is told as such", async () => {
  using files = new Files();
  Deno.mkdirSync(files.path("audit.log"));
  await assertRejects(follow(files), { code: "open-failed" });
});
