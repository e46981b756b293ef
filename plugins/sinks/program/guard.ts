/**
 * Ends programs whose falcod was killed. Most end by themselves, since nothing more comes; one that does not
 * read would stay for ever, and its group with it: the kernel's own signal for that (prctl(2),
 * PR_SET_PDEATHSIG) reaches a single process, and only if that asks for it.
 */

/** Reads the id of a group a line, nothing when it has ended. It may take as long as at a regular end. */
const SCRIPT = `
group=
while read -r next; do group=$next; done
if [ -n "$group" ]; then sleep 2; kill -s KILL -- "-$group"; fi
`;

/** A shell that waits for falcod's end. One for each sink, which has one program at a time. */
export class Guard {
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #group: number | undefined;

  /** Resolves when it will end the group, whatever becomes of falcod. */
  async watch(group: number): Promise<void> {
    this.#group = group;
    try {
      this.#writer ??= started();
    } catch {
      // Without a guard programs run all the same.
    }
    await this.#say(`${group}\n`);
  }

  /** It has ended by itself. */
  release(group: number): void {
    if (this.#group !== group) return;
    this.#group = undefined;
    void this.#say("\n");
  }

  /** Nobody is to be ended any more. */
  close(): void {
    if (this.#group !== undefined) this.release(this.#group);
    this.#writer?.close().catch(() => {});
    this.#writer = undefined;
  }

  async #say(line: string): Promise<void> {
    await this.#writer?.write(new TextEncoder().encode(line)).catch(() => {});
  }
}

function started(): WritableStreamDefaultWriter<Uint8Array> {
  const process = new Deno.Command("/bin/sh", {
    args: ["-c", SCRIPT],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    // What ends falcod's group is not to end who comes after it.
    detached: true,
  }).spawn();
  process.unref();
  const writer = process.stdin.getWriter();
  writer.closed.catch(() => {});
  return writer;
}
