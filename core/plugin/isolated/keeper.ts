/**
 * A process that ends the programs of plugins when falcod is gone: they are no children of falcod's, and
 * the kernel tells only children that their parent has died. It is there while some plugin may run any.
 */
import type { OwnProgram } from "../../base/own_program.ts";

/** falcod's command for it. Each line it reads is a process group: `+4711` to end, `-4711` not any more. */
export const KEEPER_COMMAND = "plugin-keeper";

export interface KeeperOptions {
  readonly program: OwnProgram;
  readonly environment: Readonly<Record<string, string>>;
  readonly starting: <Process>(start: () => Process) => Process;
  /** What is wrong with it. */
  readonly warn: (line: string) => void;
}

const AGAIN_MS = 1000;

export class GroupKeeper {
  readonly #options: KeeperOptions;
  readonly #groups = new Set<number>();
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** The first one starts it. */
  add(group: number): void {
    this.#groups.add(group);
    if (this.#writer) this.#say(`+${group}\n`);
    else if (this.#timer === undefined) this.#start();
  }

  /** The group is gone, and its number may be another's soon. */
  remove(group: number): void {
    if (this.#groups.delete(group)) this.#say(`-${group}\n`);
  }

  /** It ends what is left, and itself. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#writer?.close().catch(() => {});
    this.#writer = undefined;
  }

  #start(): void {
    this.#timer = undefined;
    if (this.#isClosed) return;
    const { program, environment, starting } = this.#options;
    const command = new Deno.Command(program.path, {
      args: [...program.args, KEEPER_COMMAND],
      clearEnv: true,
      env: { ...environment },
      cwd: "/",
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    });
    try {
      const child = starting(() => command.spawn());
      child.unref();
      this.#writer = child.stdin.getWriter();
      this.#writer.closed.catch(() => {});
      void child.status.then(() => this.#again("has ended"));
    } catch (error) {
      return this.#again(`cannot be started: ${error instanceof Error ? error.message : error}`);
    }
    this.#say([...this.#groups].map((group) => `+${group}\n`).join(""));
  }

  #again(what: string): void {
    this.#writer = undefined;
    if (this.#isClosed) return;
    this.#options.warn(
      `the process that ends programs of plugins if falcod dies ${what}; it is started again`,
    );
    this.#timer = setTimeout(() => this.#start(), AGAIN_MS);
    Deno.unrefTimer(Number(this.#timer));
  }

  #say(lines: string): void {
    // That it has ended is told above.
    this.#writer?.write(new TextEncoder().encode(lines)).catch(() => {});
  }
}

/** Its other side: reads until there is no more, and gives the groups that are left then. */
export async function groupsToEnd(
  input: AsyncIterable<Uint8Array>,
): Promise<ReadonlySet<number>> {
  const groups = new Set<number>();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of input) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!.slice(0, 32);
      for (const line of lines) {
        const [, sign, number] = /^([+-])([1-9]\d{0,9})$/.exec(line) ?? [];
        // 1 would be every process there is.
        if (number === undefined || number === "1") continue;
        if (sign === "+") groups.add(Number(number));
        else groups.delete(Number(number));
      }
    }
  } catch {
    // Whoever wrote is gone all the same.
  }
  return groups;
}
