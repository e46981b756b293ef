import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import plugin from "./mod.ts";
import { OpenFile } from "./open_file.ts";
import { linesOf, place } from "./testing.ts";

const sinkAt = (path: string, keys: Record<string, unknown> = {}) =>
  plugin.create(plugin.schema.parse({ filename: path, ...keys }));

async function subject(keepAlive: boolean): Promise<SinkSubject> {
  const at = await place();
  const sink = sinkAt(`${at.folder}/inner/events.txt`, { keep_alive: keepAlive });
  await Deno.mkdir(`${at.folder}/inner`);
  return {
    sink,
    received: () => at.lines("inner/events.txt"),
    breakDown: () => Deno.remove(`${at.folder}/inner`, { recursive: true }),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await at[Symbol.asyncDispose]();
    },
  };
}

testSink("file", () => subject(false));
testSink("file kept open", () => subject(true));

Deno.test("file: what it makes is for its user only, unless told otherwise", async () => {
  await using at = await place();
  await sinkAt(at.path).write(formatted("1"));
  await sinkAt(`${at.folder}/open`, { mode: "0640" }).write(formatted("1"));
  assertEquals((await Deno.stat(at.path)).mode! & 0o777, 0o600);
  assertEquals((await Deno.stat(`${at.folder}/open`)).mode! & 0o777, 0o640);
});

Deno.test("file: alerts are appended to what is there", async () => {
  await using at = await place();
  await Deno.writeTextFile(at.path, "before\n");
  await sinkAt(at.path).write(formatted("1"));
  assertEquals(await at.lines(), ["before", "1"]);
});

Deno.test("file: after a rename, one that is kept open is written to until it is opened again", async () => {
  await using at = await place();
  const sink = sinkAt(at.path, { keep_alive: true });
  await sink.write(formatted("1"));
  await Deno.rename(at.path, `${at.folder}/old`);
  await sink.write(formatted("2"));
  await sink.reopen!();
  assertEquals(await at.lines(), []);
  await sink.write(formatted("3"));
  assertEquals([await at.lines("old"), await at.lines()], [["1", "2"], ["3"]]);
  await sink.close();
});

Deno.test("file: after a rename, one that is not kept open begins anew by itself", async () => {
  await using at = await place();
  const sink = sinkAt(at.path);
  await sink.write(formatted("1"));
  await Deno.rename(at.path, `${at.folder}/old`);
  await sink.write(formatted("2"));
  assertEquals([await at.lines("old"), await at.lines()], [["1"], ["2"]]);
});

Deno.test("file: hostile text stays text, broken UTF-8 becomes U+FFFD", async () => {
  await using at = await place();
  const controls = String.fromCharCode(...Array.from({ length: 32 }, (_, i) => i)).replace(
    "\n",
    "",
  );
  await sinkAt(at.path).write(formatted(`${controls}\ud800\udc80x`, "\udcff"));
  assertEquals(await at.lines(), [`${controls}\u{10080}x`, "\ufffd"]);
});

Deno.test("file: a FIFO without a reader does not hold anything up, one with a reader is written to", async () => {
  await using at = await place();
  await new Deno.Command("mkfifo", { args: [at.path] }).output();
  const sink = sinkAt(at.path);
  await assertRejects(() => sink.write(formatted("1")), {
    code: "unavailable",
    message: `Cannot write to ${at.path}: nobody reads from this FIFO`,
  });
  const reader = await Deno.open(at.path, { read: true, write: true });
  const lines = ["x".repeat(50_000), "y".repeat(50_000)];
  const writing = sink.write(formatted(...lines));
  let text = "";
  const chunk = new Uint8Array(65536);
  while (text.length < 100_002) {
    text += new TextDecoder().decode(chunk.subarray(0, (await reader.read(chunk)) ?? 0));
  }
  await writing;
  assertEquals(linesOf(text), lines);
  reader.close();
});

Deno.test("file: a reader of a FIFO that is behind is waited for until time is over", async () => {
  await using at = await place();
  await new Deno.Command("mkfifo", { args: [at.path] }).output();
  using _reader = await Deno.open(at.path, { read: true, write: true });
  const late = new AbortController();
  const lines = Array.from({ length: 10 }, () => "x".repeat(10_000));
  const writing = sinkAt(at.path).write(formatted(...lines), { signal: late.signal });
  late.abort();
  await assertRejects(() => writing, {
    code: "unavailable",
    message: `Cannot write to ${at.path}: its reader is behind`,
    accepted: 6,
  });
});

Deno.test("file: a full disk says how many alerts it took; the next begins on a line of its own", async () => {
  await assertRejects(() => sinkAt("/dev/full").write(formatted("1")), {
    code: "unavailable",
    message: "Cannot write to /dev/full: the disk is full",
    accepted: 0,
  });
});

