/** `falcod plugin …` as a program: on a terminal, several at a time, and killed. */
import { assert, assertEquals } from "../assert.ts";
import { fails, Place, pluginFiles, succeeds } from "../packages/running.ts";
import { packed } from "../packages/tar.ts";
import { httpReceiver } from "../peers/http_receiver.ts";
import { falcod, falcodCommand, falcodProgram } from "./program.ts";
import { Running } from "./running.ts";

function atFolder(place: Place) {
  return ["--dir", place.plugins];
}

async function versionsIn(place: Place): Promise<readonly string[]> {
  const { out, code, error } = await falcod(["plugin", "list", "--json", ...atFolder(place)]);
  assertEquals(code, 0, error);
  return JSON.parse(out).map(({ name, version }: Record<string, string>) => `${name} ${version}`);
}

async function verifies(place: Place): Promise<void> {
  const { code, error } = await falcod(["plugin", "verify", ...atFolder(place)]);
  assertEquals([code, error], [0, ""]);
}

Deno.test("to verify or list a folder without plugins says that there are none", async () => {
  using place = new Place();
  for (const question of ["verify", "list"]) {
    const { code, out, error } = await falcod(["plugin", question, ...atFolder(place)]);
    assertEquals([code, out, error], [0, "", `no plugins are installed in ${place.plugins}\n`]);
  }
});

Deno.test("an add that is killed leaves the old version, and the next one clears away the rest", async () => {
  using place = new Place();
  const old = place.file("old.tgz", packed(pluginFiles()));
  assertEquals((await falcod(["plugin", "add", old, "--yes", ...atFolder(place)])).code, 0);
  // So large that there is time to see it being written.
  const rules = { "rules/large.yaml": "#".repeat(48 << 20) };
  const files = pluginFiles({ manifest: { version: "2.0.0" }, files: rules });
  for (const [path, content] of Object.entries(files)) place.file(`new/${path}`, content);
  const add = ["plugin", "add", `${place.path}/new`, "--yes", "--replace", ...atFolder(place)];

  let killed = 0;
  for (let attempt = 0; attempt < 3; attempt++) {
    const adding = falcodCommand(add).spawn();
    const output = adding.output();
    let hasEnded = false;
    adding.status.then(() => hasEnded = true);
    while (!hasEnded && !isBeingWritten(place)) await new Promise((go) => setTimeout(go, 1));
    if (!hasEnded) {
      adding.kill("SIGKILL");
      killed++;
    }
    await output;
    const [version] = await versionsIn(place);
    assert(version === "pager 1.0.0" || version === "pager 2.0.0", version);
    await verifies(place);
  }
  assert(killed > 0, "it was never killed in time");
  const { code, error } = await falcod(add);
  assertEquals(code, 0, error);
  assertEquals(await versionsIn(place), ["pager 2.0.0"]);
  assertEquals([...Deno.readDirSync(place.plugins)].map(({ name }) => name).sort(), [
    ".lock",
    "falcod-plugins.lock.json",
    "pager",
  ]);
});

function isBeingWritten(place: Place): boolean {
  try {
    return [...Deno.readDirSync(place.plugins)].some(({ name }) => name.startsWith(".new-"));
  } catch {
    return false;
  }
}

Deno.test("several add at once all install theirs, and of one name one wins as a whole", async () => {
  using place = new Place();
  const paths = ["one", "two", "three"].map((name) =>
    place.file(`${name}.tgz`, packed(pluginFiles({ manifest: { name } })))
  );
  const same = ["1.0.0", "2.0.0"].map((version) =>
    place.file(`same-${version}.tgz`, packed(pluginFiles({ manifest: { version } })))
  );
  const results = await Promise.all(
    [...paths, ...same].map((path) =>
      falcod(["plugin", "add", path, "--yes", "--replace", ...atFolder(place)])
    ),
  );
  for (const { code, error } of results) assertEquals(code, 0, error);
  const versions = await versionsIn(place);
  assertEquals(versions.map((text) => text.split(" ")[0]), ["one", "pager", "three", "two"]);
  await verifies(place);
});

Deno.test("add asks on a terminal, and takes Enter for no", async () => {
  using place = new Place();
  const path = place.file("p.tgz", packed(pluginFiles()));
  const run = async (answer: string) => {
    const line = [...falcodProgram(), "plugin", "add", path, ...atFolder(place)].join(" ");
    const process = new Deno.Command("script", {
      args: ["-qec", line, "/dev/null"],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: { TERM: "dumb", NO_COLOR: "1" },
    }).spawn();
    const writer = process.stdin.getWriter();
    let seen = "";
    for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
      seen += text;
      if (!seen.includes("[y/N] ") || !answer) continue;
      await writer.write(new TextEncoder().encode(answer));
      answer = "";
    }
    await writer.close().catch(() => {});
    return { code: (await process.status).code, seen };
  };
  const no = await run("\n");
  assert(no.code === 1 && no.seen.includes("error[I018]"), no.seen);
  assert(no.seen.includes("falcod explain-code I018"), no.seen);
  const yes = await run("y\n");
  assertEquals(yes.code, 0, yes.seen);
  assert(/installed pager 1\.0\.0[^]*sinks:\r\n {2}- type: pager/.test(yes.seen), yes.seen);
});

