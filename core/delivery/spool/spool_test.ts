import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { alert, inFolder, Log, openSpool } from "../testing.ts";
import type { OutputValue } from "../../alert/mod.ts";
import { alertFromText, alertToText } from "./alert_text.ts";
import { encodeEntry } from "./entry.ts";
import type { Spool } from "./spool.ts";

const entries = (...texts: string[]) => texts.map((text) => ({ acceptedMs: 1, text }));

async function texts(spool: Spool, limit = 100): Promise<string[]> {
  return (await spool.take(limit)).map(({ entry, again }) =>
    `${entry?.text ?? "spoilt"}${again ? " again" : ""}`
  );
}

function segmentsOf(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".spool")).sort();
}

/** Ends as a process does that is killed: nothing more is written. */
async function kill(spool: Spool, folder: string, copy: string): Promise<void> {
  await Deno.mkdir(copy);
  await Deno.chmod(copy, 0o700);
  for (const { name } of Deno.readDirSync(folder)) {
    await Deno.copyFile(`${folder}/${name}`, `${copy}/${name}`);
  }
  await spool.close();
}

Deno.test("a spool hands out what was appended, in order, while more is appended", async () => {
  await inFolder(async (folder) => {
    const spool = await openSpool(folder);
    await spool.append(entries("1", "2", "3"));
    assertEquals(await texts(spool, 2), ["1", "2"]);
    await spool.append(entries("4"));
    assertEquals([await texts(spool), await texts(spool), spool.unread], [["3", "4"], [], 0]);
    await spool.close();
  });
});

Deno.test("what was not settled is handed out again in the next run, with a mark", async () => {
  await inFolder(async (folder) => {
    const first = await openSpool(folder);
    await first.append(entries("1", "2", "3", "4"));
    await first.take(1);
    await first.settle(1);
    await first.take(2);
    await first.close();
    const second = await openSpool(folder);
    assertEquals(second.unread, 3);
    await second.append(entries("5"));
    assertEquals(await texts(second), ["2 again", "3 again", "4", "5"]);
    await second.settle(4);
    await second.close();
    const third = await openSpool(folder);
    assertEquals([third.unread, await texts(third)], [0, []]);
    await third.close();
  });
});

Deno.test("a run that is killed leaves all it accepted, and marks what may have arrived", async () => {
  await inFolder(async (folder) => {
    const spool = await openSpool(`${folder}/a`);
    await spool.append(entries("1", "2", "3"));
    await spool.take(2);
    await kill(spool, `${folder}/a`, `${folder}/b`);
    const next = await openSpool(`${folder}/b`);
    assertEquals(await texts(next), ["1 again", "2 again", "3"]);
    await next.close();
  });
});

Deno.test("segments that a killed run left empty do not hide what is appended behind them", async () => {
  await inFolder(async (folder) => {
    const first = await openSpool(folder);
    await first.append(entries("1"));
    await first.close();
    for (const number of [7, 8, 9]) {
      Deno.writeTextFileSync(`${folder}/${String(number).padStart(16, "0")}.spool`, "");
    }
    const spool = await openSpool(folder);
    assertEquals(await texts(spool), ["1"]);
    // Reads to the end of the last one, and all of them go.
    assertEquals(await texts(spool), []);
    await spool.settle(1);
    assertEquals(segmentsOf(folder), []);
    await spool.append(entries("2", "3"));
    assertEquals([await texts(spool), spool.unread], [["2", "3"], 0]);
    await spool.close();
  });
});

Deno.test("without its cursor a spool hands out all it has, with a mark", async () => {
  await inFolder(async (folder) => {
    const spool = await openSpool(folder);
    await spool.append(entries("1", "2"));
    await spool.close();
    await Deno.writeFile(`${folder}/cursor`, new Uint8Array(128).fill(7));
    const next = await openSpool(folder);
    assertEquals(await texts(next), ["1 again", "2 again"]);
    await next.close();
  });
});

