/** Files of a new plugin, by their path in its folder. */
import { readOwnFile } from "../../base/own_files.ts";
import { MANIFEST_FILE, type ThirdPartyKind } from "../../plugin/manifest.ts";
import { API_VERSION } from "../../plugin/api_version.ts";
import { sha256Of } from "../../plugin/store/mod.ts";
import { FORMATTER_MODULE, FORMATTER_TEST } from "./_formatter.ts";
import { rulesFile, rulesTest } from "./_rules.ts";
import { SINK_CONFIG, SINK_MODULE, SINK_TEST } from "./_sink.ts";
import {
  SOURCE_CONFIG,
  SOURCE_MODULE,
  SOURCE_TEST,
  sourceFields,
  sourceName,
  sourceRule,
} from "./_source.ts";

export interface Project {
  readonly name: string;
  readonly kind: ThirdPartyKind;
}

/** The hashes of the manifest are right, so it can be added as it is. */
export async function projectFiles(project: Project): Promise<ReadonlyMap<string, string>> {
  const own = project.kind === "rules" ? rulesFiles(project) : codeFiles(project);
  const files = new Map(Object.entries(own));
  files.set("README.md", readme(project));
  files.set("package.json", json(npmPackage(project)));
  files.set(MANIFEST_FILE, json(await manifestOf(project, files)));
  return files;
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** package.json is for `npm publish` only: nothing is fetched because of it. */
const DENO_SETTINGS = {
  lock: false,
  nodeModulesDir: "none",
  fmt: { lineWidth: 100, exclude: ["**/*.md"] },
} as const;

const MODULES = {
  sink: { module: SINK_MODULE, test: SINK_TEST },
  source: { module: SOURCE_MODULE, test: SOURCE_TEST },
  formatter: { module: FORMATTER_MODULE, test: FORMATTER_TEST },
} as const;

function codeFiles({ kind }: Project): Readonly<Record<string, string>> {
  const { module, test } = MODULES[kind as keyof typeof MODULES];
  return {
    "mod.ts": module,
    "mod_test.ts": test,
    // Types come along, so that nothing has to be fetched to work on it.
    "falcod.ts": new TextDecoder().decode(readOwnFile("core/plugin/sdk/mod.ts")),
    "deno.json": json({
      ...DENO_SETTINGS,
      tasks: {
        test: "deno test --allow-net=127.0.0.1",
        check: "deno check mod.ts mod_test.ts",
        pack: PACK_TASK,
      },
    }),
  };
}

const PACK_TASK = "falcod plugin pack";

function rulesFiles({ name }: Project): Readonly<Record<string, string>> {
  return {
    [`${name}.yaml`]: rulesFile(name),
    [`${name}_test.yaml`]: rulesTest(name),
    "deno.json": json({
      ...DENO_SETTINGS,
      tasks: { test: `falcod test ${name}_test.yaml`, pack: PACK_TASK },
    }),
  };
}

async function manifestOf({ name, kind }: Project, files: ReadonlyMap<string, string>) {
  const hashOf = (path: string) => sha256Of(new TextEncoder().encode(files.get(path)!));
  const common = {
    name,
    version: "0.1.0",
    kind,
    description: DESCRIPTIONS[kind],
    license: "Apache-2.0",
    api: `^${API_VERSION}`,
  };
  if (kind === "rules") {
    const path = `${name}.yaml`;
    return { ...common, files: [{ path, sha256: await hashOf(path) }] };
  }
  return {
    ...common,
    entry: "mod.ts",
    sha256: await hashOf("mod.ts"),
    ...OWN_KEYS[kind](name),
  };
}

const OWN_KEYS: Readonly<Record<Exclude<ThirdPartyKind, "rules">, (name: string) => object>> = {
  sink: () => ({ config: SINK_CONFIG, permissions: { net: ["127.0.0.1:8080"] } }),
  source: (name) => ({
    config: SOURCE_CONFIG,
    source: { name: sourceName(name), fields: sourceFields(name) },
    permissions: {},
  }),
  formatter: () => ({ permissions: {} }),
};

const DESCRIPTIONS: Readonly<Record<ThirdPartyKind, string>> = {
  sink: "Posts every alert to a web server",
  source: "Tells the time, again and again",
  formatter: "Alerts in few words",
  rules: "Rules of our own",
};

/** For `npm publish`: nothing in it is run. */
function npmPackage({ name, kind }: Project) {
  const files = kind === "rules" ? [`${name}.yaml`] : ["mod.ts"];
  return {
    name: `falcod-${name}`,
    version: "0.1.0",
    description: DESCRIPTIONS[kind],
    license: "Apache-2.0",
    keywords: ["falcod-plugin"],
    files: [MANIFEST_FILE, ...files],
  };
}

function readme({ name, kind }: Project): string {
  const wired = kind === "sink"
    ? `sinks:\n  - type: ${name}\n    url: http://127.0.0.1:8080/`
    : kind === "formatter"
    ? `sinks:\n  - type: stdout\n    name: screen\n    format: ${name}`
    : `plugins:\n  - name: ${name}\n    library_path: ${name} # and in load_plugins, if there is such a list`;
  const test = kind === "rules" ? `falcod test ${name}_test.yaml` : "deno task test";
  return `# ${name}

${DESCRIPTIONS[kind]}. A plugin for falcod.

- \`${test}\` runs the test.
- \`falcod plugin pack\` writes the hashes of the files into \`${MANIFEST_FILE}\`, and an archive.
${
    kind === "rules"
      ? ""
      : "\nDeno, for the test, comes with \`npm install --global deno\`, for instance.\n"
  }
To try it, after each change:

\`\`\`sh
falcod plugin pack && falcod plugin add .
\`\`\`

and in falco.yaml:

\`\`\`yaml
${wired}
\`\`\`

${kind === "sink" ? ADDRESS_NOTE : ""}${kind === "source" ? ruleNote(name) : ""}${
    kind === "rules" ? "" : CODE_NOTES
  }## Handing it on

\`npm publish\` (others: \`falcod plugin add npm:falcod-${name}\`), or the archive on a web server
(\`falcod plugin add https://… --sha256 …\`), or in a registry of OCI
(\`falcod plugin add oci://…\`). Scripts in package.json are never run.
`;
}

function ruleNote(name: string): string {
  return `Its events alert when a rule asks for them, in a file that \`rules_files\` names:

\`\`\`yaml
${sourceRule(name)}\`\`\`

`;
}

const CODE_NOTES =
  `falcod loads one file, \`mod.ts\`, and nothing it would import at run time: take types from
\`falcod.ts\` with \`import type\`, and bundle what else you need into one file that
\`${MANIFEST_FILE}\` names as \`entry\`. The plugin can do what \`permissions\` there asks for and whoever
installs it grants: \`net\`, \`read\`, \`write\`, \`env\`, \`run\`, \`ffi\`; nothing else. Who installs it
can grant less, never more: add another address here, and install the plugin again.

`;

const ADDRESS_NOTE =
  `\`permissions.net\` in \`${MANIFEST_FILE}\` is \`127.0.0.1:8080\`, so a \`url\` with another host or port
is refused. Write yours there; or \`*\`, where those who install it choose the address, which they then grant:

\`\`\`sh
falcod plugin add . --grant net=alerts.example:443
\`\`\`

`;
