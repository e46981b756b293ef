/** Programs that a build needs. */

/**
 * Runs the first of the names that is there; throws with what it says, or with the Debian package that has it.
 * What it makes must not depend on the environment: of that it gets what it needs to find its files.
 */
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

/** Where programs, temporary files and what Deno has fetched are, and how to fetch what is not there. */
const NEEDED =
  /^(?:PATH|HOME|TMPDIR|XDG_CACHE_HOME|DENO_DIR|DENO_CERT|DENO_TLS_CA_STORE|NODE_EXTRA_CA_CERTS|SSL_CERT_.*|NPM_CONFIG_.*|(?:HTTPS?|NO|ALL)_PROXY)$/i;

async function tryRun(
  name: string,
  args: readonly string[],
): Promise<Deno.CommandOutput | undefined> {
  try {
    const needed = Object.entries(Deno.env.toObject()).filter(([name]) => NEEDED.test(name));
    const env = { ...Object.fromEntries(needed), LC_ALL: "C" };
    return await new Deno.Command(name, { args: [...args], clearEnv: true, env }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
