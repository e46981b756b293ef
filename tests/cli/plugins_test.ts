/** Plugins of third parties, from falco.yaml to what they do. */
import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { NO_PERMISSIONS } from "../../core/plugin/permissions.ts";
import { install } from "../../core/plugin/store/mod.ts";
import { madeInstallation } from "../../core/plugin/store/testing.ts";
import { freePort } from "../free_port.ts";
import { capture, opening, process } from "../made_captures.ts";
import { type PackageParts, writePackage } from "../plugin_package.ts";
import { falcod, Folder } from "./program.ts";
import { Running } from "./running.ts";

const SOURCE: PackageParts = {
  manifest: {
    kind: "source",
    source: {
      name: "tickets",
      fields: [
        { name: "ticket.user", type: "text", description: "Who", from: "/user/name" },
        { name: "ticket.number", type: "int64", description: "Which", from: "/number" },
        { name: "ticket.tags", type: "text", description: "What", from: "/tags", list: true },
        { name: "ticket.more", type: "text", description: "Rest", from: "/more", argument: "key" },
        { name: "ticket.from", type: "ip", description: "Where from", from: "/from" },
      ],
    },
    config: {
      type: "object",
      properties: {
        count: { type: "integer", minimum: 1, maximum: 100 },
        key: { type: "string", writeOnly: true },
      },
      required: ["count"],
    },
  },
  module: `export default { kind: "source", definition: { run: async ({ config, ready, emit }) => {
    ready();
    for (let number = 0; number < config.count; number++) {
      await emit([{ time: 1700000000000 + number, value: {
        user: { name: "ana" }, number, tags: ["a", "b"], more: { key: config.key }, from: "10.0.0.7",
        __proto__x: 1 } }]);
    }
  } } };`,
};
const RULES = `
- required_plugin_versions: [{name: tickets, version: 1.0.0}]
- rule: Third ticket
  desc: A test
  condition: >
    ticket.user = ana and ticket.number = 2 and ticket.tags intersects (b) and
    ticket.more[key] = hush and ticket.from = 10.0.0.7
  output: "%ticket.user %ticket.number %ticket.tags %ticket.from %evt.source %evt.pluginname %evt.time.iso8601"
  priority: WARNING
  source: tickets
`;

const SINK: PackageParts = {
  manifest: {
    kind: "sink",
    config: { type: "object", properties: { word: { type: "string", default: "got" } } },
  },
  module: `export default { kind: "sink", definition: { open: ({ config, log }) => ({
    write(batch) { for (const { rule, output, fields, line } of batch) {
      log.warning([config.word, rule, output, fields["fd.name"], line].join("|")); } },
  }) } };`,
};

const FORMATTER: PackageParts = {
  manifest: { kind: "formatter" },
  module: `export default { kind: "formatter", definition: { open: () => ({
    format: ({ rule, hostname, fields }) => "<" + rule + " " + fields["fd.name"] + ">",
  }) } };`,
};

const OPENED = `
- rule: Shadow read
  desc: A test
  condition: evt.type = openat and fd.name = /etc/shadow
  output: "%proc.name read %fd.name"
  priority: WARNING
`;

Deno.test("a source of a third party brings events, and rules ask for its fields", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const path = writePackage(folder.path, "tickets", SOURCE);
  await Deno.writeTextFile(
    folder.file("falco.yaml"),
    `engine: {kind: nodriver}
rules_files: [rules.yaml]
plugins: [{name: tickets, library_path: ${path}, init_config: {count: 5, key: hush}}]
stdout_output: {enabled: true}
`,
  );
  const { code, out, error } = await falcod(["-c", "falco.yaml"], { folder: folder.path });
  assertEquals(code, 0, error);
  assert(out.includes("Warning ana 2 (a,b) 10.0.0.7 tickets tickets 2023-11-14T22:13:20.002"), out);
  assert(/tickets events: 5/.test(error), error);
  const listed = await falcod(["--list-plugins", "-c", "falco.yaml"], { folder: folder.path });
  assert(
    /^tickets +source +package 1.0.0$|^tickets\tsource\tpackage 1.0.0$/m.test(listed.out),
    listed.out,
  );
  const asked = ["list", "fields", "ticket.num", "-c", "falco.yaml"];
  const fields = await falcod(asked, { folder: folder.path });
  assertEquals([fields.out, fields.error], ["ticket.number\tINT64\t\ttickets\tWhich\n", ""]);
  const event = "{ticket.user: ana, ticket.number: 2, ticket.tags: [b], ticket.from: 10.0.0.7}";
  const why = ["explain", "Third ticket", "-c", "falco.yaml", "--event", event];
  const explained = await falcod(why, { folder: folder.path });
  assert(
    explained.out.includes("ticket.more[key] = hush  [ticket.more[key] = <NA>]"),
    explained.out,
  );
});

