/** What is around the binary has no say in what it runs. */
import { assert, assertEquals } from "../assert.ts";
import { Folder } from "../cli/program.ts";
import { binary, runBinary, withBinary } from "./binary.ts";

const VALIDATE = ["validate", `${binary}/rules/falco.yaml`];

Deno.test("the folder it is started in has no say", withBinary, async () => {
  using folder = new Folder({
    "deno.json": '{"imports": {"node:fs": "./evil.js"}, broken',
    "deno.lock": "broken",
    "package.json": "broken",
    "import_map.json": "broken",
    ".npmrc": "registry=%%%${X}\n[[[",
    ".env": "DENO_DIR=/tmp\nNODE_OPTIONS=--require ./evil.js",
    "evil.js": "throw new Error('evil')",
    "falcod.js": "throw new Error('evil')",
  });
  Deno.mkdirSync(folder.file("node_modules/commander"), { recursive: true });
  Deno.writeTextFileSync(folder.file("node_modules/commander/index.js"), "throw 'evil'");
  const names = () => [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
  const before = names();
  assertEquals(
    await runBinary(VALIDATE, { cwd: folder.path }),
    await runBinary(VALIDATE, { cwd: "/" }),
  );
  assertEquals(names(), before);
});

Deno.test("neither DENO_… nor NODE_… nor a home has a say", withBinary, async () => {
  using home = new Folder({ ".npmrc": "registry=%%%${X}\n[[[", "evil.js": "throw 'evil'" });
  const quiet = await runBinary(VALIDATE);
  assertEquals(quiet.code, 0, quiet.error);
  const evil = home.file("evil.js");
  const environments: readonly Readonly<Record<string, string>>[] = [
    { HOME: home.path },
    { HOME: home.path, DENO_DIR: home.file("cache"), XDG_CACHE_HOME: home.file("cache") },
    { NODE_OPTIONS: `--require ${evil}`, NODE_CHANNEL_FD: "3", NODE_DEBUG: "fs" },
    { DENO_V8_FLAGS: "--trace-gc", DENO_LOG: "trace", DENO_COVERAGE_DIR: home.file("coverage") },
    { DENO_UNSTABLE_CONTROL_SOCK: `unix:${home.file("socket")}`, DENO_AUTH_TOKENS: "%%" },
    { DENO_CERT: "/nonexistent", DENO_TLS_CA_STORE: "nonsense", DENO_NO_PACKAGE_JSON: "0" },
    { DENO_AUDIT_PERMISSIONS: home.file("audit"), DENO_TRACE_PERMISSIONS: "1" },
  ];
  for (const env of environments) assertEquals(await runBinary(VALIDATE, { env }), quiet);
  assertEquals(await runBinary(VALIDATE, { clearEnv: true }), quiet);
  assertEquals([...Deno.readDirSync(home.path)].map(({ name }) => name).sort(), [
    ".npmrc",
    "evil.js",
  ]);
});

Deno.test("on a terminal it says no more than elsewhere", withBinary, async () => {
  const { out } = await runBinary(["version"]);
  const onTerminal = await runBinary(["-qec", `${binary} version`, "/dev/null"], {
    path: "script",
    env: { NO_COLOR: "1", DENO_LOG: "trace" },
  });
  assertEquals(onTerminal.out.replaceAll("\r\n", "\n"), out);
});

Deno.test("what falcod itself sees of the environment is as it was", withBinary, async () => {
  using home = new Folder({ "rules.yaml": "- macro: m\n  condition: (evt.type = open)\n" });
  const config = home.file("falco.yaml");
  Deno.writeTextFileSync(config, "rules_files: ['${HOME}/rules.yaml']\nsinks: []\n");
  const { out, error } = await runBinary(["validate", config], { env: { HOME: home.path } });
  assert(out.includes(`valid: ${config}, ${home.file("rules.yaml")} `), out + error);
});

Deno.test("programs that falcod starts see nothing of how it started", withBinary, async () => {
  using folder = new Folder({});
  const seen = folder.file("seen");
  const options = [
    "program_output.enabled=true",
    `program_output.program=env > ${seen}; cat > /dev/null`,
  ];
  const { code, error } = await runBinary(
    ["replay", `${binary}/rules/demo.scap.gz`, ...options.flatMap((option) => ["-o", option])],
    { clearEnv: true, env: { HOME: folder.path, PATH: "/usr/bin:/bin" } },
  );
  assertEquals(code, 0, error);
  const names = Deno.readTextFileSync(seen).trim().split("\n");
  assertEquals(names.filter((line) => /^(?:DENO|NODE)/.test(line)), []);
  assert(names.includes(`HOME=${folder.path}`), names.join("\n"));
});
