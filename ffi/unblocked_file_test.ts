import { assert, assertEquals, assertThrows } from "../tests/assert.ts";
import { openUnblocked, WouldWait } from "./unblocked_file.ts";

async function withFolder(play: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
  try {
    await play(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("openUnblocked() reads a file to its end", async () => {
  await withFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "text");
    using file = openUnblocked(`${folder}/a`);
    assertEquals([1, 2].map(() => file.readSync(new Uint8Array(9))), [4, 0]);
  });
});

Deno.test("openUnblocked() waits at a named pipe neither for a writer nor for what it writes", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/pipe`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    using file = openUnblocked(path);
    assertEquals(file.readSync(new Uint8Array(9)), 0);
    using _writer = Deno.openSync(path, { read: true, write: true });
    assertThrows(() => file.readSync(new Uint8Array(9)), WouldWait);
  });
});

Deno.test("openUnblocked() throws what Deno.openSync() throws", async () => {
  await withFolder((folder) => {
    assertThrows(() => openUnblocked(`${folder}/missing`), Deno.errors.NotFound);
    assertThrows(() => openUnblocked(`${folder}/a\0b`), TypeError);
    Deno.writeTextFileSync(`${folder}/a`, "");
    assertThrows(() => openUnblocked(`${folder}/a/b`), Deno.errors.NotADirectory);
    using directory = openUnblocked(folder);
    assertThrows(() => directory.readSync(new Uint8Array(9)), Deno.errors.IsADirectory);
  });
});

Deno.test("openUnblocked() closes its file once, whoever has its number then", () => {
  const file = openUnblocked("/dev/null");
  file[Symbol.dispose]();
  // It gets the lowest number that is free.
  using other = openUnblocked("/proc/self/comm");
  file[Symbol.dispose]();
  assertThrows(() => file.readSync(new Uint8Array(9)));
  assert(other.readSync(new Uint8Array(9)) > 0);
});