Deno.test("file: a directory and a missing one are said to be that", async () => {
  await using at = await place();
  await assertRejects(() => sinkAt(at.folder).write(formatted("1")), {
    message: `Cannot write to ${at.folder}: it is a directory`,
  });
  await assertRejects(() => sinkAt(`${at.folder}/none/x`).write(formatted("1")), {
    message: `Cannot write to ${at.folder}/none/x: there is no directory ${at.folder}/none`,
  });
});

Deno.test("file: a path that begins as only a shell's does is told what to be", async () => {
  const helps = async (filename: string) =>
    (await plugin.check!(plugin.schema.parse({ filename }))).map(({ help }) => help);
  assertEquals(await helps("~/alerts.txt"), ['"~" is no folder here: write all of it, or ${HOME}']);
  assertEquals(await helps("/nowhere/~/alerts.txt"), [
    "make its folder, or name a file that falcod may write to",
  ]);
});

Deno.test("file: whose folder is there and who may not write is not told to make it", async () => {
  // Not even root may.
  const filename = "/proc/sys/kernel/ostype";
  assertEquals(await plugin.check!(plugin.schema.parse({ filename })), [{
    path: ["filename"],
    what: `cannot write to "${filename}": falcod may not`,
    help: "let the user that falcod runs as write there, or name another file",
  }]);
});

Deno.test("file: links of the owner are followed, also to what is not there yet", async () => {
  await using at = await place();
  await Deno.mkdir(`${at.folder}/log`);
  await Deno.symlink("log/real.txt", at.path);
  const sink = sinkAt(at.path);
  await sink.write(formatted("1"));
  await sink.write(formatted("2"));
  assertEquals(await at.lines("log/real.txt"), ["1", "2"]);
});

Deno.test("file: links in a circle end", async () => {
  await using at = await place();
  await Deno.symlink(at.path, at.path);
  await assertRejects(() => sinkAt(at.path).write(formatted("1")), { code: "unavailable" });
});

