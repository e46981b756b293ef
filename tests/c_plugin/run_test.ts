/** falcod with plugins made for Falco, as a person would run it. */
import { assert, assertEquals } from "../assert.ts";
import { freePort } from "../free_port.ts";
import { falcod, Folder } from "../cli/program.ts";
import { Running } from "../cli/running.ts";
import { capture, opening, process } from "../made_captures.ts";
import { builtPlugin } from "./build.ts";

const source = builtPlugin("source"), observer = builtPlugin("observer");

interface Given {
  readonly rules: string;
  readonly openParams?: string;
  readonly more?: string;
}

/** Only what the plugins deliver. */
function files({ rules, openParams = "5", more = "" }: Given) {
  return {
    "falco.yaml": `rules_files: [rules.yaml]
engine: {kind: nodriver}
stdout_output: {enabled: true}
json_output: true
plugins:
  - {name: falcod_test, library_path: ${source}, open_params: "${openParams}"}
  - {name: falcod_observer, library_path: ${observer}}
${more}`,
    "rules.yaml": rules,
  };
}

function rule(condition: string, output: string, source = "falcod_test"): string {
  return `- rule: A rule
  desc: for a test
  source: ${source}
  condition: ${condition}
  output: "${output}"
  priority: INFO
`;
}

interface AlertLine {
  readonly output: string;
  readonly source: string;
  readonly output_fields: Readonly<Record<string, unknown>>;
}

async function alertsOf(given: Given, ...args: readonly string[]) {
  using folder = new Folder(files(given));
  const { code, out, error } = await falcod(["run", "-c", "falco.yaml", ...args], {
    folder: folder.path,
  });
  const alerts: AlertLine[] = out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  return { code, error, alerts };
}

function messages(alerts: readonly AlertLine[]): readonly string[] {
  return alerts.map(({ output }) => output.replace(/^\S+ Informational /, ""));
}

Deno.test("a plugin's events meet rules with its fields, and its end is the run's", async () => {
  const condition = "test.number > 2 and test.words intersects (odd) and test.is_even = false " +
    "and test.address = 192.168.7.9 and test.address[6] = 2001:db8::1 and test.net = 192.168.0.0/16";
  const output = "%test.text: %test.words %test.lengths %test.given[a-b] %evt.pluginname " +
    "%evt.plugininfo %test.address[6]";
  const { code, error, alerts } = await alertsOf({ rules: rule(condition, output) });
  assertEquals(code, 0, error);
  const text = (event: string, first: number) =>
    `${event}: (${first},hello,odd) (1,5,3) a-b falcod_test <${event}> 2001:db8::1`;
  assertEquals(messages(alerts), [text("5 hello odd", 5), text("3 hello odd", 3)]);
  assertEquals(alerts[0]!.source, "falcod_test");
  const { "test.words": words, "test.lengths": lengths } = alerts[0]!.output_fields;
  assertEquals([words, lengths], [["5", "hello", "odd"], [1, 5, 3]]);
});

Deno.test("plugins follow events, and have each other's tables", async () => {
  const output = "%test.seen[hello] %obs.words[odd] %obs.type %obs.params %obs.tables%obs.comm";
  const { alerts, error } = await alertsOf({ rules: rule("test.number = 1", output) });
  assertEquals(
    messages(alerts),
    ["5 3 322 (4:999,11:2337205944442167345) test_words/9(1) <NA>"],
    error,
  );
});

Deno.test("events that a plugin's threads send meet rules, and nobody is asked after the end", async () => {
  using folder = new Folder(files({
    rules: rule("evt.is_async = true", "%evt.asynctype of %evt.source %test.text %obs.type"),
    openParams: "2 forever",
  }));
  await using running = await Running.start(
    "-c",
    folder.file("falco.yaml"),
    "-r",
    folder.file("rules.yaml"),
  );
  await running.until(() => running.out.split("\n").length > 3);
  assertEquals(await running.end(), 0, running.error);
  const [first] = running.out.split("\n").map((line) => line && JSON.parse(line));
  assertEquals(messages([first]), ["test_tick of falcod_test <NA> 402"]);
  assert(running.error.includes('asynchronous event "test_unknown" is none'), running.error);
});

Deno.test("a plugin that does not come back is left behind, and what it delivered is judged", async () => {
  using folder = new Folder(files({
    rules: rule("test.number > 0", "%test.number"),
    openParams: "2 hang",
  }));
  const path = folder.file("falco.yaml");
  await using running = await Running.start("-c", path, "-r", folder.file("rules.yaml"));
  await running.until(() => running.error.includes("waits for ever"));
  assertEquals(await running.end(), 0, running.error);
  assertEquals(running.out.split("\n").length, 3);
  const note = 'plugin "falcod_test" does not end: it is still at work';
  assert(running.error.includes(note), running.error);
});

