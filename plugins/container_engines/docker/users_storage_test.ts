import { dirname } from "node:path";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { type Clock, UsersStorage } from "./users_storage.ts";

const ID = "0123456789abcdef".repeat(4);
const USER = Deno.uid() || 1000;
const FOLDER = ".local/share/containers/storage/overlay-containers";
const NOTES = `${FOLDER}/containers.json`;
const SPEC = `${FOLDER}/${ID}/userdata/config.json`;
const TIMEOUT_MS = 5000;

const notes = JSON.stringify([{
  id: ID,
  names: ["web"],
  metadata: JSON.stringify({ "image-name": "localhost/own:1" }),
}]);
/** As much as is read of one file. */
const LARGE = `${notes}${" ".repeat(500 << 10)}`;
const spec = JSON.stringify({
  annotations: { "io.podman.annotations.privileged": "TRUE" },
  mounts: [{ type: "bind", source: "/srv", destination: "/data", options: [] }],
});

interface Machine extends Disposable {
  readonly folder: string;
  readonly home: string;
  readonly storage: UsersStorage;
  readonly write: (path: string, text: string) => void;
}

/** With one user, whose home has these files. */
function machine(
  files: Readonly<Record<string, string>>,
  { timeoutMs = TIMEOUT_MS, clock }: { readonly timeoutMs?: number; readonly clock?: Clock } = {},
): Machine {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "falcod-users-" }));
  const home = `${folder}/home/ana`;
  const write = (path: string, text: string) => {
    Deno.mkdirSync(dirname(`${home}/${path}`), { recursive: true });
    Deno.writeTextFileSync(`${home}/${path}`, text);
    if (Deno.uid() === 0) Deno.chownSync(`${home}/${path}`, USER, USER);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const passwd = `${folder}/passwd`;
  Deno.writeTextFileSync(
    passwd,
    `ana:x:${USER}:${USER}::${home}:/bin/sh\nbob:x:7:7::none:/bin/sh\n`,
  );
  return {
    folder,
    home,
    storage: new UsersStorage(timeoutMs, { passwd, run: `${folder}/run` }, clock),
    write,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

async function known({ storage }: Machine): Promise<readonly unknown[]> {
  const details = await storage.recall(ID, USER);
  return [details?.name, details?.privileged];
}

Deno.test("recall() knows of a user's container what podman has in the user's home", async () => {
  using users = machine({ [NOTES]: notes, [SPEC]: spec });
  const details = await users.storage.recall(ID, USER);
  assertEquals(
    [details?.name, details?.image, details?.privileged, details?.mounts.length],
    ["web", "localhost/own:1", true, 1],
  );
  assertEquals(await users.storage.recall("f".repeat(64), USER), undefined);
  assertEquals(await users.storage.recall(ID, USER + 1), undefined);
  assertEquals(await users.storage.recall(ID, 7), undefined);
});

Deno.test("recall() looks where what goes with the login is, and follows links to homes", async () => {
  using users = machine({});
  users.write(`../../run/${USER}/containers/vfs-containers/${ID}/userdata/config.json`, spec);
  assertEquals(await known(users), [undefined, true]);
  using moved = machine({ [NOTES]: notes });
  Deno.renameSync(`${moved.folder}/home`, `${moved.folder}/disk`);
  Deno.symlinkSync(`${moved.folder}/disk`, `${moved.folder}/home`);
  assertEquals(await known(moved), ["web", undefined]);
});

Deno.test("recall() follows no link out of what is the user's, wherever on the way it is", async () => {
  const parts = SPEC.split("/");
  for (let length = 1; length <= parts.length; length++) {
    using users = machine({ [NOTES]: notes, [SPEC]: spec });
    const path = `${users.home}/${parts.slice(0, length).join("/")}`;
    Deno.renameSync(path, `${users.folder}/elsewhere`);
    Deno.symlinkSync(`${users.folder}/elsewhere`, path);
    const isBelowNotes = length > FOLDER.split("/").length;
    assertEquals(await known(users), [isBelowNotes ? "web" : undefined, undefined], path);
  }
});

Deno.test({
  name: "recall() reads no files of others",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    using users = machine({ [NOTES]: notes, [SPEC]: spec });
    Deno.chownSync(`${users.home}/${NOTES}`, 0, 0);
    assertEquals(await known(users), [undefined, true]);
    Deno.chownSync(`${users.home}/${SPEC}`, USER + 1, USER);
    assertEquals(await known(users), [undefined, undefined]);
  },
});

Deno.test("recall() puts up with anything in the place of a file", async () => {
  using users = machine({ [NOTES]: notes });
  const path = `${users.home}/${SPEC}`;
  Deno.mkdirSync(dirname(path), { recursive: true });
  const others: Readonly<Record<string, () => void>> = {
    "nothing": () => {},
    "a huge one": () => {
      users.write(SPEC, "");
      Deno.truncateSync(path, 100 << 20);
    },
    "an empty one": () => users.write(SPEC, ""),
    "one that is not whole": () => users.write(SPEC, spec.slice(0, -5)),
    "a deep one": () => users.write(SPEC, "[".repeat(500_000)),
    "a folder": () => Deno.mkdirSync(path),
    "a pipe": () => {
      new Deno.Command("mkfifo", { args: [path] }).outputSync();
      if (Deno.uid() === 0) Deno.chownSync(path, USER, USER);
    },
    "a device": () => Deno.symlinkSync("/dev/zero", path),
  };
  for (const [title, make] of Object.entries(others)) {
    make();
    assertEquals(await known(users), ["web", undefined], title);
    await Deno.remove(path, { recursive: true }).catch(() => {});
  }
  users.write(SPEC, spec);
  assertEquals(await known(users), ["web", true]);
});

Deno.test("recall() puts up with files that are replaced, cut and turned into pipes as it reads", async () => {
  using users = machine({ [NOTES]: notes, [SPEC]: spec });
  const folder = dirname(`${users.home}/${SPEC}`);
  const mine = Deno.uid() === 0 ? `chown -R ${USER}:${USER} ${folder} 2>/dev/null;` : "";
  const script = `cd ${folder}; cp config.json ../kept; while test -e ../kept; do
    rm -rf config.json; mkfifo config.json; ${mine} rm -f config.json
    ln -s /dev/zero config.json; rm -f config.json; mkdir config.json; rmdir config.json
    cp ../kept config.json; ${mine} : > config.json; cp ../kept config.json; ${mine}
  done`;
  const hostile = new Deno.Command("sh", { args: ["-c", script], stderr: "null" }).spawn();
  const seen = new Set<unknown>();
  const until = performance.now() + 1500;
  while (performance.now() < until) {
    const [name, privileged] = await known(users);
    assertEquals(name, "web");
    seen.add(privileged);
  }
  await Deno.remove(`${folder}/../kept`);
  await hostile.status;
  for (const privileged of seen) assert(privileged === undefined || privileged === true);
});

Deno.test("recall() gives up on a user whose files take long, and is there again later", async () => {
  const clock = new TestClock();
  using users = machine({ [NOTES]: LARGE }, { timeoutMs: 40, clock });
  assertEquals(await known(users), ["web", undefined]);
  // So much was read that the next has to wait.
  const tooEarly = known(users);
  await clock.pass(50);
  assertEquals(await tooEarly, [undefined, undefined]);
  assertEquals(await known(users), [undefined, undefined]);
  const asked = clock.asked;
  await clock.pass(50);
  while (clock.asked === asked) await new Promise((resolve) => setTimeout(resolve, 1));
  await clock.pass(100);
  assertEquals(await known(users), ["web", undefined]);
});

Deno.test("recall() gives a user's files a small part of the time", async () => {
  const clock = new TestClock();
  using users = machine({ [NOTES]: LARGE }, { clock });
  const names: unknown[] = [];
  for (let round = 0; round < 3; round++) void known(users).then(([name]) => names.push(name));
  for (let read = 1; read <= 3; read++) {
    while (names.length < read) await new Promise((resolve) => setTimeout(resolve, 1));
    // The next one waits for as long as it takes.
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(names.length, read);
    await clock.pass(100);
  }
});

/** Time passes when it is told to. */
class TestClock {
  #nowMs = 0;
  /** How often it was asked: what reads asks when it is done. */
  asked = 0;
  readonly #waiting = new Set<{ readonly untilMs: number; readonly resolve: () => void }>();

  readonly nowMs = () => {
    this.asked++;
    return this.#nowMs;
  };
  readonly wait = (ms: number) =>
    new Promise<void>((resolve) => {
      this.#waiting.add({ untilMs: this.#nowMs + ms, resolve });
    });

  /** What waits for what comes of it is not waited for. */
  async pass(ms: number): Promise<void> {
    this.#nowMs += ms;
    for (const waiting of this.#waiting) {
      if (waiting.untilMs > this.#nowMs) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
