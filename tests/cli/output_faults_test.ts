/** What a falcod that runs makes of being killed, and of disks that are full. */
import { assert, assertEquals } from "../assert.ts";
import { httpReceiver } from "../peers/http_receiver.ts";
import { noSmallDisk, withSmallDisk } from "../small_disk.ts";
import { usersIn, withFalcod } from "./asking.ts";
import { Folder } from "./program.ts";

const users = (count: number) => Array.from({ length: count }, (_, index) => `user${index}`);

Deno.test("killed in mid-delivery, falcod loses nothing that its spool had, and marks what came twice", async () => {
  await using receiver = httpReceiver();
  using folder = new Folder({});
  const isReached = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<void>();
  receiver.answer = async () => {
    if (receiver.received.length > 25) {
      isReached.resolve();
      await hold.promise;
    }
    return new Response();
  };
  const outputs = `
sinks:
  - name: web
    type: webhook
    address: ${receiver.url}
    timeout: 1h
    batch: {size: 10}
    spool: {enabled: true, path: FOLDER/spool}
`;
  await withFalcod(outputs, async ({ falcod, ask }) => {
    await ask(...users(60));
    await isReached.promise;
    await falcod.end("SIGKILL");
  }, { folder });
  // The last of them was not answered.
  const before = receiver.received.map(({ body }) => body);
  hold.resolve();
  receiver.answer = () => new Response();
  await withFalcod(outputs, async ({ falcod }) => {
    while (!receiver.received.at(-1)!.body.includes("user59")) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assertEquals(await falcod.end(), 0, falcod.error);
  }, { folder });
  const after = receiver.received.slice(before.length).map(({ body }) => body);
  const who = (bodies: readonly string[]) => bodies.map((body) => usersIn(body)[0]!);
  assertEquals(who(before), users(before.length));
  const again = after.filter((body) => body.includes('"falcod.repeated":true'));
  // A batch of ten was under way.
  assert(again.length <= 10, `${again.length}`);
  const twice = who(after).filter((user) => who(before).includes(user));
  assert(twice.every((user) => who(again).includes(user)), `${twice}`);
  assertEquals(new Set([...who(before), ...who(after)]).size, 60);
  assertEquals(who(after), users(60).slice(60 - after.length));
});

Deno.test("told twice to end, falcod does not wait for who takes no alerts, and says so", async () => {
  await using receiver = httpReceiver();
  const isReached = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<void>();
  receiver.answer = async () => {
    isReached.resolve();
    await hold.promise;
    return new Response();
  };
  const outputs = `sinks:\n  - {name: web, type: webhook, address: ${receiver.url}, timeout: 1h}\n`;
  await withFalcod(outputs, async ({ falcod, ask }) => {
    await ask("user0");
    await isReached.promise;
    falcod.process.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 300));
    assertEquals(await falcod.end("SIGINT"), 1);
    assert(falcod.error.includes("falcod: ends at once, at a second SIGINT"), falcod.error);
  });
  hold.resolve();
});

Deno.test("killed, falcod leaves no program behind that does not read", async () => {
  const program = "echo $$ > FOLDER/group; sleep 1000 | sleep 1001";
  const output = `program_output: {enabled: true, keep_alive: true, program: "${program}"}\n`;
  await withFalcod(output, async ({ falcod, ask, fileSays, folder }) => {
    await ask("somebody");
    await fileSays("group", (text) => text.endsWith("\n"));
    const group = Number(Deno.readTextFileSync(folder.file("group")));
    assert(livingIn(group) >= 2);
    await falcod.end("SIGKILL");
    while (livingIn(group) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });
});

/** Processes of a group that have not ended. proc_pid_stat(5): state, parent, group behind the name. */
function livingIn(group: number): number {
  const stats = [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name)).map(
    ({ name }) => {
      try {
        return Deno.readTextFileSync(`/proc/${name}/stat`).replace(/^.*\) /s, "").split(" ");
      } catch {
        return [];
      }
    },
  );
  return stats.filter(([state, , id]) => state !== "Z" && id === String(group)).length;
}

const missing = await noSmallDisk();

Deno.test({
  name: `on a full disk alerts are counted as lost, and detection and other outputs go on${
    missing === undefined ? "" : ` (skipped: ${missing})`
  }`,
  ignore: missing !== undefined,
  async fn() {
    using folder = new Folder({});
    await Deno.mkdir(folder.file("small"));
    const outputs = `
file_output: {enabled: true, filename: FOLDER/all.txt}
sinks:
  - {name: tight, type: file, filename: FOLDER/small/alerts.txt, retry: {attempts: 1, first: 1ms}}
  - name: spooled
    type: file
    filename: FOLDER/spooled.txt
    spool: {enabled: true, path: FOLDER/small/spool}
`;
    await withFalcod(outputs, async ({ falcod, ask, fileSays }) => {
      const long = (user: string) => `${user}_`.padEnd(2000, "x");
      await ask(...users(60).map(long));
      await fileSays("all.txt", (text) => text.includes("user59_"));
      await fileSays("spooled.txt", (text) => text.includes("user59_"));
      const inside = `/proc/${falcod.process.pid}/root${folder.file("small")}`;
      const tight = usersIn(await Deno.readTextFile(`${inside}/alerts.txt`));
      assertEquals(await falcod.end(), 1, falcod.error);
      const asked = users(60).map(long);
      const read = (name: string) => usersIn(Deno.readTextFileSync(folder.file(name)));
      assertEquals([read("all.txt"), read("spooled.txt")], [asked, asked]);
      assertEquals(tight.slice(0, 5), asked.slice(0, 5));
      assert(falcod.error.includes("No space left on device"), falcod.error);
      const lost = /output tight, alerts lost: (\d+)/.exec(falcod.error)?.[1];
      assertEquals(Number(lost), 60 - tight.filter((user) => user.length === 2000).length);
      assert(!falcod.error.includes("output spooled, alerts"), falcod.error);
    }, { folder, under: withSmallDisk(folder.file("small"), "64k") });
  },
});
