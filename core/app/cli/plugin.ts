/** Plugins of others: `plugin add`, `list`, `info`, `update`, `remove`, `verify`, `new`, `pack`. */
import { Argument, type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { nearest } from "../../base/mod.ts";
import { DEFAULT_PLUGINS_FOLDER } from "../../plugin/store/places.ts";
import type { Host } from "../host.ts";
import { collect } from "./arguments.ts";
import type { Done } from "./done.ts";

const PLUGIN_EXAMPLES = `
Examples:
  falcod plugin add npm:falcod-pager
  falcod plugin list
  falcod plugin new sink pager

A plugin is one file of code, or rules, and falcod-plugin.json, which says what it is and what it asks
for. It runs apart from falcod, with what it was granted and nothing else.`;

export function addPlugin(program: Command, host: Host, done: Done): void {
  const plugin = program.command("plugin")
    .description("fetch, install and look at plugins of others, or begin one")
    .addHelpText("after", PLUGIN_EXAMPLES) as Command;
  addAdd(plugin, host, done);
  addList(plugin, host, done);
  addInfo(plugin, host, done);
  addUpdate(plugin, host, done);
  addRemove(plugin, host, done);
  addVerify(plugin, host, done);
  addNew(plugin, host, done);
  addPack(plugin, host, done);
}

const folderOption = () =>
  new Option("--dir <folder>", "where plugins are installed").default(DEFAULT_PLUGINS_FOLDER);
const json = ["--json", "print JSON"] as const;
const ca = [
  "--ca <file>",
  "certificates (PEM) that servers are trusted by, in place of the system's",
] as const;
const plainHttp = ["--plain-http", "ask registries of OCI without TLS"] as const;
const index = [
  "--index <file>",
  "index of falcoctl's: where its names are in registries of OCI, and who has to have signed them",
] as const;
const trustedRoot = [
  "--trusted-root <file>",
  "whose certificates and logs signatures are held against, in place of Sigstore's",
] as const;
const noVerify = ["--no-verify", "do not look at signatures"] as const;
const sha256 = ["--sha256 <digits>", "what an archive has to have; a must for https://"] as const;

/** How something is fetched, as the options have it. */
function fetchOptions({ ca, plainHttp = false, trustedRoot, verify }: {
  readonly ca?: string | undefined;
  readonly plainHttp?: boolean | undefined;
  readonly trustedRoot?: string | undefined;
  readonly verify: boolean;
}) {
  return { certificateFile: ca, plainHttp, trustedRootFile: trustedRoot, verifies: verify };
}

/** `--grant <permission>` and `--deny <permission>`. */
function choice<const Flags extends string>(flags: Flags, description: string) {
  return new Option(flags, `${description}: net, or net=host:port; repeatable`)
    .argParser(collect).default([] as string[], "none");
}

const ADD_EXAMPLES = `
Examples:
  falcod plugin add ./pager                        a folder, or an archive of one
  falcod plugin add npm:falcod-pager@^1.2          with the registry and the tokens of npm
  falcod plugin add https://example.org/pager.tgz --sha256 2c26b46b68ffc68ff99b453c1d304134...
  falcod plugin add 'https://example.org/pager.tgz?token=\${TOKEN}' --sha256 ...
                                                   the variable's name is kept, its value is not
  falcod plugin add oci://ghcr.io/example/pager:1  with the credentials of docker login
  falcod plugin add npm:falcod-pager --yes --deny run
  falcod plugin add oci://ghcr.io/falcosecurity/rules/falco-rules:3       as falcoctl has them
  falcod plugin add oci://ghcr.io/falcosecurity/plugins/plugin/json:0.7.3 --trusted
  falcod plugin add oci://registry.example/pager:1 --index index.yaml     who has to have signed it

What it asks for is shown first. Scripts of a package are never run.`;

function addAdd(plugin: Command, host: Host, done: Done): void {
  plugin.command("add")
    .description("fetch a plugin, show what it asks for, and install it")
    .argument("<from>", "folder, archive, https://…, npm:name@version or oci://host/repository:tag")
    .option(...sha256)
    .option("-y, --yes", "install it without being asked")
    .addOption(choice("--grant <permission>", "allow only this"))
    .addOption(choice("--deny <permission>", "do not allow this"))
    .option("--trusted", "take native code (.so of Falco), which nothing holds back")
    .option("--replace", "put it in the place of a plugin of that name from elsewhere")
    .addOption(folderOption())
    .option(...ca)
    .option(...plainHttp)
    .option(...index)
    .option(...trustedRoot)
    .option(...noVerify)
    .option(...json)
    .addHelpText("after", ADD_EXAMPLES)
    .action(async (from, options) => {
      const { addCommand } = await import("../commands/plugin/add.ts");
      const { dir, grant, deny, sha256, index } = options;
      const { yes = false, trusted = false, replace = false, json = false } = options;
      const wish = { ...fetchOptions(options), sha256, indexFile: index };
      const request = { ...wish, from, folder: dir, grant, deny };
      done(await addCommand({ ...request, yes, trusted, replace, json }, host));
    });
}

const LIST_EXAMPLES = `
Examples:
  falcod plugin list
  falcod plugin list --json

Columns: name, version, kind, where from, what it may do.`;

function addList(plugin: Command, host: Host, done: Done): void {
  plugin.command("list")
    .description("show the plugins that are installed")
    .addOption(folderOption())
    .option(...json)
    .addHelpText("after", LIST_EXAMPLES)
    .action(async ({ dir, json = false }) => {
      const { listCommand } = await import("../commands/plugin/list.ts");
      done(await listCommand({ folder: dir, json }, host));
    });
}

const INFO_EXAMPLES = `
Examples:
  falcod plugin info pager                 an installed plugin
  falcod plugin info npm:falcod-pager      one that could be: fetched, shown, and not installed
  falcod plugin info ./pager --json`;

function addInfo(plugin: Command, host: Host, done: Done): void {
  plugin.command("info")
    .description("show a plugin: what it is, where it is from, what it may do")
    .argument("<plugin>", "name of an installed plugin, or where another is to be fetched from")
    .option(...sha256)
    .addOption(folderOption())
    .option(...ca)
    .option(...plainHttp)
    .option(...index)
    .option(...trustedRoot)
    .option(...noVerify)
    .option(...json)
    .addHelpText("after", INFO_EXAMPLES)
    .action(async (what, { dir, sha256, index, json = false, ...options }) => {
      const { infoCommand } = await import("../commands/plugin/info.ts");
      const request = { what, folder: dir, sha256, indexFile: index, json };
      done(await infoCommand({ ...request, ...fetchOptions(options) }, host));
    });
}

const UPDATE_EXAMPLES = `
Examples:
  falcod plugin update                     all of them
  falcod plugin update pager
  falcod plugin update pager --grant net=pager.example:443 --deny run

A version that asks for more than the one before is installed when somebody says what it may do: whoever
is asked, or --yes, --grant and --deny. What was denied stays denied.`;

function addUpdate(plugin: Command, host: Host, done: Done): void {
  plugin.command("update")
    .description("install newer versions of plugins")
    .argument("[names...]", "only these")
    .option("-y, --yes", "allow what is newly asked for without being asked")
    .addOption(choice("--grant <permission>", "of what is newly asked for, allow only this"))
    .addOption(choice("--deny <permission>", "of what is newly asked for, do not allow this"))
    .addOption(folderOption())
    .option(...ca)
    .option(...plainHttp)
    .option(...trustedRoot)
    .option(...noVerify)
    .option(...json)
    .addHelpText("after", UPDATE_EXAMPLES)
    .action(async (names, { dir, grant, deny, yes = false, json = false, ...options }) => {
      const { updateCommand } = await import("../commands/plugin/update.ts");
      const request = { names, folder: dir, grant, deny, yes, json };
      done(await updateCommand({ ...request, ...fetchOptions(options) }, host));
    });
}

const REMOVE_EXAMPLES = `
Examples:
  falcod plugin remove pager`;

function addRemove(plugin: Command, host: Host, done: Done): void {
  plugin.command("remove")
    .description("take installed plugins away")
    .argument("<names...>", "as falcod plugin list shows them")
    .addOption(folderOption())
    .option(...json)
    .addHelpText("after", REMOVE_EXAMPLES)
    .action(async (names, { dir, json = false }) => {
      const { removeCommand } = await import("../commands/plugin/remove.ts");
      done(await removeCommand({ names, folder: dir, json }, host));
    });
}

const VERIFY_EXAMPLES = `
Examples:
  falcod plugin verify
  falcod plugin verify pager --json`;

function addVerify(plugin: Command, host: Host, done: Done): void {
  plugin.command("verify")
    .description("hold the files of installed plugins against the lock file")
    .argument("[names...]", "only these")
    .addOption(folderOption())
    .option(...json)
    .addHelpText("after", VERIFY_EXAMPLES)
    .action(async (names, { dir, json = false }) => {
      const { verifyCommand } = await import("../commands/plugin/verify.ts");
      done(await verifyCommand({ names, folder: dir, json }, host));
    });
}

/** `PLUGIN_KINDS` of the manifest, without what it loads. */
const KINDS = ["sink", "source", "formatter", "rules"] as const;

const NEW_EXAMPLES = `
Examples:
  falcod plugin new sink pager             makes the folder pager
  falcod plugin new rules our-rules --folder ~/rules

It can be added as it is, and its test passes.`;

function addNew(plugin: Command, host: Host, done: Done): void {
  const kind = new Argument("<kind>", "what it is").argParser((text) => {
    const known = KINDS.find((kind) => kind === text);
    if (known) return known;
    const near = nearest(text, KINDS);
    throw new InvalidArgumentError(
      near ? `Did you mean ${near}?` : `There are: ${KINDS.join(", ")}.`,
    );
  });
  // For help and completions.
  kind.argChoices = [...KINDS];
  plugin.command("new")
    .description("make a folder with a plugin to begin with, and a test that passes")
    .addArgument(kind)
    .argument("<name>", "what it is to be called")
    .option("--folder <path>", "where; else a folder of its name, here")
    .option(...json)
    .addHelpText("after", NEW_EXAMPLES)
    .action(async (kind, name, { folder, json = false }) => {
      const { newCommand } = await import("../commands/plugin/new.ts");
      done(await newCommand({ kind, name, folder, json }, host));
    });
}

const PACK_EXAMPLES = `
Examples:
  falcod plugin pack                       the plugin in this folder
  falcod plugin pack pager --output /tmp/pager.tgz

Hashes in falcod-plugin.json become those that the files have now, and what it names goes into an archive
that falcod plugin add takes: the same bytes for the same files.`;

function addPack(plugin: Command, host: Host, done: Done): void {
  plugin.command("pack")
    .description("make a plugin of your own ready to be handed on")
    .argument("[folder]", "where it is; else here")
    .option("-o, --output <file>", "archive to write; else NAME-VERSION.tgz, here")
    .option(...json)
    .addHelpText("after", PACK_EXAMPLES)
    .action(async (folder = ".", { output, json = false }) => {
      const { packCommand } = await import("../commands/plugin/pack.ts");
      done(await packCommand({ folder, output, json }, host));
    });
}
