/** `falcod record` on a stage, and the alerts of what it wrote. */
import { assert, assertEquals } from "../assert.ts";
import type { SeenAlert, Stage } from "./harness.ts";

const FALCOD = ["run", "--no-prompt", "--allow-all", "main.ts"];
const BEGUN = "falcod: recording into";

export class Recording {
  readonly #child: Deno.ChildProcess;
  readonly #log: ReadableStreamDefaultReader<string>;
  #text = "";

  private constructor(stage: Stage, readonly file: string, args: readonly string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...FALCOD, "record", "-w", file, "--scope", `pid:${stage.processId}`, ...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    this.#log = this.#child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Waits until it records. */
  static async of(stage: Stage, file: string, args: readonly string[] = []): Promise<Recording> {
    const recording = new Recording(stage, file, args);
    while (!recording.#text.includes(BEGUN)) {
      assert(await recording.#readOn(), `falcod record did not begin\n${recording.#text}`);
    }
    return recording;
  }

  /** What it said. */
  async stop(): Promise<string> {
    this.#child.kill("SIGTERM");
    const { code, log } = await this.ended();
    assertEquals(code, 0, log);
    return log;
  }

  async ended(): Promise<{ readonly code: number; readonly log: string }> {
    while (await this.#readOn());
    const { code } = await this.#child.status;
    return { code, log: this.#text };
  }

  replay(rules: readonly string[]): Promise<readonly SeenAlert[]> {
    return replayOf(this.file, rules);
  }

  async #readOn(): Promise<boolean> {
    const { value, done } = await this.#log.read();
    this.#text += value ?? "";
    return !done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
    await this.#child.status;
    await this.#log.cancel().catch(() => {});
  }
}

/** The alerts of a capture. */
export async function replayOf(
  file: string,
  rules: readonly string[],
): Promise<readonly SeenAlert[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...[...FALCOD, "replay", file],
      ...rules.flatMap((file) => ["-r", file]),
      ...["-o", "json_output=true", "-o", "rule_matching=all"],
    ],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const lines = new TextDecoder().decode(stdout).trim().split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as SeenAlert);
}