Deno.test("add that fetches ends soon when it is interrupted, and has installed nothing", async () => {
  using place = new Place();
  const asked = Promise.withResolvers<void>(), end = Promise.withResolvers<Response>();
  await using receiver = httpReceiver();
  receiver.answer = () => {
    asked.resolve();
    return end.promise;
  };
  const from = `${receiver.url.replace("http:", "oci:")}/pager`;
  const add = ["plugin", "add", from, "--plain-http", "--yes", ...atFolder(place)];
  const adding = falcodCommand(add).spawn();
  const output = adding.output();
  await asked.promise;
  adding.kill("SIGINT");
  const { code, stderr } = await output;
  end.resolve(new Response());
  assertEquals(code, 1);
  assertEquals(
    new TextDecoder().decode(stderr).split("\n")[0],
    "error[I002]: Fetching was stopped",
  );
  assertEquals(place.listing(), []);
});

for (const kind of ["sink", "source", "formatter", "rules"]) {
  Deno.test(`new ${kind} makes a plugin whose test passes, that can be added, and packed again`, async () => {
    using place = new Place();
    const folder = `${place.path}/my-${kind}`;
    const made = await falcod(["plugin", "new", kind, `my-${kind}`], { folder: place.path });
    assertEquals([made.code, made.out], [0, `made ${folder}\n`]);
    if (kind === "rules") {
      const { out } = await falcod(["test", `${folder}/my-rules_test.yaml`]);
      assertEquals(out, "2 passed, 0 failed\n");
    } else {
      // With no cache of anything, and a network that is not there.
      await deno(place, ["task", "test"]);
      await deno(place, ["fmt", "--check"]);
      await deno(place, ["lint"]);
    }
    const add = ["add", folder, "--yes", ...atFolder(place)];
    assertEquals((await succeeds(add)).out, `installed my-${kind} 0.1.0\n`);
    await followReadme(place, folder);

    const file = `${folder}/${kind === "rules" ? "my-rules.yaml" : "mod.ts"}`;
    Deno.writeTextFileSync(file, "\n", { append: true });
    await fails(add, /error\[I014\][^]*pack/);
    const archive = `${place.path}/my-${kind}.tgz`;
    const { out, error } = await succeeds(["pack", folder, "--output", archive]);
    assert(out.startsWith(`packed my-${kind} 0.1.0 into ${archive}\nsha256 `), out);
    assert(!error.includes("imports"), error);
    await succeeds(add);
    const sha256 = out.trimEnd().slice(-64);
    await succeeds(["add", archive, "--yes", "--replace", "--sha256", sha256, ...atFolder(place)]);

    async function deno(place: Place, args: readonly string[]): Promise<void> {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...args],
        cwd: folder,
        env: {
          DENO_DIR: `${place.path}/deno`,
          DENO_NO_UPDATE_CHECK: "1",
          NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/",
          HTTPS_PROXY: "http://127.0.0.1:9/",
        },
      }).output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assertEquals(code, 0, said);
    }
  });
}

/** Has falcod check the falco.yaml in it, and the rules if there are some. */
async function followReadme(place: Place, folder: string): Promise<void> {
  const text = Deno.readTextFileSync(`${folder}/README.md`);
  const [config = "", rules = ""] = [...text.matchAll(/^```yaml\n([^]*?)^```/gm)]
    .map(([, block]) => block);
  // Beside those for system calls, which are watched, too.
  place.file("rules.yaml", ANY_RULE + rules);
  const common = "stdout_output: {enabled: true}\nrules_files: [rules.yaml]\n";
  place.file("falco.yaml", `${common}plugins_dir: ${place.plugins}\n${config}`);
  const { code, out } = await falcod(["validate", "falco.yaml"], { folder: place.path });
  assertEquals(code, 0, out);
  assert(out.includes("(0 errors, 0 warnings,"), out);
}

const ANY_RULE = `- rule: Any
  desc: For a test
  condition: evt.type = execve and proc.name = cat
  output: "%proc.name"
  priority: NOTICE
`;

Deno.test("new overwrites nothing, and takes names that a plugin can have", async () => {
  using place = new Place();
  place.file("pager/notes.txt", "mine");
  const inPlace = { folder: place.path };
  const there = await falcod(["plugin", "new", "sink", "pager"], inPlace);
  assert(/error\[I030\].*notes\.txt/.test(there.error), there.error);
  for (const name of ["../up", "Pager", "slack", "__proto__", "a".repeat(65), "p\u0430ger"]) {
    const { code, error } = await falcod(["plugin", "new", "sink", name], inPlace);
    assert(code === 1 && error.includes("error[I030]"), error);
  }
  const kind = await falcod(["plugin", "new", "snk", "pager"], inPlace);
  assert(kind.code === 1 && kind.error.includes("Did you mean sink?"), kind.error);
  assertEquals(place.listing(), [`${place.path}/pager`, `${place.path}/pager/notes.txt`]);
});