Deno.test("a sink and a formatter of third parties get the alerts, of every capture that is played", async () => {
  const events = await capture([process(10, "cat")], [opening("/etc/shadow")]);
  using folder = new Folder({ "rules.yaml": OPENED, "events.scap": events });
  const sink = writePackage(folder.path, "pager", SINK);
  const formatter = writePackage(folder.path, "angles", FORMATTER);
  await Deno.writeTextFile(
    folder.file("falco.yaml"),
    `rules_files: [rules.yaml]
plugins: [{name: pager, library_path: ${sink}}, {name: angles, library_path: ${formatter}}]
stdout_output: {enabled: false}
sinks:
  - {type: pager, word: ding, format: angles}
  - {type: stdout, name: plain, format: angles}
`,
  );
  const { code, out, error } = await falcod([
    "replay",
    "-c",
    "falco.yaml",
    "events.scap",
    "events.scap",
  ], {
    folder: folder.path,
  });
  assertEquals(code, 0, error);
  assertEquals(out, "<Shadow read /etc/shadow>\n".repeat(2));
  const wanted = "ding|Shadow read|cat read /etc/shadow|/etc/shadow|<Shadow read /etc/shadow>";
  assertEquals(error.split(`plugin pager: ${wanted}`).length, 3, error);
});

Deno.test("a plugin that is trusted runs in falcod itself", async () => {
  const events = await capture([process(10, "cat")], [opening("/etc/shadow")]);
  using folder = new Folder({ "rules.yaml": OPENED, "events.scap": events });
  const module = `export default { kind: "sink", definition: { open: ({ log }) => ({
    write() { log.warning("in " + Deno.pid + " sees " + Deno.env.get("WORD")); } }) } };`;
  const sink = writePackage(folder.path, "insider", { manifest: { kind: "sink" }, module });
  await Deno.writeTextFile(
    folder.file("falco.yaml"),
    `rules_files: [rules.yaml]
plugins: [{name: insider, library_path: ${sink}, trusted: true}]
sinks: [{type: insider}]
`,
  );
  const { code, error } = await falcod(["replay", "-c", "falco.yaml", "events.scap"], {
    folder: folder.path,
    environment: { WORD: "all" },
  });
  assertEquals(code, 0, error);
  assert(/plugin insider: in \d+ sees all/.test(error), error);
});

Deno.test("rules of a pack come in front of those of rules_files, which may change them", async () => {
  const events = await capture([process(10, "cat")], [
    opening("/etc/shadow"),
    opening("/etc/hosts"),
  ]);
  using folder = new Folder({
    "rules.yaml": "- list: watched\n  items: [/etc/hosts]\n  override: {items: replace}\n",
    "events.scap": events,
  });
  const pack = writePackage(folder.path, "files", {
    manifest: { kind: "rules" },
    rules: {
      "lists.yaml": "- list: watched\n  items: [/etc/shadow]\n",
      "rules.yaml": OPENED.replace("= /etc/shadow", "in (watched)"),
    },
  });
  await Deno.writeTextFile(
    folder.file("falco.yaml"),
    `rules_files: [rules.yaml]
plugins: [{name: files, library_path: ${pack}}]
stdout_output: {enabled: true}
`,
  );
  const { code, out, error } = await falcod(["replay", "-c", "falco.yaml", "events.scap"], {
    folder: folder.path,
  });
  assertEquals(code, 0, error);
  assertEquals(out.trim().split("\n").length, 1);
  assert(out.includes("cat read /etc/hosts"), out);
});