Deno.test("a segment that is older than its cursor was put back: its alerts go out, with a mark", async () => {
  await inFolder(async (folder) => {
    const spool = await openSpool(folder);
    await spool.append(entries("1", "2"));
    const [name] = segmentsOf(folder);
    const bytes = await Deno.readFile(`${folder}/${name}`);
    await spool.close();
    for (const text of ["3", "4"]) {
      const next = await openSpool(folder);
      await next.append(entries(text));
      await texts(next);
      await next.settle(3);
      await next.close();
    }
    // What it wrote last is removed by the next one.
    await (await openSpool(folder)).close();
    assertEquals(segmentsOf(folder), []);
    await Deno.writeFile(`${folder}/${name}`, bytes);
    const log = new Log();
    const restored = await openSpool(folder, { log });
    assertEquals([restored.unread, await texts(restored)], [2, ["1 again", "2 again"]]);
    assertEquals(log.lines.length, 1);
    await restored.close();
  });
});

Deno.test("a tail that was not written to its end is cut off, wherever it breaks off", async () => {
  const whole = encodeEntry({ acceptedMs: 1, text: "torn" });
  for (let length = 1; length < whole.length; length++) {
    await inFolder(async (folder) => {
      const log = new Log();
      const spool = await openSpool(folder);
      await spool.append(entries("1", "2"));
      await spool.close();
      const path = `${folder}/${segmentsOf(folder)[0]}`;
      const before = (await Deno.stat(path)).size;
      await Deno.writeFile(path, whole.subarray(0, length), { append: true });
      const next = await openSpool(folder, { log });
      assertEquals((await Deno.stat(path)).size, before);
      assertEquals([next.unread, log.lines.length], [2, 1]);
      await next.append(entries("3"));
      assertEquals(await texts(next), ["1", "2", "3"]);
      await next.close();
    });
  }
});

Deno.test("an entry whose bytes are spoilt is passed over, the others come", async () => {
  await inFolder(async (folder) => {
    const spool = await openSpool(folder);
    await spool.append(entries("first", "second", "third"));
    await spool.close();
    const path = `${folder}/${segmentsOf(folder)[0]}`;
    const bytes = await Deno.readFile(path);
    const at = new TextDecoder("latin1").decode(bytes).indexOf("second");
    bytes[at]! ^= 1;
    await Deno.writeFile(path, bytes);
    const next = await openSpool(folder);
    assertEquals(await texts(next), ["first", "spoilt", "third"]);
    await next.close();
  });
});

Deno.test("an alert of any length comes back, and those behind it", async () => {
  await inFolder(async (folder) => {
    const spool = await openSpool(folder, { maxBytes: 256 << 20 });
    const long = alert("m", { fields: new Map([["text", "\udc80".repeat(8 << 20)]]) });
    await spool.append([{ acceptedMs: 1, text: alertToText(long) }, ...entries("behind")]);
    const [first, ...others] = await spool.take(9);
    assertEquals(alertFromText(first?.entry?.text ?? ""), long);
    assertEquals([others.length, await texts(spool)], [0, ["behind"]]);
    await spool.close();
  });
});

Deno.test("files that are no segments of a spool are left alone", async () => {
  await inFolder(async (folder) => {
    const first = await openSpool(folder);
    await first.append(entries("1"));
    await first.close();
    const names = ["9999999999999999.spool", "9007199254740991.spool", "1.spool", "x"];
    for (const name of names) await Deno.writeTextFile(`${folder}/${name}`, "y".repeat(99));
    await Deno.mkdir(`${folder}/0000000000000007.spool`);
    await Deno.symlink(`${folder}/x`, `${folder}/0000000000000008.spool`);
    const next = await openSpool(folder);
    await next.append(entries("2"));
    assertEquals(await texts(next), ["1", "2"]);
    await next.settle(2);
    await next.close();
    for (const name of names) assertEquals((await Deno.stat(`${folder}/${name}`)).size, 99);
  });
});

