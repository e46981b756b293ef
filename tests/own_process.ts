/** What may crash runs in a process of its own, so that a crash fails one test. */
import { assert } from "./assert.ts";

/** Runs a module; it has to come to its end. `environment` is added to that of the tests. */
export async function assertRuns(
  module: URL,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { success, signal, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--frozen", "--no-check", module.pathname, ...args],
    env: environment,
    stdout: "null",
    stderr: "piped",
  }).output();
  assert(success, `${signal}: ${new TextDecoder().decode(stderr)}`);
}
