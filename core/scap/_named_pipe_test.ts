import { assert, assertRejects } from "../../tests/assert.ts";
import { InputError, openCapture } from "./input.ts";
import { createCapture, OutputError } from "./output.ts";

Deno.test("a named pipe is no capture: opening one would wait for ever", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const pipe = `${folder}/pipe.scap`;
    const made = await new Deno.Command("mkfifo", { args: [pipe] }).output();
    assert(made.success);
    await assertRejects(() => openCapture(pipe), (error) => {
      assert(error instanceof InputError && error.help?.includes(`"- <${pipe}"`));
      return true;
    });
    await assertRejects(() => createCapture(pipe), (error) => {
      assert(error instanceof OutputError && error.help?.includes(`"- >${pipe}"`));
      return true;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
