import { assert, assertEquals } from "../../tests/assert.ts";
import { BackgroundOutput, type ByteWriter } from "./background_output.ts";

/** Takes at most `limit` bytes at once; shows what came. */
function collecting(limit = Infinity) {
  const decoder = new TextDecoder();
  let text = "";
  const write = (bytes: Uint8Array) => {
    const taken = bytes.subarray(0, limit);
    text += decoder.decode(taken, { stream: true });
    return Promise.resolve(taken.length);
  };
  return { write, text: () => text };
}

const stuck: ByteWriter = { write: () => new Promise(() => {}) };

Deno.test("BackgroundOutput writes everything in order, in as many pieces as it takes", async () => {
  const writer = collecting(3);
  const output = new BackgroundOutput(writer, { isTerminal: false });
  output.write("first\n");
  output.write("second ä\n");
  await output.close(10_000);
  assertEquals(writer.text(), "first\nsecond ä\n");
  assertEquals(output.lost, 0);
});

Deno.test("BackgroundOutput waits for nobody and holds a bounded amount", async () => {
  const output = new BackgroundOutput(stuck, { isTerminal: false });
  const line = "x".repeat(1023) + "\n";
  for (let i = 0; i < 2000; i++) output.write(line);
  assert(output.lost > 1000, `${output.lost}`);
  await output.close(1);
});

Deno.test("BackgroundOutput goes on after a write that failed, and counts what it lost", async () => {
  const writer = collecting();
  let broken = true;
  const output = new BackgroundOutput({
    write: (bytes) => broken ? Promise.reject(new Error("disk full")) : writer.write(bytes),
  }, { isTerminal: false });
  output.write("lost\n");
  await new Promise((resolve) => setTimeout(resolve));
  broken = false;
  output.write("kept\n");
  await output.close(10_000);
  assertEquals([writer.text(), output.lost], ["kept\n", 1]);
});

Deno.test("BackgroundOutput tries again where nothing can be taken at the moment", async () => {
  const writer = collecting();
  let refusals = 2;
  const output = new BackgroundOutput({
    write: (bytes) =>
      refusals-- > 0 ? Promise.reject(new Deno.errors.WouldBlock("not now")) : writer.write(bytes),
  }, { isTerminal: false });
  output.write("late\n");
  await output.close(10_000);
  assertEquals(writer.text(), "late\n");
});
