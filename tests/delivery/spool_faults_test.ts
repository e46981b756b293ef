/** What becomes of alerts when falcod is killed in the middle, and when the disk is full. */
import { assert, assertEquals } from "../assert.ts";
import { noSmallDisk, withSmallDisk } from "../small_disk.ts";
import type { Outcome, Spooling } from "./spooling.ts";

const PROGRAM = new URL("spooling.ts", import.meta.url).pathname;

/** Takes batches as they come, one line each, and answers them. */
class Receiver implements Disposable {
  readonly #listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  readonly batches: string[][] = [];
  /** Asked before a batch is answered; after a refusal nothing is. */
  answers: () => boolean = () => true;

  constructor() {
    this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  get messages(): string[] {
    return this.batches.flat();
  }

  async #accept() {
    for await (const connection of this.#listener) this.#take(connection);
  }

  async #take(connection: Deno.TcpConn) {
    let text = "";
    try {
      for await (const part of connection.readable.pipeThrough(new TextDecoderStream())) {
        text += part;
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
          this.batches.push(text.slice(0, end).split(" "));
          text = text.slice(end + 1);
          if (!this.answers()) return;
          const writer = connection.writable.getWriter();
          await writer.write(Uint8Array.of(10));
          writer.releaseLock();
        }
      }
    } catch {
      // The other end was killed.
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(spooling: Spooling, wrap: readonly string[] = []) {
    const words = [...wrap, Deno.execPath(), "run", "-A", "--no-check", PROGRAM];
    this.#child = new Deno.Command(words[0]!, {
      args: [...words.slice(1), JSON.stringify(spooling)],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = linesOf(this.#child.stdout);
  }

  async line(): Promise<string> {
    const { value } = await this.#lines.next();
    assert(typeof value === "string", "the program ended early");
    return value;
  }

  async deliver(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(Uint8Array.of(10));
    writer.releaseLock();
  }

  async outcome(): Promise<Outcome> {
    return JSON.parse(await this.line());
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#child.stdin.close().catch(() => {});
    while (!(await this.#lines.next()).done);
  }
}

async function* linesOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let text = "";
  for await (const part of bytes.pipeThrough(new TextDecoderStream())) {
    text += part;
    const lines = text.split("\n");
    text = lines.pop()!;
    yield* lines;
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

Deno.test({
  name:
    "killed in mid-delivery, falcod delivers the rest when it is back; what came twice is marked",
  // The connection that was broken off is found out when the test is over.
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "falcod-killed-" });
    using receiver = new Receiver();
    try {
      const { port } = receiver;
      {
        await using first = new Program({ folder, port, count: 3000 });
        assertEquals(await first.line(), "accepted");
        const isReached = new Promise<void>((resolve) => {
          receiver.answers = () => {
            if (receiver.messages.length < 1000) return true;
            resolve();
            return false;
          };
        });
        await first.deliver();
        await isReached;
        await first.kill();
      }
      const before = receiver.messages;
      assert(before.length < 3000);
      receiver.answers = () => true;
      await using second = new Program({ folder, port, count: 0 });
      assertEquals(await second.line(), "accepted");
      await second.deliver();
      const { counters } = await second.outcome();
      const after = receiver.messages.slice(before.length);
      assertEquals(before, numbers(before.length));
      const marked = after.filter((message) => message.endsWith("!"));
      // The batch that was under way, and nothing else.
      assertEquals(marked, before.slice(-50).map((message) => `${message}!`));
      assertEquals(after.slice(marked.length), numbers(3000).slice(before.length));
      assertEquals([counters.repeated, counters.failed, counters.dropped], [50, 0, 0]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

const missing = await noSmallDisk();

Deno.test({
  name: `on a full disk alerts wait in memory, and all arrive in order${
    missing === undefined ? "" : ` (skipped: ${missing})`
  }`,
  ignore: missing !== undefined,
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "falcod-full-" });
    using receiver = new Receiver();
    try {
      const { port } = receiver;
      const under = withSmallDisk(folder, "256k");
      await using program = new Program({ folder, port, count: 5000, size: 500 }, under);
      assertEquals(await program.line(), "accepted");
      await program.deliver();
      const { counters, log } = await program.outcome();
      assertEquals(receiver.messages, numbers(5000));
      assertEquals([counters.delivered, counters.failed, counters.dropped], [5000, 0, 0]);
      assert(counters.spool!.failures > 0);
      const told = log.filter((line) => line.includes("The spool of output"));
      assert(/cannot be written \(No space left/.test(told[0]!), told[0]);
      assert(told.at(-1)!.includes("takes alerts again"), told.at(-1));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
