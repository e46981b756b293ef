/** The whole way, live: a child's own process tree is watched, nothing else. */
import { assert, assertEquals } from "../assert.ts";
import { falcod, falcodCommand, Folder } from "./program.ts";

/** A shell that does one thing for each line it is told. */
class Shell {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor() {
    this.#process = new Deno.Command("sh", {
      args: ["-c", 'while read -r line; do eval "$line"; done'],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
  }

  get processId(): number {
    return this.#process.pid;
  }

  async run(line: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#process.status;
  }
}

/** Lines of a stream, one after the other. */
function linesOf(stream: ReadableStream<Uint8Array>): AsyncIterator<string> {
  return (async function* () {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      yield* lines;
    }
    if (rest) yield rest;
  })();
}

async function until(lines: AsyncIterator<string>, pattern: RegExp): Promise<string> {
  const seen: string[] = [];
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${pattern} never came, only:\n${seen.join("\n")}`);
    if (pattern.test(value)) return value;
    seen.push(value);
  }
}

const probe = await falcod(["probe", "--json"]);
const isPossible: boolean = JSON.parse(probe.out).ok;
if (!isPossible) console.error("live tests are skipped, `falcod probe` says why:\n", probe.out);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test({
    name: `falcod alerts on what a watched process does and stops cleanly on ${signal}`,
    ignore: !isPossible,
    fn: async () => {
      await using shell = new Shell();
      const scope = ["--scope", `pid:${shell.processId}`];
      const options = ["-o", "json_output=true", "-o", "log_level=error"];
      const child = falcodCommand([...scope, ...options]).spawn();
      const alerts = linesOf(child.stdout), messages = linesOf(child.stderr);
      try {
        await until(messages, /^falcod: watching syscall with \d+ rules?$/);
        await shell.run("cat /etc/shadow");
        const alert = JSON.parse(await until(alerts, /Sensitive file read/));
        assertEquals(alert.output_fields["fd.name"], "/etc/shadow");
        assertEquals(alert.output_fields["proc.cmdline"], "cat /etc/shadow");
      } finally {
        child.kill(signal);
      }
      const summary = await until(messages, /^falcod: stopped; /);
      assert(/ 1 alert$/.test(summary), summary);
      await until(messages, /alerts of "Sensitive file read": 1/);
      assertEquals((await child.status).code, 0);
      await alerts.return?.();
      await messages.return?.();
    },
  });
}

Deno.test({
  name: "falcod -M stops by itself",
  ignore: !isPossible,
  fn: async () => {
    await using shell = new Shell();
    const { code, out, error } = await falcod(["-M", "0.2", "--scope", `pid:${shell.processId}`]);
    assertEquals([code, out], [0, ""], error);
    assert(error.includes("falcod: stopped; "), error);
  },
});

Deno.test({
  name: "falcod record leaves a capture without events when nothing happens, old name or new",
  ignore: !isPossible,
  fn: async () => {
    await using shell = new Shell();
    using folder = new Folder({ "old.scap": "\n\r\r\nof yesterday" });
    for (const name of ["old.scap", "new.scap"]) {
      const args = ["record", "-w", name, "-M", "0.2", "--scope", `pid:${shell.processId}`];
      const { code, error } = await falcod(args, { folder: folder.path });
      assertEquals(code, 0, error);
      assert(error.includes(`falcod: recorded 0 events into ${name}\n`), error);
      const { out } = await falcod(["replay", name, "--fields", "evt.num"], {
        folder: folder.path,
      });
      assertEquals(out, "", name);
    }
    assertEquals([...Deno.readDirSync(folder.path)].length, 2);
  },
});

Deno.test({
  name: "falcod starts though it is hung up on all the time, and reloads then",
  ignore: !isPossible,
  fn: async () => {
    await using shell = new Shell();
    const args = ["--scope", `pid:${shell.processId}`, "-o", "log_level=info"];
    const child = falcodCommand(["run", ...args]).spawn();
    const messages = linesOf(child.stderr);
    // From here on it listens.
    await until(messages, /configuration from /);
    const storm = setInterval(() => child.kill("SIGHUP"), 3);
    try {
      await until(messages, /^falcod: watching syscall with \d+ rules?$/);
      await until(messages, /: \d+ rules? (?:is|are) in effect$/);
    } finally {
      clearInterval(storm);
      child.kill("SIGTERM");
    }
    assertEquals((await child.status).code, 0);
    await Promise.all([messages.return?.(), child.stdout.cancel()]);
  },
});

Deno.test({
  name: "falcod record into a pipe ends quietly when its reader leaves",
  ignore: !isPossible,
  fn: async () => {
    await using shell = new Shell();
    const child = falcodCommand(["record", "-w", "-", "--scope", `pid:${shell.processId}`]).spawn();
    const messages = linesOf(child.stderr);
    await until(messages, /^falcod: recording into standard output$/);
    await child.stdout.cancel();
    await shell.run("cat /etc/hostname");
    assertEquals((await messages.next()).done, true);
    assertEquals((await child.status).code, 0);
  },
});
