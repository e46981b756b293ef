/** Real servers from Debian's packages, each on a port of 127.0.0.1 and with a folder of its own. */
import { setTimeout as delay } from "node:timers/promises";

export interface ServerPlan {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Ready when all of them are listened on. */
  readonly ports: readonly number[];
  /** How long that may take. */
  readonly readyMs?: number;
}

/** A server that runs; disposing stops it and whatever it has started in its own process group. */
export interface PeerServer extends AsyncDisposable {
  /** What it has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

const READY_MS = 40_000;

/** Where a program of a package is, absent where the package is not installed. */
export function installed(program: string): string | undefined {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/usr/bin"];
  const paths = program.startsWith("/")
    ? [program]
    : folders.map((folder) => `${folder}/${program}`);
  for (const path of paths) {
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch {
      // Not there: the next one.
    }
  }
  return undefined;
}

/** A test that is left out, and says so, where the package of its peer is missing. */
export function testWithPeer(
  name: string,
  { program, package: packageName }: { readonly program: string; readonly package: string },
  fn: () => Promise<void>,
): void {
  const isThere = installed(program) !== undefined;
  const reason = isThere ? "" : ` (skipped: Debian's ${packageName} is not installed)`;
  Deno.test({ name: name + reason, ignore: !isThere, fn });
}

export async function startServer(plan: ServerPlan): Promise<PeerServer> {
  const program = installed(plan.program);
  if (program === undefined) throw new Error(`${plan.program} is not installed`);
  const child = new Deno.Command(program, {
    args: [...plan.args],
    env: { ...plan.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  let printed = "";
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) printed += text;
  }));
  let hasEnded = false;
  const ended = child.status.then(() => hasEnded = true);
  const stop = async () => {
    if (!hasEnded) kill(child.pid, "SIGTERM");
    const killing = setTimeout(() => kill(child.pid, "SIGKILL"), 5000);
    await ended;
    await reading;
    clearTimeout(killing);
  };
  for (const port of plan.ports) {
    for (let waited = 0; !await listens(port); waited += 50) {
      if (!hasEnded && waited < (plan.readyMs ?? READY_MS)) {
        await delay(50);
        continue;
      }
      await stop();
      throw new Error(`${plan.program} does not listen on ${port}: ${printed}`);
    }
  }
  return { output: () => printed, stop, [Symbol.asyncDispose]: stop };
}

/** The process and its own group. */
function kill(processId: number, signal: Deno.Signal): void {
  for (const id of [-processId, processId]) {
    try {
      Deno.kill(id, signal);
    } catch {
      // It has ended already.
    }
  }
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
