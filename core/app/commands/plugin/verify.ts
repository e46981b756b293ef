/** `falcod plugin verify`: whether everything is as it was installed. */
import { npmRegistryOf } from "../../../package/mod.ts";
import { type LockEntry, strangersIn, verifyInstalled } from "../../../plugin/store/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../../exit.ts";
import type { Host } from "../../host.ts";
import { plainDiagnostics, printDiagnostics } from "../../report.ts";
import { printLines } from "../../print_lines.ts";
import { answered } from "./_answer.ts";
import { installedEntry } from "./info.ts";

export interface VerifyRequest {
  /** None: all. */
  readonly names: readonly string[];
  readonly folder: string;
  readonly json: boolean;
}

/** The files of a plugin may be right, and its updates be going to come from somebody else. */
function notesOf({ name, requested, registry }: LockEntry, host: Host): readonly string[] {
  const [, packageName] = /^npm:(@?[^@]+)@/.exec(requested) ?? [];
  if (packageName === undefined || registry === undefined) return [];
  const named = npmRegistryOf(packageName, (name) => host.environment(name));
  if (named === undefined || named === registry) return [];
  return [`falcod: ${name} came from ${registry}, and now ${named} is named for ${packageName}`];
}

/** Exit code 1 when a file is not as it was. */
export async function verifyCommand(request: VerifyRequest, host: Host): Promise<number> {
  return await answered(request, host, async () => {
    const { folder, names, json } = request;
    for (const name of names) await installedEntry(folder, name);
    const all = await verifyInstalled(folder);
    const verified = all.filter(({ entry }) => names.length === 0 || names.includes(entry.name));
    const strangers = names.length === 0 ? await strangersIn(folder) : [];
    const problems = verified.flatMap(({ problems }) => problems);
    const notes = verified.flatMap(({ entry }) => notesOf(entry, host));
    if (json) {
      const plugins = verified.map(({ entry: { name, version }, problems }) => ({
        name,
        version,
        ok: problems.length === 0,
        diagnostics: plainDiagnostics(problems),
      }));
      host.out.write(
        `${JSON.stringify({ ok: problems.length === 0, plugins, strangers, notes })}\n`,
      );
    } else {
      const good = verified.filter(({ problems }) => problems.length === 0);
      printLines(good.map(({ entry: { name, version } }) => `ok ${name} ${version}`), host.out);
      printDiagnostics(problems, 0, { output: host.error });
      const told = strangers.map((path) => `falcod: "${path}" is no plugin's: nothing loads it`);
      printLines([...told, ...notes], host.error);
      if (all.length === 0) host.error.write(`no plugins are installed in ${folder}\n`);
    }
    return problems.length === 0 ? EXIT_OK : EXIT_FAILURE;
  });
}
