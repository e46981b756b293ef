import { SinkError } from "../../../core/mod.ts";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import plugin from "./mod.ts";
import { ProgramSink } from "./program_sink.ts";

interface Place extends AsyncDisposable {
  readonly folder: string;
  /** Quoted for the shell. */
  readonly file: string;
  text(): Promise<string>;
  lines(): Promise<string[]>;
  /** Waits until the file has so many lines. */
  linesOnce(count: number): Promise<string[]>;
}

async function place(): Promise<Place> {
  const folder = await Deno.makeTempDir();
  const text = () => Deno.readTextFile(`${folder}/out`).catch(() => "");
  const lines = async () => (await text()).split("\n").slice(0, -1);
  return {
    folder,
    file: `'${folder}/out'`,
    text,
    lines,
    linesOnce: async (count) => {
      for (;;) {
        const found = await lines();
        if (found.length >= count) return found;
        await pause();
      }
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const pause = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));

function log() {
  const told: string[] = [];
  const say = (text: string) => void told.push(text);
  return { told, log: { debug: say, info: say, warning: say, error: say } };
}

const sinkOf = (program: string, keys: Record<string, unknown> = {}, context = log()) =>
  plugin.create(plugin.schema.parse({ program, ...keys }), context);

async function subject(keys: Record<string, unknown>): Promise<SinkSubject> {
  const at = await place();
  const sink = sinkOf(`cd '${at.folder}' && test ! -e down && cat >> out`, keys);
  return {
    sink,
    received: async () => {
      await sink.close();
      return await at.lines();
    },
    breakDown: () => Deno.writeTextFile(`${at.folder}/down`, ""),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await at[Symbol.asyncDispose]();
    },
  };
}

testSink("program", () => subject({ check_status: true }));
testSink("program kept alive", () => subject({ keep_alive: true }), {
  broken: "what the pipe took before the program ended counts as written",
});

Deno.test("program: each alert has a program of its own, unless it is kept alive", async () => {
  await using at = await place();
  const command = `echo start >> ${at.file}; cat >> ${at.file}; echo end >> ${at.file}`;
  await sinkOf(command).write(formatted("1", "2"));
  assertEquals(await at.lines(), ["start", "1", "end", "start", "2", "end"]);
  await Deno.remove(`${at.folder}/out`);
  const kept = sinkOf(command, { keep_alive: true });
  await kept.write(formatted("1", "2"));
  await kept.write(formatted("3"));
  await kept.close();
  assertEquals(await at.lines(), ["start", "1", "2", "3", "end"]);
  assertEquals([sinkOf(command).batchSize, kept.batchSize], [1, undefined]);
});

Deno.test("program: SIGUSR1 has one that is kept alive finish and starts another", async () => {
  await using at = await place();
  const sink = sinkOf(`echo start >> ${at.file}; cat >> ${at.file}; echo end >> ${at.file}`, {
    keep_alive: true,
  });
  await sink.reopen!();
  assertEquals(await at.lines(), []);
  await sink.write(formatted("1"));
  await sink.reopen!();
  await sink.write(formatted("2"));
  await sink.close();
  assertEquals(await at.lines(), ["start", "1", "end", "start", "2", "end"]);
});

Deno.test("program: one that reads nothing is no failure, a status is told once", async () => {
  const { told, ...context } = log();
  const sink = sinkOf("exit 7", {}, { told, ...context });
  await sink.write(formatted("1", "2", "x".repeat(200_000)));
  assertEquals(told, ["The program has ended with status 7"]);
});

Deno.test("program: what the shell could not start has not taken the alert, and it is not sent again", async () => {
  const { told, ...context } = log();
  const missing = sinkOf("exec 2>/dev/null; no-such-program", {}, { told, ...context });
  await assertRejects(() => missing.write(formatted("1")), {
    code: "rejected",
    message: "The program has ended with status 127 (the shell could not start it)",
    accepted: 0,
  });
  assertEquals(told, []);
});

Deno.test("program: every status counts in a trial, also of one that is kept alive", async () => {
  for (const keep_alive of [false, true]) {
    const { told, ...context } = log();
    const trial = { signal: new AbortController().signal, isTrial: true };
    const tried = (program: string) =>
      sinkOf(program, { keep_alive }, { told, ...context }).write(formatted("1"), trial);
    await assertRejects(() => tried("cat > /dev/null; exit 3"), {
      code: "unavailable",
      message: "The program has ended with status 3",
    });
    await tried("cat > /dev/null");
    assertEquals(told, []);
  }
});

Deno.test("program: with check_status an alert counts as taken when its program ended well", async () => {
  const sink = sinkOf("read line; test $line = 1", { check_status: true });
  await assertRejects(() => sink.write(formatted("1", "2", "1")), {
    code: "unavailable",
    message: "The program has ended with status 1",
    accepted: 1,
  });
});