Deno.test("an installed sink is found by its type alone, and has what it was granted", async () => {
  const events = await capture([process(10, "cat")], [opening("/etc/shadow")]);
  using folder = new Folder({ "rules.yaml": OPENED, "events.scap": events });
  const code = `export default { kind: "sink", definition: { open: ({ log }) => ({ write() {
    log.warning("word " + Deno.env.get("WORD")); } }) } };`;
  await install(
    folder.file("plugins"),
    await madeInstallation({
      code,
      manifest: { permissions: { env: ["WORD"] } },
      granted: { ...NO_PERMISSIONS, env: ["WORD"] },
    }),
  );
  await Deno.writeTextFile(
    folder.file("falco.yaml"),
    "rules_files: [rules.yaml]\nplugins_dir: plugins\nsinks: [{type: pager}]\n",
  );
  const { code: exit, error } = await falcod(["replay", "-c", "falco.yaml", "events.scap"], {
    folder: folder.path,
    environment: { WORD: "xyzzy" },
  });
  assertEquals(exit, 0, error);
  assert(error.includes("plugin pager: word xyzzy"), error);
  // Somebody changes the file behind falcod's back.
  await Deno.writeTextFile(folder.file("plugins/pager/1.0.0/mod.js"), code + "//");
  const changed = await falcod(["validate", "falco.yaml"], { folder: folder.path });
  assert(changed.out.includes("error[I023]"), changed.out);
  // That there is no such sink then is no second mistake.
  assert(changed.out.includes("(1 error, 0 warnings)"), changed.out);
  // Nor is a lock file that nobody can read one for every sink.
  await Deno.writeTextFile(folder.file("plugins/falcod-plugins.lock.json"), "{}");
  const args = ["validate", "falco.yaml", "-o", "sinks[]={type: other, format: third}"];
  const broken = await falcod(args, { folder: folder.path });
  assert(broken.out.includes("error[I021]"), broken.out);
  assert(broken.out.includes("(1 error, 0 warnings)"), broken.out);
});

Deno.test("a library is loaded by its path, not by the name it is installed under", async () => {
  using folder = new Folder({ "rules.yaml": OPENED });
  const files = new Map([["libdummy.so", new Uint8Array(4)]]);
  const from = "path:libdummy.so";
  await install(folder.file("plugins"), {
    name: "dummy",
    version: "1.0.0",
    kind: "library",
    requested: from,
    from,
    integrity: undefined,
    files,
    granted: NO_PERMISSIONS,
  });
  await Deno.writeTextFile(
    folder.file("falco.yaml"),
    `rules_files: [rules.yaml]
plugins_dir: plugins
plugins: [{name: dummy, library_path: dummy}]
stdout_output: {enabled: true}
`,
  );
  const { out } = await falcod(["validate", "falco.yaml"], { folder: folder.path });
  assert(out.includes("error[P016]"), out);
});

interface Mistake {
  readonly plugins: (folder: string) => string;
  readonly codes: readonly string[];
}

/** `prepare` makes packages, and gives what stands under `plugins`. */
const MISTAKES: Readonly<Record<string, Mistake>> = {
  "is not there": {
    plugins: () => "[{name: github, library_path: github}]",
    codes: ["P010"],
  },
  "is called otherwise": {
    plugins: (folder) => `[{name: bell, library_path: ${writePackage(folder, "pager", SINK)}}]`,
    codes: ["P011"],
  },
  "is a sink that nobody uses": {
    plugins: (folder) => `[{name: pager, library_path: ${writePackage(folder, "pager", SINK)}}]`,
    codes: ["P018"],
  },
  "is in the way of one that is built in": {
    plugins: (folder) => `[{name: slack, library_path: ${writePackage(folder, "slack", SINK)}}]`,
    codes: ["P012"],
  },
  "gets what it does not ask for, and not what it asks for": {
    plugins: (folder) => {
      const manifest = { ...SINK.manifest, permissions: { net: ["example.com:443"] } };
      const path = writePackage(folder, "pager", { ...SINK, manifest });
      return `[{name: pager, library_path: ${path}, permissions: {read: [/etc]}}]`;
    },
    codes: ["P013", "P014", "P018"],
  },
  "has its keys in the wrong place": {
    plugins: (folder) =>
      `[{name: pager, library_path: ${
        writePackage(folder, "pager", SINK)
      }, init_config: {word: a}}]`,
    codes: ["P015", "P018"],
  },
  "is not what its manifest says": {
    plugins: (folder) => {
      const path = writePackage(folder, "pager", SINK);
      Deno.writeTextFileSync(`${path}/mod.js`, "export default evil");
      return `[{name: pager, library_path: ${path}}]`;
    },
    codes: ["P017"],
  },
  "has keys that its schema does not take": {
    plugins: (folder) => {
      const path = writePackage(folder, "tickets", SOURCE);
      return `[{name: tickets, library_path: ${path}, init_config: {count: 500, cuont: 1}}]`;
    },
    codes: ["C003", "C004"],
  },
  "has them as JSON": {
    plugins: (folder) => {
      const path = writePackage(folder, "tickets", SOURCE);
      return `[{name: tickets, library_path: ${path}, init_config: '{"count": "many"}'}]`;
    },
    codes: ["C004"],
  },
  "lacks a key": {
    plugins: (folder) =>
      `[{name: tickets, library_path: ${writePackage(folder, "tickets", SOURCE)}}]`,
    codes: ["C004"],
  },
  "has a manifest that is none": {
    plugins: (folder) => {
      const path = writePackage(folder, "pager", SINK);
      Deno.writeTextFileSync(`${path}/falcod-plugin.json`, "[]");
      return `[{name: pager, library_path: ${path}}]`;
    },
    codes: ["P002"],
  },
};

