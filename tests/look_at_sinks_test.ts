import { assert, assertEquals } from "./assert.ts";
import { newAuthority } from "./certificates.ts";
import { builtinPlugins } from "../plugins/mod.ts";
import { Report, SourceText } from "../core/base/mod.ts";
import { Registry } from "../core/plugin/mod.ts";
import { checkConfig } from "../core/app/config/check.ts";
import { checkSinks } from "../core/app/config/check_sinks.ts";
import { readConfigText } from "../core/app/config/load.ts";
import { lookAtSinks, type LookFor } from "../core/app/config/look_at_sinks.ts";
import { sinksOf } from "../core/app/config/outputs.ts";

async function look(yaml: string, mistakes: readonly string[] = [], lookFor?: LookFor) {
  const report = new Report();
  const registry = new Registry(builtinPlugins);
  const source = new SourceText("falco.yaml", yaml);
  const root = readConfigText(source, { environment: () => undefined, report })!;
  const loaded = { config: checkConfig(root, report), root, files: [] };
  const sinks = await checkSinks(sinksOf(loaded, { registry, report }), loaded, {
    registry,
    report,
  });
  const told = report.diagnostics.filter(({ severity }) => severity !== "info");
  assertEquals(told.map(({ title }) => title), mistakes);
  const faults = await lookAtSinks(sinks, {
    root,
    registry,
    report,
    ...lookFor && { lookFor },
  });
  const found = report.diagnostics.filter(({ code }) => code === "C045");
  assertEquals(found.map(({ title }) => title), faults);
  assert(found.every(({ at, help }) => at && help));
  return { faults, severities: found.map(({ severity }) => severity ?? "error") };
}

