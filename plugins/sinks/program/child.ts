/** A program that runs and reads alerts from its standard input. */
import type { ByteWriter } from "../../../core/mod.ts";

/** So long a program that was told to end may take until it is killed. */
const GRACE_MS = 500;
/** Written at once: what a program takes of it is not known when it ends. */
const PART_BYTES = 16 << 10;
/** What a pipe holds that nobody has read yet: pipe(7). */
export const PIPE_BYTES = 64 << 10;

/** Becomes the program at a first line, which that never sees; when none comes it ends. */
const GATE = `IFS= read -r go && exec /bin/sh -c "$1"`;
const GO = new TextEncoder().encode("\n");

export class Child implements ByteWriter {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #begun: Promise<void>;
  #status: Deno.CommandStatus | undefined;
  /** Resolves when it has ended. */
  readonly ended: Promise<Deno.CommandStatus>;

  /**
   * Throws when there is no shell. What it prints goes where falcod's own goes. `expected` is told its id,
   * and nothing of the command runs before that resolves, or when falcod ends meanwhile.
   */
  constructor(command: string, expected: (pid: number) => Promise<void>) {
    this.#process = new Deno.Command("/bin/sh", {
      args: ["-c", GATE, "/bin/sh", command],
      stdin: "piped",
      stdout: "inherit",
      stderr: "inherit",
      // A group of its own: a Ctrl-C for falcod leaves it its last alerts, and all of it can be ended.
      detached: true,
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#input.closed.catch(() => {});
    this.#begun = expected(this.pid).then(() => this.#input.write(GO)).catch(() => {});
    this.ended = this.#process.status.then((status) => this.#status = status);
  }

  /** The id of the process, and of its group. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Absent: it runs. */
  get status(): Deno.CommandStatus | undefined {
    return this.#status;
  }

  async write(bytes: Uint8Array): Promise<number> {
    const part = bytes.subarray(0, PART_BYTES);
    await this.#begun;
    await this.#input.write(part);
    return part.length;
  }

  /** There is nothing more to read. Resolves when it has ended. */
  async finish(): Promise<Deno.CommandStatus> {
    await this.#begun;
    this.#input.close().catch(() => {});
    return await this.ended;
  }

  /** Ends it and all it has started in its group, by force if need be; what outlives it by itself may. */
  async kill(): Promise<void> {
    this.#input.abort().catch(() => {});
    if (this.#status) return;
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.#signal("SIGKILL"), GRACE_MS);
    await this.ended;
    clearTimeout(timer);
    this.#signal("SIGKILL");
  }

  #signal(signal: Deno.Signal): void {
    try {
      Deno.kill(-this.#process.pid, signal);
    } catch {
      // Nobody of the group is left.
    }
  }
}
