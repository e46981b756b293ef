/** A ConfigMap in a pod: the kubelet swaps the link `..data`, and no file changes in its place. */
import { assert, assertEquals } from "../assert.ts";
import { Running } from "../cli/running.ts";
import { freePort } from "../free_port.ts";

const RULE = (name: string) =>
  `- rule: ${name}\n  desc: d\n  condition: ka.verb = create\n  output: seen\n  priority: INFO\n  source: k8s_audit\n`;

/** As kubernetes pkg/volume/util/atomic_writer.go does it. */
async function write(volume: string, files: Readonly<Record<string, string>>): Promise<void> {
  const fresh = await Deno.makeTempDir({ dir: volume, prefix: "..2026_" });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${fresh}/${name}`, text);
  }
  const before = await Deno.readLink(`${volume}/..data`).catch(() => undefined);
  await Deno.symlink(fresh.split("/").at(-1)!, `${volume}/..data_tmp`);
  await Deno.rename(`${volume}/..data_tmp`, `${volume}/..data`);
  for (const name of Object.keys(files)) {
    await Deno.symlink(`..data/${name}`, `${volume}/${name}`).catch(() => {});
  }
  if (before) await Deno.remove(`${volume}/${before}`, { recursive: true });
}

Deno.test("rules and configuration in a ConfigMap are in effect when the kubelet has swapped them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const port = freePort();
    const config = (more: string) =>
      `config_files: []\nrules_files: [${folder}/rules]\nengine: { kind: nodriver }\n` +
      `plugins:\n  - name: k8saudit\n    library_path: libk8saudit.so\n` +
      `    open_params: http://127.0.0.1:${port}/k8s-audit\nstdout_output: { enabled: true }\n${more}`;
    await Deno.mkdir(`${folder}/rules`);
    await Deno.mkdir(`${folder}/config`);
    await write(`${folder}/rules`, { "mine.yaml": RULE("First") });
    await write(`${folder}/config`, { "falco.yaml": config("json_output: true\n") });
    await using falcod = await Running.start("run", "-c", `${folder}/config/falco.yaml`);
    const ruleOf = async () => {
      const known = falcod.out.length;
      const body = JSON.stringify({
        kind: "Event",
        auditID: "1",
        stage: "ResponseComplete",
        stageTimestamp: new Date().toISOString(),
        verb: "create",
      });
      const headers = { "content-type": "application/json" };
      const url = `http://127.0.0.1:${port}/k8s-audit`;
      const answer = await fetch(url, { method: "POST", headers, body });
      const told = await answer.text();
      assert(answer.ok, told);
      await falcod.until(() => falcod.out.indexOf("\n", known) >= 0);
      return JSON.parse(falcod.out.slice(known).split("\n")[0]!);
    };
    assertEquals((await ruleOf()).rule, "First");
    await write(`${folder}/rules`, { "mine.yaml": RULE("Second") });
    await falcod.until(() => /reloaded|in effect/.test(falcod.error));
    assertEquals((await ruleOf()).rule, "Second");
    const said = falcod.error.length;
    await write(`${folder}/config`, {
      "falco.yaml": config("json_output: true\npriority: debug\n"),
    });
    await falcod.until(() => /reloaded|in effect/.test(falcod.error.slice(said)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
