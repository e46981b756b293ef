import { assert, assertEquals } from "../../tests/assert.ts";
import type { FormattedAlert } from "../plugin/mod.ts";
import { DeadLetters } from "./dead_letters.ts";
import { alert, inFolder, Log } from "./testing.ts";

const formatter = { format: ({ message }: FormattedAlert["alert"]) => JSON.stringify({ message }) };
const lines = (...messages: string[]) =>
  messages.map((message) => ({ alert: alert(message), line: message }));

async function read(path: string) {
  const text = await Deno.readTextFile(path);
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

Deno.test("dead letters are lines of JSON with sink, reason and alert, for the owner only", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/dead`;
    const letters = new DeadLetters({ path, formatter, log: new Log() });
    letters.add("slack", lines("1", "2"), 'bad "request"');
    letters.add("loki", lines("3"), "too old");
    await letters.close();
    const found = await read(path);
    assertEquals(found.map(({ time: _, ...rest }) => rest), [
      { sink: "slack", reason: 'bad "request"', alert: { message: "1" } },
      { sink: "slack", reason: 'bad "request"', alert: { message: "2" } },
      { sink: "loki", reason: "too old", alert: { message: "3" } },
    ]);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  });
});

Deno.test("a file of dead letters that grows is put aside, once", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/dead`;
    const letters = new DeadLetters({ path, formatter, log: new Log(), maxBytes: 250 });
    for (const message of ["1", "2", "3", "4", "5"]) {
      letters.add("a", lines(message), "no");
      await letters.close();
    }
    assertEquals((await read(path)).map(({ alert }) => alert.message), ["5"]);
    assertEquals((await read(`${path}.1`)).map(({ alert }) => alert.message), ["3", "4"]);
  });
});

Deno.test("a queue that is given up as a whole is written as a whole", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/dead`;
    const log = new Log();
    const letters = new DeadLetters({ path, formatter, log });
    const queue = lines(...Array.from({ length: 10_001 }, (_, index) => String(index)));
    letters.add("a", queue, "no");
    letters.add("b", queue, "no");
    await letters.close();
    assertEquals((await read(path)).length, 2 * queue.length);
    assertEquals(log.lines, []);
  });
});

Deno.test("dead letters that wait for the disk have a bound, however long they are", async () => {
  await inFolder(async (folder) => {
    const log = new Log();
    const path = `${folder}/dead`;
    const letters = new DeadLetters({ path, formatter, log, maxBytes: 1 << 30 });
    letters.add("a", lines("first"), "no");
    const long = "x".repeat(40 << 20);
    for (let i = 0; i < 5; i++) letters.add("a", lines(long), "no");
    await letters.close();
    const kept = (await read(path)).map(({ alert }) => alert.message.length);
    assertEquals(kept, [5, long.length, long.length]);
    assert(log.lines[0]?.includes("the disk does not keep up"), log.lines[0]);
  });
});

Deno.test("dead letters follow no link and wait for no pipe; it is told once", async () => {
  await inFolder(async (folder) => {
    const log = new Log();
    await Deno.symlink(`${folder}/elsewhere`, `${folder}/link`);
    const { success } = await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
    assert(success);
    for (const name of ["link", "pipe", "no/such/folder"]) {
      const letters = new DeadLetters({ path: `${folder}/${name}`, formatter, log });
      letters.add("a", lines("1"), "no");
      await letters.close();
      letters.add("a", lines("2"), "no");
      await letters.close();
    }
    assertEquals(log.lines.length, 3);
  });
});
