/** Programs that a build needs. */

/** Runs the first of the names that is there; throws with what it says, or with the Debian package that has it. */
export async function runTool(
  names: readonly string[],
  args: readonly string[],
  debianPackage: string,
): Promise<Uint8Array<ArrayBuffer>> {
  for (const name of names) {
    const output = await tryRun(name, args);
    if (!output) continue;
    if (output.success) return output.stdout;
    const said = new TextDecoder().decode(output.stderr).trim();
    throw new Error(`${name} ${args.join(" ")}\nfailed with ${output.code}:\n${said}`);
  }
  throw new Error(`${names.at(-1)} is missing: apt-get install ${debianPackage}`);
}

async function tryRun(
  name: string,
  args: readonly string[],
): Promise<Deno.CommandOutput | undefined> {
  try {
    return await new Deno.Command(name, { args: [...args], env: { LC_ALL: "C" } }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