Deno.test("file: /dev/stdout is a file, too", async () => {
  const script = `
    import plugin from ${JSON.stringify(new URL("./mod.ts", import.meta.url).href)};
    const sink = plugin.create(plugin.schema.parse({ filename: "/dev/stdout" }));
    await sink.write([{ line: "1" }, { line: "2" }]);
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    stderr: "inherit",
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "1\n2\n");
});

Deno.test({
  name: "file: what others may have laid in a directory open to all is not written to",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await using at = await place();
    const open = `${at.folder}/tmp`, secret = `${at.folder}/secret`;
    await Deno.mkdir(open);
    await Deno.chmod(open, 0o1777);
    await Deno.writeTextFile(secret, "");
    const stranger = 65534;
    await Deno.symlink(secret, `${open}/link`);
    await Deno.symlink(`${at.folder}/new`, `${open}/dangling`);
    await Deno.mkdir(`${at.folder}/target`);
    await Deno.symlink(`${at.folder}/target`, `${open}/folder`);
    await Deno.writeTextFile(`${open}/file`, "");
    for (const name of ["link", "dangling", "folder", "file"]) {
      await new Deno.Command("chown", { args: ["-h", String(stranger), `${open}/${name}`] })
        .output();
    }
    await Deno.link(secret, `${open}/hard`);
    for (const name of ["link", "dangling", "folder/x", "file", "hard"]) {
      await assertRejects(() => sinkAt(`${open}/${name}`).write(formatted("1")), {
        code: "unavailable",
      });
    }
    assertEquals(await Deno.readTextFile(secret), "");
    assertEquals([...Deno.readDirSync(`${at.folder}/target`)], []);
    await sinkAt(`${open}/mine`).write(formatted("1"));
    await sinkAt(`${open}/mine`).write(formatted("2"));
    assertEquals(await at.lines("tmp/mine"), ["1", "2"]);
  },
});

Deno.test({
  name: "file: links that others may have laid in a directory of theirs are not followed",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await using at = await place();
    const theirs = `${at.folder}/theirs`, stranger = "65534";
    await Deno.mkdir(theirs);
    await Deno.writeTextFile(`${at.folder}/secret`, "");
    await Deno.symlink(`${at.folder}/secret`, `${theirs}/link`);
    await Deno.writeTextFile(`${theirs}/log`, "");
    await new Deno.Command("chown", { args: ["-hR", stranger, theirs] }).output();
    await Deno.link(`${at.folder}/secret`, `${theirs}/hard`);
    for (const name of ["link", "hard"]) {
      await assertRejects(() => sinkAt(`${theirs}/${name}`).write(formatted("1")), {
        code: "unavailable",
      });
    }
    assertEquals(await Deno.readTextFile(`${at.folder}/secret`), "");
    await sinkAt(`${theirs}/log`).write(formatted("1"));
    await sinkAt(`${theirs}/new`).write(formatted("1"));
    assertEquals([await at.lines("theirs/log"), await at.lines("theirs/new")], [["1"], ["1"]]);
  },
});

Deno.test("file: a write that a full disk cuts short counts what is there", async () => {
  await using at = await place();
  const script = `
    import { FileSink } from ${JSON.stringify(new URL("./file_sink.ts", import.meta.url).href)};
    const rotation = { maxSizeBytes: Infinity, maxAgeMs: Infinity, keep: 1, compress: false };
    const sink = new FileSink({ path: ${
    JSON.stringify(at.path)
  }, keepAlive: true, mode: 0o600, rotation });
    const lines = Array.from({ length: 9 }, (_, i) => ({ line: String(i).repeat(999) }));
    const error = await sink.write(lines).catch((error) => error);
    console.log(error.code, error.accepted);
  `;
  // A limit on the size of files is the disk that is full at 4.5 KB.
  const { stdout } = await new Deno.Command("bash", {
    args: [
      "-c",
      `trap '' XFSZ; ulimit -f 5; exec "$0" eval --no-check "$1"`,
      Deno.execPath(),
      script,
    ],
    env: { DENO_DIR: "", NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "unavailable 5\n");
});

const canMount = Deno.uid() === 0 &&
  (await new Deno.Command("unshare", { args: ["-m", "true"], stderr: "null" }).output()).success;

Deno.test({
  name: "file: once a full disk has room again, what is not there yet follows on lines of its own",
  ignore: !canMount,
  fn: async () => {
    await using at = await place();
    const script = `
      import plugin from ${JSON.stringify(new URL("./mod.ts", import.meta.url).href)};
      const sink = plugin.create(plugin.schema.parse({ filename: ${JSON.stringify(at.path)} }));
      const lines = Array.from({ length: 100 }, (_, i) => ({ line: String(i).padEnd(999, "-") }));
      const error = await sink.write(lines).catch((error) => error);
      console.log(error.code, error.accepted, error.message);
      Deno.removeSync(${JSON.stringify(`${at.folder}/ballast`)});
      await sink.write(lines.slice(error.accepted));
      console.log(Deno.readTextFileSync(${JSON.stringify(at.path)}));
    `;
    const { stdout } = await new Deno.Command("unshare", {
      args: [
        "-m",
        "sh",
        "-c",
        'mount -t tmpfs -o size=256k none "$2" && head -c 200000 /dev/zero > "$2/ballast" && ' +
        'exec "$0" eval --no-check "$1"',
        Deno.execPath(),
        script,
        at.folder,
      ],
      env: { NO_COLOR: "1" },
      stderr: "inherit",
    }).output();
    const [told, ...lines] = new TextDecoder().decode(stdout).trimEnd().split("\n");
    const [, accepted] = /^unavailable (\d+) .*: the disk is full$/.exec(told!) ?? [];
    assert(Number(accepted) > 10, told);
    const whole = lines.filter((line) => line.length === 999).map((line) => parseInt(line));
    assertEquals(whole, Array.from({ length: 100 }, (_, i) => i));
    assert(lines.length <= 101, `${lines.length}`);
  },
});

Deno.test({
  name:
    "file: a file system that is read-only is told to root, too, and nothing is made where one is not",
  ignore: !canMount,
  fn: async () => {
    await using at = await place();
    await Deno.writeTextFile(`${at.folder}/old`, "");
    const script = `
      import { fileFault } from ${JSON.stringify(new URL("./open_file.ts", import.meta.url).href)};
      for (const name of ["old", "new"]) {
        console.log((await fileFault(Deno.args[0] + "/" + name))?.what);
      }
    `;
    const told = async (options: string) => {
      const { stdout } = await new Deno.Command("unshare", {
        args: [
          "-m",
          "sh",
          "-c",
          'mount --bind "$2" "$2" && mount -o "remount,bind,$3" "$2" && ' +
          'exec "$0" eval --no-check "$1" "$2"',
          Deno.execPath(),
          script,
          at.folder,
          options,
        ],
        env: { NO_COLOR: "1" },
        stderr: "inherit",
      }).output();
      return new TextDecoder().decode(stdout).trimEnd().split("\n");
    };
    const why = (name: string) =>
      `cannot write to "${at.folder}/${name}": the file system is read-only`;
    assertEquals(await told("ro"), [why("old"), why("new")]);
    assertEquals(await told("rw"), ["undefined", "undefined"]);
    assertEquals([...Deno.readDirSync(at.folder)].map(({ name }) => name), ["old"]);
  },
});

Deno.test("OpenFile.open() does not make the way", async () => {
  await using at = await place();
  await assertRejects(() => OpenFile.open(`${at.folder}/a/b/c`, 0o600));
  assertEquals([...Deno.readDirSync(at.folder)], []);
});
