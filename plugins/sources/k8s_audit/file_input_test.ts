import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { FileInput } from "./file_input.ts";
import { InputError } from "./input_error.ts";
import { Files, idsTaken, line } from "./testing.ts";

const options = { maxLineBytes: 4096 };

Deno.test("a file of audit events is read once, line by line", async () => {
  using files = new Files();
  const path = files.write("audit.log", `${line("a")}\n\n  \n${line("b")}`);
  const { ids, said, isReady } = await idsTaken(new FileInput(path, options));
  assertEquals([ids, said, isReady], [["a", "b"], [], true]);
});

Deno.test("a directory of audit logs is read file by file, the oldest first", async () => {
  using files = new Files();
  files.write("new.log", `${line("c")}\n`, { seconds: 300 });
  files.write("old.log", line("a"), { seconds: 100 });
  files.write("between.log", `${line("b")}\n`, { seconds: 200 });
  Deno.mkdirSync(files.path("folder"));
  const { ids } = await idsTaken(new FileInput(files.folder, options));
  assertEquals(ids, ["a", "b", "c"]);
});

Deno.test("lines that cannot be used are told once, with a sample, and passed over", async () => {
  using files = new Files();
  const path = files.write(
    "audit.log",
    [line("a"), "{not json\x1b[31m", "[]]", line("b", "x".repeat(9000)), line("c")].join("\n"),
  );
  const { ids, said, passedOver } = await idsTaken(new FileInput(path, options));
  assertEquals([ids, passedOver], [["a", "c"], ["too-large"]]);
  assertEquals(said.length, 1);
  assert(said[0]!.includes("line 2 of") && said[0]!.includes("{not json"), said[0]);
});

Deno.test("a file that is not there, and what is no file, are told as such", async () => {
  using files = new Files();
  await assertRejects(idsTaken(new FileInput(files.path("none"), options)), {
    code: "open-failed",
  });
  await assertRejects(idsTaken(new FileInput("/dev/null", options)), { code: "no-file" });
});

Deno.test("a file in which nothing is JSON is refused when the others have been read", async () => {
  using files = new Files();
  files.write("a.scap", "not\nJSON\n", { seconds: 100 });
  files.write("b.log", `${line("b")}\n`, { seconds: 200 });
  files.write("empty.log", "\n", { seconds: 300 });
  files.write("other.log", '{"kind":0}\n', { seconds: 400 });
  const taken: string[] = [];
  await assertRejects(
    idsTaken(new FileInput(files.folder, options), { taken: (id) => void taken.push(id) }),
    (error) => {
      assert(error instanceof InputError);
      assertEquals([error.code, taken], ["no-log", ["b"]]);
      return error.message.includes("a.scap");
    },
  );
});

Deno.test("reading ends when the run does, and waits while too much is waiting", async () => {
  using files = new Files();
  const path = files.write("audit.log", `${line("a")}\n${line("b")}\n${line("c")}\n`);
  const stop = new AbortController();
  const stopped = await idsTaken(new FileInput(path, options), {
    signal: stop.signal,
    taken: (id) => id === "b" && stop.abort(),
  });
  assertEquals(stopped.ids, ["a", "b"]);
  const busy = await idsTaken(new FileInput(path, options), { busyTimes: 2 });
  assertEquals(busy.ids, ["a", "b", "c"]);
});