for (const [what, { plugins, codes }] of Object.entries(MISTAKES)) {
  Deno.test(`falcod validate tells of a plugin that ${what}`, async () => {
    using folder = new Folder({ "rules.yaml": OPENED });
    await Deno.writeTextFile(
      folder.file("falco.yaml"),
      `rules_files: [${folder.path}/rules.yaml]\nstdout_output: {enabled: true}\nplugins: ${
        plugins(folder.path)
      }\n`,
    );
    const { out } = await falcod(["validate", folder.file("falco.yaml"), "--json"]);
    const { diagnostics } = JSON.parse(out) as { diagnostics: { code: string }[] };
    assertEquals(diagnostics.map(({ code }) => code).sort(), [...codes]);
  });
}

Deno.test("falcod validate runs nothing of a plugin", async () => {
  using folder = new Folder({ "rules.yaml": OPENED });
  const module = `Deno.writeTextFileSync("${folder.path}/ran", ""); ${SINK.module}`;
  const path = writePackage(folder.path, "pager", { ...SINK, module });
  await Deno.writeTextFile(
    folder.file("falco.yaml"),
    `rules_files: [${folder.path}/rules.yaml]
plugins: [{name: pager, library_path: ${path}, trusted: true}]
sinks: [{type: pager, word: hi}]
`,
  );
  const { code, out } = await falcod(["validate", folder.file("falco.yaml")]);
  assertEquals(code, 0, out);
  assertEquals([...Deno.readDirSync(folder.path)].some(({ name }) => name === "ran"), false);
});

Deno.test("a plugin that breaks is in /healthz and in the metrics, and falcod goes on", async () => {
  const port = freePort();
  using folder = new Folder({ "rules.yaml": RULES });
  const path = writePackage(folder.path, "tickets", {
    ...SOURCE,
    module: `export default { kind: "source", definition: { run: async ({ ready, emit }) => {
      ready();
      await emit([{ value: { number: 1 } }]);
      await new Promise((go) => setTimeout(go, 300));
      throw new Error("no more");
    } } };`,
  });
  await Deno.writeTextFile(
    folder.file("falco.yaml"),
    `engine: {kind: nodriver}
rules_files: [${folder.path}/rules.yaml]
plugins: [{name: tickets, library_path: ${path}, init_config: {count: 1}}]
stdout_output: {enabled: true}
webserver: {enabled: true, listen_address: 127.0.0.1, listen_port: ${port}, prometheus_metrics_enabled: true}
metrics: {enabled: true, interval: 1h}
`,
  );
  await using running = await Running.start("-c", folder.file("falco.yaml"));
  // The second time, falcod has given up rights it does not need itself.
  await running.until(() => running.error.split("its source failed: no more").length > 2);
  if (Deno.uid() === 0) assert(!running.error.includes("cannot be another user"), running.error);
  const health = await (await fetch(`http://127.0.0.1:${port}/healthz`)).json();
  const [plugin] = health.plugins;
  assertObjectMatch(plugin, { name: "tickets", kind: "source", isolated: true });
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  assert(/falcod_plugin_restarts_total\{.*plugin="tickets".*\} \d/.test(metrics), metrics);
  assertEquals(await running.end(), 0);
});
