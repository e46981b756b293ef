/** Real container engines for tests: storage and sockets of their own, gone afterwards. */
import type { ContainerEngine, ContainerInfo, ContainerReference } from "../../core/mod.ts";
import { assert } from "../assert.ts";
import { notInstalled } from "./busybox.ts";

/** A test that needs programs; without them it is left out, and says so. */
export function engineTest(
  name: string,
  programs: readonly string[],
  body: () => Promise<void>,
): void {
  const missing = notInstalled(...programs);
  if (missing.length > 0) console.log(`left out: ${name}; not installed: ${missing.join(", ")}`);
  Deno.test({ name, ignore: missing.length > 0, fn: body });
}

/** Hears what an engine tells of while `body` runs. */
export async function newcomersDuring<Result>(
  engine: ContainerEngine,
  body: (told: (id: string, times: number) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const times = new Map<string, number>();
  let heard = () => {};
  const watching = engine.watch!(stop.signal, ({ fullId }: ContainerReference) => {
    times.set(fullId, (times.get(fullId) ?? 0) + 1);
    heard();
  });
  try {
    // somebody has to listen before there is something to tell
    await new Promise((resolve) => setTimeout(resolve, 500));
    return await body(async (id, count) => {
      while ((times.get(id) ?? 0) < count) await new Promise<void>((resolve) => heard = resolve);
    });
  } finally {
    stop.abort();
    await watching;
  }
}

/** What is always there, checked, and taken out of what is compared as a whole. */
export function withoutMarks(info: ContainerInfo | undefined): Partial<ContainerInfo> {
  assert(info);
  const { startNs, imageId: _imageId, imageDigest: _digest, ...rest } = info;
  if (startNs !== undefined) {
    const age = BigInt(Date.now()) * 1_000_000n - startNs;
    assert(age >= 0n && age < 600_000_000_000n, `started ${age} ns ago`);
  }
  return rest;
}

export const NO_POD = { podSandboxId: undefined, podLabels: new Map(), cniJson: undefined };

/** Removed with the stack, after what was put on it later. */
export function temporaryFolder(stack: AsyncDisposableStack, prefix: string): string {
  const folder = Deno.makeTempDirSync({ prefix });
  stack.defer(() => Deno.removeSync(folder, { recursive: true }));
  return folder;
}

/** Engines remove a container's cgroup and leave those above it, in every hierarchy. */
export async function removeCgroups(paths: readonly string[]): Promise<void> {
  const folders = paths.flatMap((path) => {
    const steps = path.split("/").slice(1);
    return steps.map((_, index) => steps.slice(0, steps.length - index).join("/"));
  });
  for await (const hierarchy of Deno.readDir("/sys/fs/cgroup")) {
    if (!hierarchy.isDirectory) continue;
    for (const folder of [...new Set(folders)].sort((a, b) => b.length - a.length)) {
      // still in use by somebody else, or not there
      await Deno.remove(`/sys/fs/cgroup/${hierarchy.name}/${folder}`).catch(() => {});
    }
  }
}