Deno.test("program: one that does not read is stopped with all it started when time is over", async () => {
  await using at = await place();
  for (const keep_alive of [true, false]) {
    const sink = sinkOf(`sleep 1000 | (echo $$ > ${at.file}; trap '' TERM; sleep 1000)`, {
      keep_alive,
    });
    const late = new AbortController();
    const writing = sink.write(formatted("x".repeat(300_000)), { signal: late.signal });
    const [group] = await at.linesOnce(1);
    late.abort(new SinkError("unavailable", "no answer within 1 ms"));
    await assertRejects(() => writing, {
      code: "unavailable",
      message: "The program was stopped: no answer within 1 ms",
      accepted: 0,
    });
    // The kernel takes a moment for it.
    while ((await runningIn(Number(group))).length > 0) await pause();
    await sink.close();
    await Deno.remove(`${at.folder}/out`);
  }
});

Deno.test("program: an alert whose program was stopped has not arrived, whatever its status", async () => {
  for (const command of ["sleep 1000", "trap 'exit 0' TERM; sleep 1000 & wait"]) {
    const { told, ...context } = log();
    const sink = sinkOf(command, {}, { told, ...context });
    const late = new AbortController();
    const writing = sink.write(formatted("1"), { signal: late.signal });
    await pause(50);
    late.abort(new SinkError("unavailable", "no answer within 1 ms"));
    await assertRejects(() => writing, { code: "unavailable", accepted: 0 });
    assertEquals(told, []);
  }
});

Deno.test("program: one that does not come to an end is stopped, and that is told", async () => {
  const { told, ...context } = log();
  const settings = { command: "sleep 1000", keepAlive: true, checkStatus: false };
  const sink = new ProgramSink(settings, { ...context, finishMs: 20 });
  await sink.write(formatted("1"));
  await sink.close();
  assertEquals(told, [
    "The program did not come to an end: it was stopped, what it had not read yet is lost",
  ]);
});

Deno.test("program: close() does not wait for one that hangs", async () => {
  const sink = sinkOf("sleep 1000", { keep_alive: true });
  const writing = sink.write(formatted("x".repeat(300_000)));
  await pause(50);
  await Promise.all([assertRejects(() => writing, { code: "unavailable" }), sink.close()]);
  await assertRejects(() => sink.write(formatted("1")), { code: "closed" });
});

Deno.test("program: one that has ended is started again, and the end is told", async () => {
  await using at = await place();
  const { told, ...context } = log();
  const command = `read a; echo "$a" >> ${at.file}; exit 3`;
  const sink = sinkOf(command, { keep_alive: true }, { told, ...context });
  for (const line of ["1", "2"]) {
    await sink.write(formatted(line));
    await at.linesOnce(Number(line));
    while (told.length < 1) await pause();
  }
  await sink.close();
  assertEquals(await at.lines(), ["1", "2"]);
  assert(
    told[0]!.startsWith("The program has ended with status 3: it is started again"),
    told[0],
  );
});

Deno.test("program: how much one read before it ended is known but for what a pipe holds", async () => {
  await using at = await place();
  const sink = sinkOf(`head -c 200000 > ${at.file}`, { keep_alive: true });
  const lines = Array.from({ length: 100 }, (_, i) => String(i).padEnd(9999, "x"));
  const error = await sink.write(formatted(...lines)).catch((error) => error);
  assert(error instanceof SinkError, String(error));
  const { accepted = 0 } = error;
  assert(accepted > 10 && accepted <= 20, String(accepted));
  await sink.close();
});

Deno.test("program: hostile text is data, not shell", async () => {
  await using at = await place();
  const lines = ["$(touch x) `touch x` ; ' \" \\ \u0000 \u001b[2J", "\ud800"];
  await sinkOf(`cd '${at.folder}'; cat > out`).write(formatted(lines[0]!));
  assertEquals(await at.lines(), [lines[0]]);
  await sinkOf(`cat > ${at.file}`).write(formatted(lines[1]!));
  assertEquals(await at.lines(), ["\ufffd"]);
  assertEquals([...Deno.readDirSync(at.folder)].length, 1);
});

/** Processes of a group that are not dead. */
async function runningIn(group: number): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pgid=,stat=,args="] }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => {
    const [, id, state] = /^\s*(\d+)\s+(\S+)/.exec(line) ?? [];
    return Number(id) === group && !state!.startsWith("Z");
  });
}

Deno.test("program: one that is not there is told before the first alert, what the shell knows is not", async () => {
  const told = async (program: string) => {
    const faults = await plugin.check!(plugin.schema.parse({ program }));
    return faults.map(({ path, what }) => `${path}: ${what}`);
  };
  for (
    const good of [
      "cat >> /x",
      " sh -c true",
      "while read -r x; do :; done",
      "X=1 no-such",
      "$X y",
      "{ a; }",
    ]
  ) {
    assertEquals(await told(good), [], good);
  }
  for (const name of ["no-such-program", "/no/such", "/dev/null/x"]) {
    const where = name.startsWith("/") ? "" : " in the folders of PATH";
    const expected = [`program: there is no "${name}"${where}`];
    assertEquals(await told(`${name} '{text: .output}' | cat`), expected);
    assertEquals(await told(name), expected);
  }
  assertEquals(await told("/etc/passwd;"), ['program: "/etc/passwd" is no program']);
});
