/**
 * Writes docs/: reference pages and the manual page, made of the tables that the program itself uses.
 * Usage: `deno run -A scripts/generate_docs.ts`.
 */
import { describeProgram } from "../core/app/cli/program.ts";
import { denoHost, run } from "../core/app/mod.ts";
import { builtinPlugins } from "../plugins/mod.ts";
import { codesPage } from "./docs/codes.ts";
import { commandsPage } from "./docs/commands.ts";
import { configurationPage } from "./docs/configuration.ts";
import { eventsPage, fieldsPage } from "./docs/lists.ts";
import { manPage } from "./docs/man_page.ts";

const ROOT = new URL("../", import.meta.url);
const RULES = new URL("rules", ROOT).pathname;

const INDEX = `# Documentation

In this order, from nothing to a fleet:

1. Start here: the [README](../README.md). \`scripts/start\` watches this machine, "Your own rules and
   configuration" says which files are yours.
2. The first rule, and all that rules can say: [rules.md](rules.md). Tests of rules:
   [rules/tests/README.md](../rules/tests/README.md).
3. The first sink: "Where alerts go" in the [README](../README.md#where-alerts-go), and
   [core/delivery/README.md](../core/delivery/README.md) with the keys that all sinks have.
4. The audit log of Kubernetes: "Auditing with falcod" in the
   [README](../README.md#auditing-with-falcod), and
   [plugins/sources/k8s_audit](../plugins/sources/k8s_audit/README.md) with all its keys.
5. On machines and clusters: [scripts/deploy](../scripts/deploy/README.md).

Whoever has Falco begins with [coming-from-falco.md](coming-from-falco.md).

## Reference

These pages are made of falcod's own tables by \`deno task docs\`; tests compare them.

- [commands.md](commands.md): every command, with its options and examples; [falcod.1](falcod.1) is the
  manual page (\`man docs/falcod.1\`)
- [configuration.md](configuration.md): every key of falco.yaml
- [fields.md](fields.md): what conditions and outputs can be made of
- [events.md](events.md): types of events
- [codes.md](codes.md): what messages mean

These are written by hand:

- [core/metrics/README.md](../core/metrics/README.md): metrics
- [core/plugin/sdk/README.md](../core/plugin/sdk/README.md): how plugins are written
- [core/record/README.md](../core/record/README.md): recordings, and what a replay tells otherwise
`;

/** What falcod prints for such arguments. */
async function printed(args: readonly string[]): Promise<string> {
  let text = "";
  const out = { write: (more: string) => void (text += more), isTerminal: false };
  const code = await run(args, { ...denoHost(builtinPlugins, RULES), out });
  if (code !== 0) throw new Error(`falcod ${args.join(" ")} ended with ${code}`);
  return text;
}

/** All files of docs/, by name. */
export async function documents(): Promise<Readonly<Record<string, string>>> {
  const describe = () => describeProgram(denoHost(builtinPlugins, RULES), () => {});
  const ours = await Deno.readTextFile(new URL("rules/falco.yaml", ROOT));
  return {
    "README.md": INDEX,
    "commands.md": commandsPage(describe()),
    "configuration.md": configurationPage(ours),
    "fields.md": fieldsPage(await printed(["--list", "--format", "markdown"])),
    "events.md": eventsPage(await printed(["--list-events", "--format", "markdown"])),
    "codes.md": codesPage(),
    "falcod.1": manPage(describe()),
  };
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(await documents())) {
    await Deno.writeTextFile(new URL(`docs/${name}`, ROOT), text);
  }
}
