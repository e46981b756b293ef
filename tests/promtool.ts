/** Prometheus's own judgement of what falcod tells it, where its tool is installed. */
import { assert } from "./assert.ts";

const FAILED_TO_READ = 1;

/** What `promtool check metrics` has to say, line by line; absent without promtool. Fails on a text it cannot read. */
export async function promtoolFindings(text: string): Promise<readonly string[] | undefined> {
  const command = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  let child: Deno.ChildProcess;
  try {
    child = command.spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const [output] = await Promise.all([
    child.output(),
    new Blob([text]).stream().pipeTo(child.stdin),
  ]);
  const said = new TextDecoder().decode(output.stderr) + new TextDecoder().decode(output.stdout);
  assert(output.code !== FAILED_TO_READ, said);
  return said.split("\n").filter((line) => line !== "");
}