Deno.test("new plugins of every kind work together once they are added", async () => {
  using place = new Place();
  for (const kind of ["sink", "source", "formatter", "rules"]) {
    const folder = `${place.path}/my-${kind}`;
    await succeeds(["new", kind, `my-${kind}`, "--folder", folder]);
    await succeeds(["add", folder, "--yes", ...atFolder(place)]);
  }
  await using receiver = httpReceiver();
  const arrived = Promise.withResolvers<void>();
  receiver.answer = () => {
    arrived.resolve();
    return new Response();
  };
  const manifest = `${place.path}/my-sink/falcod-plugin.json`;
  const { host } = new URL(receiver.url);
  const text = Deno.readTextFileSync(manifest).replaceAll("127.0.0.1:8080", host);
  Deno.writeTextFileSync(manifest, text);
  await succeeds(["add", `${place.path}/my-sink`, "--yes", ...atFolder(place)]);
  const config = place.file("falco.yaml", wired(place, receiver.url));
  place.file(
    "ticks.yaml",
    `- rule: Third tick
  desc: It is the third one
  source: my_source
  condition: my_source.count = 3
  output: "%my_source.message"
  priority: NOTICE
`,
  );
  await using running = await Running.startUntil("watching my_source", ["run", "-c", config]);
  await running.until(() => running.out.includes("[Notice] Third tick: tick 3\n"));
  const isTroubled = () => running.error.includes("failed");
  await Promise.race([arrived.promise, running.until(isTroubled)]);
  assert(receiver.received[0]?.body.includes("Notice tick 3"), running.error);
  assertEquals(await running.end(), 0);
});

function wired(place: Place, url: string): string {
  return `
engine: { kind: nodriver }
plugins_dir: ${place.plugins}
rules_files: [${place.path}/ticks.yaml]
plugins:
  - { name: my-source, library_path: my-source, init_config: { interval_ms: 100 } }
  - { name: my-rules, library_path: my-rules }
load_plugins: [my-source, my-rules]
sinks:
  - { type: my-sink, url: "${url}" }
  - { type: stdout, format: my-formatter }
`;
}

Deno.test("falcod plugin pack tells what a plugin of more than one file needs, and writes the same twice", async () => {
  using place = new Place();
  const files = pluginFiles();
  for (const [path, content] of Object.entries(files)) place.file(`pager/${path}`, content);
  const manifest = JSON.parse(String(files["falcod-plugin.json"]));
  delete manifest.sha256;
  place.file("pager/falcod-plugin.json", JSON.stringify(manifest));
  const module = `import type { A } from "./types.ts";
import { readFileSync } from "node:fs";
import {
  b,
} from "./b.ts";
take "npm:c@1";
export * from './d.ts';
export const from = "./e.ts";
`;
  place.file(`pager/${manifest.entry}`, module.replace("take ", "import "));
  const pack = ["pack", `${place.path}/pager`, "--output", `${place.path}/pager.tgz`];
  const { out, error } = await succeeds(pack);
  assert(error.includes("imports ./b.ts, npm:c@1, ./d.ts, which"), error);
  assert(error.includes("deno bundle --platform deno"), error);
  assertEquals((await succeeds(pack)).out, out);
  const written = JSON.parse(Deno.readTextFileSync(`${place.path}/pager/falcod-plugin.json`));
  assert(/^[0-9a-f]{64}$/.test(written.sha256));
});

Deno.test("falcod plugin pack reads nothing outside of the folder, and says what is wrong", async () => {
  using place = new Place();
  const pack = ["pack", `${place.path}/pager`, "--output", `${place.path}/pager.tgz`];
  await fails(pack, /error\[I002\]/);
  const manifest = JSON.parse(String(pluginFiles()["falcod-plugin.json"]));
  for (const entry of ["../mod.js", "/etc/passwd", "mod.sh", 7]) {
    place.file("pager/falcod-plugin.json", JSON.stringify({ ...manifest, entry }));
    await fails(pack, /error\[P002\].*"entry" wants/);
  }
  place.file("pager/falcod-plugin.json", JSON.stringify({ ...manifest, entry: "link.js" }));
  Deno.symlinkSync("/etc/hostname", `${place.path}/pager/link.js`);
  await fails(pack, /error\[I002\].*symbolic link/);
  for (const text of ["", "{", "[]", "null", "\xff"]) {
    place.file("pager/falcod-plugin.json", text);
    await fails(pack, /error\[P00[12]\]/);
  }
  const there = [...Deno.readDirSync(place.path)].map(({ name }) => name);
  assertEquals(there, ["pager"]);
});
