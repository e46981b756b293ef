/** falcod at work in the background, as a service would run it. */
import { falcodCommand, type ProgramOptions } from "./program.ts";

/** Started, with its alerts and messages as they come. */
export class Running implements AsyncDisposable {
  readonly process: Deno.ChildProcess;
  out = "";
  error = "";
  readonly #isRead: Promise<unknown>;
  #news = Promise.withResolvers<void>();

  private constructor(args: readonly string[], options?: ProgramOptions) {
    this.process = falcodCommand(args, options).spawn();
    this.#isRead = Promise.all([
      this.#read(this.process.stdout, (text) => this.out += text),
      this.#read(this.process.stderr, (text) => this.error += text),
    ]);
  }

  /** Resolves when it watches; rejects with all it said when it never does. */
  static start(...args: readonly string[]): Promise<Running> {
    return Running.startUntil("falcod: watching", args);
  }

  /** Resolves when it has said so; rejects with all it said when it never does. */
  static async startUntil(
    ready: string,
    args: readonly string[],
    options?: ProgramOptions,
  ): Promise<Running> {
    const running = new Running(args, options);
    await running.until(() => running.error.includes(ready));
    return running;
  }

  /** Rejects when it ends before. */
  async until(isThere: () => boolean): Promise<void> {
    let hasEnded = false;
    this.#isRead.then(() => {
      hasEnded = true;
      this.#news.resolve();
    });
    while (!isThere()) {
      if (hasEnded) throw new Error(`falcod has ended:\n${this.error}`);
      await this.#news.promise;
    }
  }

  /** The exit code; afterwards `out` and `error` are complete. */
  async end(signal: "SIGTERM" | "SIGINT" | "SIGKILL" = "SIGTERM"): Promise<number> {
    try {
      this.process.kill(signal);
    } catch {
      // It has ended already.
    }
    await this.#isRead;
    return (await this.process.status).code;
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, take: (text: string) => void) {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      take(text);
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
