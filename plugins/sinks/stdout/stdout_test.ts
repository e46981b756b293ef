import type { ByteWriter } from "../../../core/mod.ts";
import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import { StdoutSink } from "./mod.ts";

/** Takes at most `limit` bytes a call, as a pipe does that is nearly full. */
class Pipe implements ByteWriter {
  readonly #taken: Uint8Array[] = [];
  #error: Error | undefined;
  calls = 0;

  constructor(readonly limit = Infinity) {}

  write(bytes: Uint8Array): Promise<number> {
    this.calls++;
    if (this.#error) return Promise.reject(this.#error);
    const part = bytes.slice(0, this.limit);
    this.#taken.push(part);
    return Promise.resolve(part.length);
  }

  failWith(error: Error | undefined): void {
    this.#error = error;
  }

  async text(): Promise<string> {
    return await new Blob(this.#taken as BlobPart[]).text();
  }
}

function open(pipe: Pipe): () => Promise<SinkSubject> {
  return () =>
    Promise.resolve({
      sink: new StdoutSink(pipe),
      received: async () => (await pipe.text()).split("\n").slice(0, -1),
      breakDown: () => {
        pipe.failWith(new Deno.errors.BrokenPipe("Broken pipe"));
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
}

testSink("stdout", () => open(new Pipe())());
testSink("stdout in pieces", () => open(new Pipe(70_001))());

Deno.test("stdout: a batch is one write", async () => {
  const pipe = new Pipe();
  await new StdoutSink(pipe).write(formatted("1", "2", "3"));
  assertEquals(pipe.calls, 1);
});

Deno.test("stdout: a reader that is gone closes the sink, a full disk does not", async () => {
  const pipe = new Pipe();
  const sink = new StdoutSink(pipe);
  pipe.failWith(new Deno.errors.BrokenPipe("Broken pipe"));
  await assertRejects(() => sink.write(formatted("1")), { name: "SinkError", code: "closed" });
  pipe.failWith(new Error("No space left on device (os error 28)"));
  await assertRejects(() => sink.write(formatted("1")), { name: "SinkError", code: "unavailable" });
});

Deno.test("stdout: a writer that takes nothing is an error and no endless loop", async () => {
  const sink = new StdoutSink(new Pipe(0));
  await assertRejects(() => sink.write(formatted("1")), { code: "unavailable" });
});

Deno.test("stdout: what follows a line that broke off begins on a line of its own", async () => {
  const pipe = new Pipe(2);
  const sink = new StdoutSink(pipe);
  const failing = sink.write(formatted("12345"));
  pipe.failWith(new Error("No space left on device"));
  await assertRejects(() => failing, { code: "unavailable" });
  pipe.failWith(undefined);
  await sink.write(formatted("next"));
  assertEquals(await pipe.text(), "12\nnext\n");
});

Deno.test("stdout: the plugin writes to the real descriptor", async () => {
  const script = `
    import plugin from ${JSON.stringify(new URL("./mod.ts", import.meta.url).href)};
    const sink = plugin.create(plugin.schema.parse({}));
    await sink.write([{ line: "1" }, { line: "2" }]);
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    stderr: "inherit",
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "1\n2\n");
});

Deno.test("stdout: a non-blocking reader that is behind is waited for, no alert is lost", async () => {
  const pipe = new Pipe();
  let refusals = 2;
  const sink = new StdoutSink({
    write: (bytes) =>
      refusals-- > 0
        ? Promise.reject(new Deno.errors.WouldBlock("Resource temporarily unavailable"))
        : pipe.write(bytes),
  });
  await sink.write(formatted("1", "2"));
  assertEquals((await pipe.text()).split("\n").length, 3);
  assertEquals(pipe.calls, 1);
});
