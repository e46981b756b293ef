/** Outputs of a falcod that runs: changed at SIGHUP, opened again at SIGUSR1. */
import { assert, assertEquals } from "../assert.ts";
import { httpReceiver } from "../peers/http_receiver.ts";
import { usersIn, withFalcod } from "./asking.ts";

Deno.test("changed outputs are taken over at SIGHUP: nothing is lost, the others go on", async () => {
  await using receiver = httpReceiver();
  const away = `
file_output: {enabled: true, filename: FOLDER/all.txt}
sinks:
  - {name: web, type: webhook, address: "http://127.0.0.1:1/", retry: {first: 1h, most: 1h}}
  - {name: old, type: file, filename: FOLDER/old.txt}
`;
  await withFalcod(away, async ({ falcod, ask, change, fileSays, folder }) => {
    await ask("alice", "bob");
    await falcod.until(() => falcod.error.includes('"web" failed and is tried again'));
    await change(`
file_output: {enabled: true, filename: FOLDER/all.txt}
sinks:
  - {name: new, type: file, filename: FOLDER/new.txt}
  - {name: web, type: webhook, address: "${receiver.url}"}
`);
    await ask("carol");
    await fileSays("new.txt", (text) => text.includes("carol"));
    await fileSays("all.txt", (text) => text.includes("carol"));
    assertEquals(await falcod.end(), 0, falcod.error);
    const read = (name: string) => usersIn(Deno.readTextFileSync(folder.file(name)));
    assertEquals(receiver.received.flatMap(({ body }) => usersIn(body).slice(0, 1)), [
      "alice",
      "bob",
      "carol",
    ]);
    assertEquals([read("all.txt"), read("old.txt"), read("new.txt")], [
      ["alice", "bob", "carol"],
      ["alice", "bob"],
      ["carol"],
    ]);
    assert(!falcod.error.includes("restart"), falcod.error);
    assert(!falcod.error.includes("lost"), falcod.error);
  });
});

Deno.test("dedup and outputs.rate are taken over at SIGHUP, and what they held back is told", async () => {
  const file = "file_output: {enabled: true, filename: FOLDER/all.txt}\n";
  await withFalcod(file, async ({ falcod, ask, change, fileSays, folder }) => {
    await ask("a", "a");
    await change(`${file}dedup: {keys: [rule], window: 1h}\n`);
    await ask("b", "c", "d");
    await change(`${file}outputs: {rate: 0.001, max_burst: 1}\n`);
    await ask("e", "f");
    await change(file);
    await ask("g");
    await fileSays("all.txt", (text) => text.includes("asked by g"));
    assertEquals(await falcod.end(), 0, falcod.error);
    const text = Deno.readTextFileSync(folder.file("all.txt"));
    assertEquals(usersIn(text), ["a", "a", "b", "d", "e", "g"]);
    assert(/2 more of Somebody asks in \d+ s, the last: asked by d/.test(text), text);
    assert(text.includes("1 more within 60 s than outputs.rate lets through"), text);
    assert(
      falcod.error.includes("1 held back by outputs.rate, 2 told of in others by dedup, 7 to file"),
      falcod.error,
    );
  });
});

Deno.test("SIGUSR1 opens files again that were put aside, also those of changed outputs", async () => {
  const file = (name: string) =>
    `file_output: {enabled: true, keep_alive: true, filename: FOLDER/${name}.txt}\n`;
  await withFalcod(file("one"), async ({ falcod, ask, change, fileSays, folder }) => {
    await ask("a");
    await fileSays("one.txt", (text) => text.includes("asked by a"));
    await change(file("two"));
    await ask("b");
    await fileSays("two.txt", (text) => text.includes("asked by b"));
    await Deno.rename(folder.file("two.txt"), folder.file("two.txt.1"));
    falcod.process.kill("SIGUSR1");
    await falcod.until(() => falcod.error.includes("SIGUSR1: outputs are opened again"));
    await ask("c");
    await fileSays("two.txt", (text) => usersIn(text).join() === "c");
    assertEquals(await falcod.end(), 0, falcod.error);
    assertEquals(usersIn(Deno.readTextFileSync(folder.file("two.txt.1"))), ["b"]);
  });
});

Deno.test("outputs that cannot work are not taken over at SIGHUP, the old ones go on", async () => {
  const file = "file_output: {enabled: true, filename: FOLDER/all.txt}\n";
  await withFalcod(file, async ({ falcod, ask, change, fileSays }) => {
    await ask("a");
    await change("file_output: {enabled: true, filename: FOLDER/none/all.txt}\n");
    await ask("b");
    await fileSays("all.txt", (text) => text.includes("asked by b"));
    await fileSays(
      "all.txt",
      (text) => /hot restart failure: the outputs stay as they were: "file_output\.file/.test(text),
    );
    assertEquals(await falcod.end(), 0, falcod.error);
  });
});

Deno.test("how much is logged, and where, is taken over at SIGHUP", async () => {
  const quiet = "log_level: warning\nfile_output: {enabled: true, filename: FOLDER/all.txt}\n";
  await withFalcod(quiet, async ({ falcod, ask, change, folder }) => {
    assert(!falcod.error.includes("configuration from"), falcod.error);
    await change(quiet.replace("warning", "info"));
    const told = falcod.error.length;
    const path = folder.file("falco.yaml");
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replace("all.txt", "new.txt") + "log_stderr: false\n");
    falcod.process.kill("SIGHUP");
    for (let said = ""; !said.includes("asked by a");) {
      await ask("a");
      said = await Deno.readTextFile(folder.file("new.txt")).catch(() => "");
    }
    assertEquals(await falcod.end(), 0, falcod.error);
    const rest = falcod.error.slice(told);
    assert(rest.includes("SIGHUP: loading") && !rest.includes("in effect"), rest);
  });
});