async function withFolder(
  work: (folder: string, write: (name: string, text: string) => string) => Promise<void>,
) {
  const folder = await Deno.makeTempDir({ prefix: "falcod-look-" });
  try {
    await work(folder, (name, text) => {
      Deno.writeTextFileSync(`${folder}/${name}`, text);
      return `${folder}/${name}`;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what outputs name and is not there is told with its key, and nothing is made", () =>
  withFolder(async (folder, write) => {
    const junk = write("junk", "junk");
    const { faults, severities } = await look(`
program_output: {enabled: true, program: "${folder}/no-such --flag | cat"}
http_output: {enabled: true, url: "https://127.0.0.1/", ca_bundle: ${junk}, mtls: true, client_cert: ${junk}, client_key: ${folder}/key}
grpc: {enabled: true, bind_address: "127.0.0.1:2", root_certs: ${junk}, private_key: ${junk}, cert_chain: ${junk}}
grpc_output: {enabled: true}
sinks:
  - {name: lines, type: file, filename: ${folder}/none/alerts.txt, dead_letters: ${folder}/none/dead.json}
  - {name: taken, type: file, filename: ${folder}}
  - {name: chat, type: slack, webhook_url: {file: ${folder}/url}, headers: {X-Token: {file: ${folder}}}}
  - {name: bus, type: nats, host_port: "127.0.0.1:4222", tls: {enabled: true, ca: ${folder}/ca.crt}}
  - {name: plain, type: nats, host_port: "127.0.0.1:4222", tls: {enabled: false, ca: ${folder}/ca.crt}}
  - {name: store, type: redis, address: ${junk}, password: {file: ${junk}}}
  - {name: log, type: syslog, address: ${folder}/log}
  - {name: served, type: grpc, bind_address: "127.0.0.1:1", root_certs: ${junk}, cert_chain: ${folder}/x, private_key: ${junk}}
`);
    assertEquals(faults, [
      `"program_output.program": there is no "${folder}/no-such"`,
      `"http_output.ca_bundle": Cannot use "${junk}" for TLS: there is no certificate in it (PEM)`,
      `"http_output.client_cert": there is no certificate in "${junk}" (PEM)`,
      `"http_output.client_key": cannot read "${folder}/key": there is no such file`,
      `"grpc.root_certs": Cannot use "${junk}" for TLS: there is no certificate in it (PEM)`,
      `"grpc.cert_chain": there is no certificate in "${junk}" (PEM)`,
      `"sinks[0].filename": cannot write to "${folder}/none/alerts.txt": there is no directory ${folder}/none`,
      `"sinks[0].dead_letters": there is no folder "${folder}/none"`,
      `"sinks[1].filename": cannot write to "${folder}": it is a directory`,
      `"sinks[2].webhook_url": Cannot read the secret in "${folder}/url": there is no such file`,
      `"sinks[2].headers.X-Token": Cannot read the secret in "${folder}": it is no file`,
      `"sinks[3].tls.ca": Cannot use "${folder}/ca.crt" for TLS: there is no such file`,
      `"sinks[5].address": "${junk}" is no socket`,
      `"sinks[6].address": nobody listens at "${folder}/log": there is no such file`,
      `"sinks[7].root_certs": Cannot use "${junk}" for TLS: there is no certificate in it (PEM)`,
      `"sinks[7].cert_chain": cannot read "${folder}/x": there is no such file`,
      `"sinks[7].private_key": there is no private key in "${junk}" (PEM)`,
    ]);
    assert(severities.every((severity) => severity === "warning"));
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["junk"]);
  }));

Deno.test("an output with a mistaken key is not told what it lacks: that may follow from it", () =>
  withFolder(async (folder) => {
    const { faults } = await look(
      `
stdout_output: {enabled: true}
grpc: {enabled: true, bind_address: unix/run/falco.sock}
grpc_output: {enabled: true}
sinks: [{type: file, filename: ${folder}/none/alerts.txt}]
`,
      ['"grpc.bind_address" wants unix:///PATH or ADDRESS:PORT, found "unix/run/falco.sock"'],
    );
    assertEquals(faults, [
      `"sinks[0].filename": cannot write to "${folder}/none/alerts.txt": there is no directory ${folder}/none`,
    ]);
  }));

Deno.test("syslog_output is told by its own key: it has none for an address", async () => {
  const isHere = await Deno.stat("/dev/log").then(() => true, () => false);
  const title = '"syslog_output": nobody listens at "/dev/log": there is no such file';
  const faults = isHere ? [] : [title];
  assertEquals((await look("syslog_output: {enabled: true}")).faults, faults);
  // Beside another output a run begins with it when there is a daemon, and says so.
  const both = "syslog_output: {enabled: true}\nstdout_output: {enabled: true}";
  assertEquals((await look(both)).faults, []);
  const checked = await look(both, [], "check");
  assertEquals(checked, { faults, severities: faults.map(() => "warning" as const) });
});

Deno.test("outputs whose files are there are not complained about, and none is made", () =>
  withFolder(async (folder, write) => {
    const authority = await newAuthority();
    const { certificate, key } = await authority.issue({ commonName: "client" });
    const [ca, cert, own] = [
      write("ca.crt", authority.certificate),
      write("client.crt", certificate),
      write("client.key", key),
    ];
    const { faults } = await look(`
file_output: {enabled: true, filename: ${folder}/alerts.txt}
program_output: {enabled: true, program: "/bin/cat > /dev/null"}
http_output: {enabled: true, url: "https://127.0.0.1/", ca_cert: ${ca}, mtls: true, client_cert: ${cert}, client_key: ${own}}
sinks:
  - {name: more, type: file, filename: /dev/stdout}
  - {name: chat, type: slack, webhook_url: {file: ${write("url", "http://127.0.0.1/")}}}
  - {name: bus, type: nats, host_port: "127.0.0.1:4222", tls: {enabled: true, ca: ${ca}, client_certificate: ${cert}, client_key: ${own}}}
`);
    assertEquals(faults, []);
    assert(![...Deno.readDirSync(folder)].some(({ name }) => name === "alerts.txt"));
  }));
