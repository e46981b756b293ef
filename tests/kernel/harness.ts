/**
 * Runs the real falcod against a process tree of the test's own, and collects its alerts.
 *
 * A *stage* is a shell that waits for commands; falcod's scope is that shell and its descendants, so a
 * test neither sees nor stores what else the machine does. After each run of commands a sentinel
 * program is started; its alert says that everything before it has been judged.
 */
import { RUN_FLAGS } from "../../core/base/own_program.ts";
import { assert } from "../assert.ts";

const START_TIMEOUT_MS = 30_000;
const ALERT_TIMEOUT_MS = 20_000;
const COMMAND_TIMEOUT_MS = 60_000;
const SENTINEL_RULE = "Sentinel of the tests";

export interface SeenAlert {
  readonly rule: string;
  readonly priority: string;
  readonly output: string;
  readonly time: string;
  readonly source: string;
  readonly tags: readonly string[];
  readonly output_fields: Readonly<Record<string, unknown>>;
}

export interface FalcodOptions {
  readonly rules: readonly string[];
  /** More of falcod's arguments, e.g. `-o key=value`. */
  readonly args?: readonly string[];
  /** Runs falcod through another program, e.g. `unshare -m …`; it must exec the rest of its arguments. */
  readonly through?: readonly string[];
  /** Runs the stage's shell through another program; it must exec the rest of its arguments. */
  readonly stageThrough?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another main module than falcod's own. */
  readonly main?: string;
}

/** Whether this machine can load the probe; a test that cannot run says why, and nothing else may skip. */
export async function captureUnsupported(): Promise<string | undefined> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "main.ts", "probe"],
    stdout: "piped",
    stderr: "piped",
  }).output();
  return code === 0 ? undefined : new TextDecoder().decode(stdout);
}

/** A kernel test: runs where the kernel allows it, and prints why it is left out elsewhere. */
export function kernelTest(name: string, body: () => Promise<void>): void {
  Deno.test(name, async () => {
    unsupported ??= captureUnsupported();
    const reason = await unsupported;
    if (reason !== undefined) console.log(`not supported here, left out: ${name}\n${reason}`);
    else await body();
  });
}
let unsupported: Promise<string | undefined> | undefined;

/** Starts a stage and falcod on it; both are gone when `body` has returned or thrown. */
export async function withFalcod(
  options: FalcodOptions,
  body: (falcod: Falcod, stage: Stage) => Promise<void>,
): Promise<void> {
  await using stage = new Stage(options.stageThrough);
  await using falcod = new Falcod(options, stage);
  await falcod.watching();
  await body(falcod, stage);
}

/** For `through`: a mount namespace of its own that `script` prepares. */
export function ownMounts(script: string): readonly string[] {
  return ["unshare", "--mount", "sh", "-ec", `${script}\nexec "$@"`, "sh"];
}

/** A shell that runs commands one after the other, each with an empty standard input. */
export class Stage {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: Lines;
  #count = 0;

  constructor(through: readonly string[] = []) {
    const [program = "/bin/sh", ...args] = [...through, "/bin/sh"];
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: { LC_ALL: "C", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
      clearEnv: true,
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#output = new Lines(this.#child.stdout);
  }

  get processId(): number {
    return this.#child.pid;
  }

  /** Runs a shell script in a subshell and gives what it printed; its exit code does not matter. */
  async run(script: string, timeoutMs = COMMAND_TIMEOUT_MS): Promise<string> {
    const mark = `--done-${++this.#count}--`;
    await this.#write(`( ${script}\n) </dev/null\nprintf '%s\\n' '${mark}'\n`);
    const lines: string[] = [];
    await this.#output.until(
      (line) => {
        if (line === mark) return true;
        lines.push(line);
        return false;
      },
      timeoutMs,
      `the stage to finish: ${script.slice(0, 200)}`,
    );
    return lines.join("\n");
  }

  async #write(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
    await this.#child.status;
    await this.#output.close();
  }
}

export class Falcod {
  readonly alerts: SeenAlert[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #stdout: Lines;
  readonly #stderr: Lines;
  readonly #stage: Stage;
  readonly #sentinelFile: string;
  #sentinels = 0;
  #killed = false;

  constructor(options: FalcodOptions, stage: Stage) {
    const { rules, args = [], through = [], env = {}, main = "main.ts" } = options;
    this.#stage = stage;
    this.#sentinelFile = Deno.makeTempFileSync({ prefix: "falcod-test-", suffix: ".yaml" });
    Deno.writeTextFileSync(this.#sentinelFile, sentinelRule());
    const command = [
      ...through,
      Deno.execPath(),
      ...["run", ...RUN_FLAGS, main, "run"],
      ...["--scope", `pid:${stage.processId}`],
      ...rules.flatMap((file) => ["-r", file]),
      ...["-r", this.#sentinelFile],
      ...["-o", "json_output=true", "-o", "rule_matching=all"],
      ...args,
    ];
    this.#child = new Deno.Command(command[0]!, {
      args: command.slice(1),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", ...env },
    }).spawn();
    this.#stdout = new Lines(this.#child.stdout);
    this.#stderr = new Lines(this.#child.stderr);
  }

  get processId(): number {
    return this.#child.pid;
  }

  /** What falcod has said on standard error so far. */
  get log(): string {
    return this.#stderr.all.join("\n");
  }

  async watching(): Promise<void> {
    await this.#stderr.until(
      (line) => line.includes("falcod: watching"),
      START_TIMEOUT_MS,
      "falcod to watch",
    );
  }