Deno.test("random bytes in a segment never make a spool throw or hang", async () => {
  let seed = 1;
  const dice = (most: number) => (seed = seed * 48271 % 0x7fffffff) % most;
  for (let round = 0; round < 40; round++) {
    await inFolder(async (folder) => {
      const spool = await openSpool(folder, { maxBytes: 4000 });
      for (let i = 0; i < 20; i++) await spool.append(entries(`text ${i}`, "x".repeat(dice(60))));
      await spool.close();
      for (const name of segmentsOf(folder)) {
        const bytes = await Deno.readFile(`${folder}/${name}`);
        for (let i = dice(4); i > 0; i--) bytes[8 + dice(bytes.length - 8)] = dice(256);
        await Deno.writeFile(`${folder}/${name}`, bytes);
      }
      const next = await openSpool(folder);
      let left = 100;
      while (next.unread > 0 && left-- > 0) {
        const taken = await next.take(7);
        await next.settle(taken.length);
      }
      assertEquals(next.unread, 0);
      await next.append(entries("after"));
      assertEquals(await texts(next), ["after"]);
      await next.close();
    });
  }
});

Deno.test("segments go when they are settled, and the limit of bytes holds", async () => {
  await inFolder(async (folder) => {
    const spool = await openSpool(folder, { maxBytes: 4096 });
    const kilobyte = "k".repeat(1000);
    let count = 0;
    await assertRejects(async () => {
      for (;;) {
        await spool.append(entries(kilobyte));
        count++;
      }
    }, { name: "SpoolFull" });
    assertEquals([count, spool.bytes <= 4096], [4, true]);
    assertEquals(segmentsOf(folder).length, 4);
    await spool.take(2);
    await spool.settle(2);
    assertEquals(segmentsOf(folder).length, 2);
    await spool.append(entries(kilobyte));
    assertEquals((await spool.take(9)).length, 3);
    await spool.close();
  });
});

Deno.test("a segment that somebody took away does not keep those behind it", async () => {
  await inFolder(async (folder) => {
    const log = new Log();
    const spool = await openSpool(folder, { maxBytes: 4096, log });
    const kilobyte = "k".repeat(1000);
    for (const text of ["1", "2", "3"]) await spool.append(entries(text + kilobyte));
    await Deno.remove(`${folder}/${segmentsOf(folder)[1]}`);
    const found = await texts(spool);
    assertEquals(found.map((text) => text.replace(kilobyte, "")), ["1", "spoilt", "3"]);
    await spool.settle(3);
    assertEquals([spool.unread, log.lines.length > 0], [0, true]);
    await spool.close();
  });
});

Deno.test("a spool is of one falcod at a time, and in a folder of its own", async () => {
  await inFolder(async (folder) => {
    const spool = await openSpool(folder);
    await assertRejects(() => openSpool(folder), /in use by another falcod/);
    await spool.close();
    await Deno.chmod(folder, 0o777);
    await assertRejects(() => openSpool(folder), /may be written by others/);
    await Deno.chmod(folder, 0o700);
    await Deno.symlink(folder, `${folder}/link`);
    await assertRejects(() => openSpool(`${folder}/link`), /is no folder/);
    assertEquals((await Deno.stat(`${folder}/cursor`)).mode! & 0o777, 0o600);
    await Deno.remove(`${folder}/lock`);
    await new Deno.Command("mkfifo", { args: [`${folder}/lock`] }).output();
    await assertRejects(() => openSpool(folder), /is no file/);
  });
});

Deno.test("alerts come back as they were: broken UTF-8, large integers, what JSON has no word for", () => {
  const given = alert("m\u0000\ud800\u2028", {
    timeNs: 2n ** 63n,
    tags: ["a", "\udfff"],
    output: "12:00:00.1: Warning \ud800",
    uuid: "one of its own",
    fields: new Map<string, OutputValue>([
      ["text", "\ud800x"],
      ["integer", 2n ** 64n - 1n],
      ["not a number", NaN],
      ["endless", -Infinity],
      ["none", null],
      ["list", [1, [2n, "x"], true]],
    ]),
  });
  assertEquals(alertFromText(alertToText(given)), given);
});

Deno.test("what is no alert reads as none", () => {
  const right = JSON.parse(alertToText(alert("m")));
  for (const text of ["", "null", "[]", "{}", '{"rule":1}']) {
    assertEquals(alertFromText(text), undefined);
  }
  for (const key of Object.keys(right)) {
    assertEquals(alertFromText(JSON.stringify({ ...right, [key]: { x: 1 } })), undefined, key);
  }
  assert(alertFromText(JSON.stringify(right)));
});
