/** A plugin in a process of its own, which confines itself before it gets to see any of the plugin. */
import type { OwnProgram } from "../../base/own_program.ts";
import { FrameError, FrameReader } from "./frames.ts";
import type { GuestLink, TakeFrame } from "./link.ts";
import { withoutPaint } from "./paint.ts";
import type { IsolationPolicy } from "./policy.ts";
import { GroupUsage } from "./usage.ts";

/** falcod's command for it; then `confine` or `guest`, then the policy. */
export const ISOLATED_COMMAND = "isolated-plugin";

export interface ProcessLinkOptions {
  readonly program: OwnProgram;
  /** Calls what starts the process; absent: that is started as it is. */
  readonly starting?: <Process>(start: () => Process) => Process;
  readonly policy: IsolationPolicy;
  /** The variables that were granted, and what the runtime needs to start. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lines of its standard error: where the runtime says why it gives up. */
  readonly onSaid: (line: string) => void;
  /** Is told which group of processes there is, and that it is gone. */
  readonly keeper?: { add(group: number): void; remove(group: number): void } | undefined;
}

/** Of a line it says. */
const MAX_LINE = 1000;
const LINES_A_SECOND = 20;

/** Starts the process; rejects where that is not possible. */
export function processLink(options: ProcessLinkOptions): GuestLink {
  const { program, policy, environment, keeper, starting = (start) => start() } = options;
  const command = new Deno.Command(program.path, {
    args: [...program.args, ISOLATED_COMMAND, "confine", JSON.stringify(policy)],
    clearEnv: true,
    env: { ...environment },
    cwd: "/",
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = starting(() => command.spawn());
  keeper?.add(child.pid);
  const hasPrograms = policy.permissions.run.length > 0;
  const group = new GroupUsage(child.pid, { hasPrograms });
  const writer = child.stdin.getWriter();
  const ended = Promise.withResolvers<string>();
  let reason: string | undefined;
  let hasExited = false;
  let onFrame: TakeFrame = () => {};

  const end = (why: string) => {
    reason ??= why;
    // Its number may be another's by now.
    if (hasExited) return;
    signalGroup(child.pid, "SIGKILL");
    try {
      child.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself, or is another user's and must not be waited for.
      if (!(error instanceof Deno.errors.PermissionDenied)) return;
      child.unref();
      writer.abort().catch(() => {});
      ended.resolve(`${reason}, and falcod may not kill it (that takes CAP_KILL)`);
    }
  };
  const frames = readFrames(child.stdout, (frame) => onFrame(frame)).catch((error) =>
    end(error instanceof FrameError ? `it sent ${error.message}` : `reading failed: ${error}`)
  );
  const said = readLines(child.stderr, options.onSaid);
  writer.closed.catch(() => {});
  child.status.then(async ({ code, signal }) => {
    const how = signal ? `it was ended by ${signal}` : `it ended with code ${code}`;
    // Programs that it was allowed to run are no use without it, and may hold on to the pipes.
    hasExited = true;
    signalGroup(child.pid, "SIGKILL");
    keeper?.remove(child.pid);
    await Promise.race([Promise.all([frames, said]), new Promise((go) => setTimeout(go, 500))]);
    ended.resolve(reason ?? how);
  });
  return {
    post: async (frame) => {
      try {
        await writer.write(frame);
      } catch {
        // That it has ended is told by `ended`.
      }
    },
    onFrame: (callback) => onFrame = callback,
    ended: ended.promise,
    end,
    usage: (nowMs) => hasExited ? undefined : group.read(nowMs),
    pause: (isPaused) => {
      if (!hasExited) signalGroup(child.pid, isPaused ? "SIGSTOP" : "SIGCONT");
    },
  };
}

/** What the process has started, and itself: it leads a group of its own as soon as it is confined. */
function signalGroup(leader: number, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
  try {
    Deno.kill(-leader, signal);
  } catch {
    // There is none any more, or none yet.
  }
}

async function readFrames(
  stream: ReadableStream<Uint8Array>,
  take: TakeFrame,
): Promise<void> {
  const reader = new FrameReader();
  for await (const chunk of stream) {
    for (const frame of reader.push(chunk)) await take(frame);
  }
}

/** Lines as far as they are of a usual length, and so many in a second; of the others how many. */
async function readLines(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  let beganMs = performance.now(), taken = 0, leftOut = 0;
  const tellLeftOut = () => {
    if (leftOut > 0) take(`${leftOut} more lines, which are left out`);
    taken = leftOut = 0;
  };
  const takeSome = (line: string) => {
    const nowMs = performance.now();
    if (nowMs - beganMs >= 1000) {
      tellLeftOut();
      beganMs = nowMs;
    }
    if (++taken > LINES_A_SECOND) leftOut++;
    else take(withoutPaint(line).slice(0, MAX_LINE));
  };
  try {
    for await (const chunk of stream) {
      rest += decoder.decode(chunk, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop()!.slice(0, MAX_LINE);
      for (const line of lines) if (line !== "") takeSome(line);
    }
    if (rest !== "") takeSome(rest);
    tellLeftOut();
  } catch {
    // That it has ended is told elsewhere.
  }
}