Deno.test("a plugin that fails ends the run with its words", async () => {
  const rules = rule("test.number > 0", "%test.number");
  const broken = await alertsOf({ rules, openParams: "1 fail" });
  assertEquals([broken.code, broken.alerts.length], [1, 1]);
  assert(broken.error.includes("plugin_next_batch failed: the source is broken"), broken.error);
  const closed = await alertsOf({ rules, openParams: "-3" });
  assertEquals(closed.code, 1);
  assert(closed.error.includes("there is no such thing as -3"), closed.error);
  const refused = await alertsOf({ rules }, "-o", 'plugins[0].init_config={"fail":true}');
  assertEquals(refused.code, 1);
  assert(refused.error.includes("plugin_init failed: told to fail"), refused.error);
});

Deno.test("events of plugins that are none are passed over, and told", async () => {
  const { code, error, alerts } = await alertsOf({
    rules: rule("test.number > 0", "%test.number"),
    openParams: "10 odd",
  });
  assertEquals(code, 0, error);
  assertEquals(messages(alerts), ["4", "3", "2", "1"]);
  assert(error.includes("lost before any rule saw them: 6 malformed"), error);
});

Deno.test("plugins look at system calls, and at what falcod knows of who makes them", async () => {
  const rules = rule(
    "evt.type = openat and obs.comm = cat",
    "%obs.type %obs.comm %obs.args %obs.params %obs.mark %obs.threads %obs.tables",
    "syscall",
  );
  const bytes = await capture([process(10, "cat", { args: ["-n", "/etc/shadow"] })], [
    opening("/etc/shadow"),
    opening("/etc/hosts"),
  ]);
  using folder = new Folder({
    ...files({ rules }),
    "a.scap": bytes,
  });
  const { code, out, error } = await falcod(["replay", "-c", "falco.yaml", "a.scap"], {
    folder: folder.path,
  });
  assertEquals(code, 0, error);
  const alerts = out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const text = (name: string, mark: number) =>
    `307 cat (-n,/etc/shadow) (8:3,8:-100,${name},4:1,4:0,4:5,8:7) ${mark} 1 threads/4(26) `;
  assertEquals(messages(alerts), [text("/etc/shadow", 1), text("/etc/hosts", 2)]);
});

Deno.test("rule files ask for plugins, and get those that are new enough", async () => {
  const needs = (version: string) =>
    `- required_plugin_versions: [{name: falcod_test, version: ${version}}]\n` +
    rule("test.number = 1", "%test.number");
  assertEquals((await alertsOf({ rules: needs("1.2.0") })).alerts.length, 1);
  for (const version of ["1.3.0", "2.0.0"]) {
    const { code, error } = await alertsOf({ rules: needs(version) });
    assertEquals(code, 1);
    assert(error.includes("R041"), error);
  }
});

Deno.test("Falco's flags tell of plugins that the configuration loads", async () => {
  using folder = new Folder(files({ rules: "" }));
  const ask = async (...args: readonly string[]) => {
    const { code, out, error } = await falcod(["-c", "falco.yaml", ...args], {
      folder: folder.path,
    });
    assertEquals([code, error], [0, ""]);
    return out;
  };
  const [list, info, fields] = await Promise.all([
    ask("--list-plugins"),
    ask("--plugin-info", "falcod_test"),
    ask("--list=falcod_test", "-N"),
  ]);
  assert(list.includes(`falcod_observer\tnative\t${observer}\n`), list);
  assert(info.includes("  - Event Sourcing (ID=999, source='falcod_test')\n"), info);
  assert(info.includes("Init config schema type: JSON\n{"), info);
  assert(info.endsWith("Suggested open params:\n10: ten events\n20 forever\n"), info);
  for (const name of ["test.number", "obs.type", "evt.time"]) {
    assert(fields.split("\n").includes(name), fields);
  }
});

Deno.test("/metrics has what plugins tell of themselves, by Falco's names", async () => {
  const port = freePort();
  const more = `webserver: {enabled: true, listen_address: 127.0.0.1, listen_port: ${port}, ` +
    "prometheus_metrics_enabled: true}\nmetrics: {enabled: true, interval: 1h}\n";
  const given = { rules: rule("test.number = 1", "one"), openParams: "20 forever", more };
  using folder = new Folder(files(given));
  await using falcod = await Running.startUntil(
    "falcod: watching",
    ["run", "-c", folder.file("falco.yaml"), "-r", folder.file("rules.yaml")],
    { folder: folder.path },
  );
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  assert(/^falcosecurity_plugins_falcod_test_delivered_total \d+$/m.test(text), text);
  assert(/^# TYPE falcosecurity_plugins_falcod_test_delivered_total counter$/m.test(text), text);
  assert(/^falcosecurity_plugins_falcod_test_half_total 0.5$/m.test(text), text);
  await falcod.end();
});
