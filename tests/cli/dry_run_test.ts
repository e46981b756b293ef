/** What would end a start on this machine is told before it. */
import { assert, assertEquals } from "../assert.ts";
import { newAuthority } from "../certificates.ts";
import { falcod, Folder } from "./program.ts";

const RULES = `
- rule: a rule
  desc: for a test
  condition: ka.verb = create
  output: seen %ka.verb
  priority: WARNING
  source: k8s_audit
`;

const config = (openParams: string, { init = "{}", webserver = "{}" } = {}) => `
rules_files: [rules.yaml]
stdout_output: {enabled: true}
engine: {kind: nodriver}
webserver: ${webserver}
plugins:
  - name: k8saudit
    library_path: libk8saudit.so
    init_config: ${init}
    open_params: ${openParams}
`;

const told = (text: string) => text.split("\n").filter((line) => line.includes("[C065]"));

Deno.test("falcod validate warns of what would end a start, and --dry-run ends with it", async () => {
  const webserver =
    "{enabled: true, listen_address: 127.0.0.1, listen_port: 0, ssl_enabled: true, ssl_certificate: ./none.pem}";
  const init = "{sslCertificate: ./rules.yaml}";
  using folder = new Folder({
    "rules.yaml": RULES,
    "web.yaml": config("https://127.0.0.2:0/a", { init, webserver }),
    "file.yaml": config("./none/audit.log"),
  });
  const options = { folder: folder.path };
  const expected = (file: string, severity: string) =>
    file === "web.yaml"
      ? [
        `web.yaml:5:107: ${severity}[C065]: "webserver.ssl_certificate": Cannot use "./none.pem" for TLS: there is no such file`,
        `web.yaml:9:35: ${severity}[C065]: "plugins[0].init_config.sslCertificate": Cannot use "./rules.yaml" for TLS: ` +
        'there is no certificate in it (PEM, "-----BEGIN CERTIFICATE-----")',
      ]
      : [
        `file.yaml:10:18: ${severity}[C065]: "plugins[0].open_params": ` +
        'Cannot read audit events from "./none/audit.log": No such file or directory',
      ];
  for (const file of ["web.yaml", "file.yaml"]) {
    const checked = await falcod(["validate", file], options);
    assertEquals([checked.code, told(checked.out)], [0, expected(file, "warning")]);
    const dry = await falcod(["run", "--dry-run", "-c", file], options);
    assertEquals([dry.code, told(dry.error)], [1, expected(file, "error")]);
  }
});

Deno.test("falcod run names the key of its web server's certificate", async () => {
  const webserver =
    "{enabled: true, listen_address: 127.0.0.1, listen_port: 0, ssl_enabled: true, ssl_certificate: ./none.pem}";
  using folder = new Folder({
    "rules.yaml": RULES,
    "falco.yaml": config("http://127.0.0.2:0/a", { webserver }),
  });
  const { code, error } = await falcod(["run", "-c", "falco.yaml"], { folder: folder.path });
  assertEquals(code, 1);
  assert(error.includes('Cannot use "./none.pem" for TLS: there is no such file'), error);
  assert(error.includes("webserver.ssl_certificate names a PEM file"), error);
});

Deno.test("falcod run --dry-run tells of an address that is wanted with and without TLS", async () => {
  const authority = await newAuthority();
  const { certificate, key } = await authority.issue({ commonName: "localhost" });
  const webserver =
    "{enabled: true, listen_address: 127.0.0.1, listen_port: 0, ssl_enabled: true, ssl_certificate: ./own.pem}";
  using folder = new Folder({
    "rules.yaml": RULES,
    "own.pem": key + certificate,
    "falco.yaml": config("http://127.0.0.1:0/a", { webserver }),
  });
  const { code, error } = await falcod(["run", "--dry-run", "-c", "falco.yaml"], {
    folder: folder.path,
  });
  assertEquals([code, told(error)], [1, [
    "falco.yaml:10:18: error[C065]: Cannot listen on 127.0.0.1:0 with and without TLS at a time",
  ]]);
});

Deno.test("falcod run --dry-run warns of ports that are taken, by the falcod that runs perhaps", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const webserver = `{enabled: true, listen_address: 127.0.0.1, listen_port: ${port}}`;
  using folder = new Folder({
    "rules.yaml": RULES,
    "web.yaml": config("http://127.0.0.1:0/a", { webserver }),
    "audit.yaml": config(`http://127.0.0.1:${port}/a`),
  });
  const options = { folder: folder.path };
  for (const file of ["web.yaml", "audit.yaml"]) {
    const { code, error } = await falcod(["run", "--dry-run", "-c", file], options);
    assertEquals([code, told(error).length], [0, 1], error);
    assert(told(error)[0]!.includes("something else listens there already"), error);
    const end = "dry run, falcod would start once that port is free, with 1 warning\n";
    assert(error.endsWith(end), error);
    const checked = await falcod(["validate", file], options);
    assertEquals(told(checked.out), []);
  }
});