  /** Waits until falcod says something on standard error. */
  async logged(what: RegExp): Promise<void> {
    if (what.test(this.log)) return;
    await this.#stderr.until((line) => what.test(line), ALERT_TIMEOUT_MS, `falcod to say ${what}`);
  }

  /** Runs a script on the stage and gives the alerts it caused, in order. */
  async alertsOf(script: string, timeoutMs?: number): Promise<readonly SeenAlert[]> {
    const before = this.alerts.length;
    await this.#stage.run(script, timeoutMs);
    await this.settle();
    return this.alerts.slice(before);
  }

  /** Waits until everything the stage has done so far has been judged. */
  async settle(): Promise<void> {
    const word = `falcod-sentinel-${++this.#sentinels}-end`;
    await this.#stage.run(`/bin/true ${word}`);
    await this.#stdout.until(
      (line) => {
        const alert = this.#take(line);
        return alert.rule === SENTINEL_RULE && alert.output.includes(word);
      },
      ALERT_TIMEOUT_MS,
      `the sentinel's alert; falcod said:\n${this.log}`,
    );
  }

  /** Waits for an alert that nobody has taken yet; for stages that can run nothing more. */
  async alert(rule: string): Promise<SeenAlert> {
    const before = this.alerts.length;
    await this.#stdout.until(
      (line) => this.#take(line).rule === rule,
      ALERT_TIMEOUT_MS,
      `an alert of "${rule}"; falcod said:\n${this.log}`,
    );
    return this.alerts.slice(before).at(-1)!;
  }

  #take(line: string): SeenAlert {
    const alert = JSON.parse(line) as SeenAlert;
    if (alert.rule !== SENTINEL_RULE) this.alerts.push(alert);
    return alert;
  }

  /** Reads no more of falcod's alerts, as `head` does when it has enough. */
  async closeOutput(): Promise<void> {
    await this.#stdout.close();
  }

  kill(signal: Deno.Signal): void {
    this.#killed = true;
    this.#child.kill(signal);
  }

  /** Ends falcod as an operator does and gives its exit code and all it said on standard error. */
  stop(): Promise<{ readonly code: number; readonly log: string }> {
    if (!this.#killed) this.kill("SIGTERM");
    return this.ended();
  }

  /** Waits for falcod's end and takes in the alerts that came before it. */
  async ended(): Promise<{ readonly code: number; readonly log: string }> {
    const { code } = await this.#child.status;
    await this.#stderr.rest();
    await this.#stdout.rest();
    for (const line of this.#stdout.takeRest()) this.#take(line);
    return { code, log: this.log };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
    await this.#child.status;
    await this.#stdout.close();
    await this.#stderr.close();
    Deno.removeSync(this.#sentinelFile);
  }
}

function sentinelRule(): string {
  return [
    `- rule: ${SENTINEL_RULE}`,
    "  desc: Says that the events before it have been judged",
    "  condition: evt.type = execve and proc.args contains falcod-sentinel-",
    "  output: sentinel %proc.args",
    "  priority: DEBUG",
    "",
  ].join("\n");
}

/** Lines of a stream, kept, with waiting. */
class Lines {
  readonly all: string[] = [];
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";
  #taken = 0;
  #ended = false;
  #pending: Promise<void> | undefined;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    this.#fill();
  }

  /** Takes lines until one satisfies `done`; rejects at the end of the stream or after the time. */
  async until(
    done: (line: string) => boolean,
    timeoutMs: number,
    what: string,
  ): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      while (this.#taken < this.all.length) if (done(this.all[this.#taken++]!)) return;
      assert(!this.#ended, `ended while waiting for ${what}\n${this.all.slice(-40).join("\n")}`);
      const left = deadline - performance.now();
      assert(left > 0, `timed out waiting for ${what}\n${this.all.slice(-40).join("\n")}`);
      await this.#more(left);
    }
  }

  async rest(): Promise<void> {
    while (!this.#ended) await this.#pending;
  }

  /** Lines that nobody has waited for. */
  takeRest(): readonly string[] {
    const rest = this.all.slice(this.#taken);
    this.#taken = this.all.length;
    return rest;
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
    await this.#pending;
  }

  #fill(): void {
    this.#pending = this.#reader.read().then(({ value, done }) => {
      if (done) {
        this.#ended = true;
        if (this.#rest !== "") this.all.push(this.#rest);
        return;
      }
      const lines = (this.#rest + value).split("\n");
      this.#rest = lines.pop()!;
      this.all.push(...lines);
      this.#fill();
    }, () => void (this.#ended = true));
  }

  async #more(timeoutMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, timeoutMs));
    await Promise.race([this.#pending, timeout]);
    clearTimeout(timer);
  }
}
