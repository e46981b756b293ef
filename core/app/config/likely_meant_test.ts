import { assertEquals } from "../../../tests/assert.ts";
import { Report } from "../../base/mod.ts";
import { loadConfig } from "./load.ts";

/** `code help` of each diagnostic of a falco.yaml. */
function helps(text: string): string[] {
  const path = Deno.makeTempFileSync({ suffix: ".yaml" });
  try {
    Deno.writeTextFileSync(path, text);
    const report = new Report();
    const environment = () => undefined;
    loadConfig({ path, options: [], environment, rulesFolder: "/rules" }, report);
    return report.diagnostics.map(({ code, help }) => `${code} ${help}`);
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("keyMeant() names the mapping beside a key that has one of its name", () => {
  assertEquals(helps("append_output: [{source: syscall, extra_output: x}]\n"), [
    'C003 it belongs under "match"',
  ]);
  assertEquals(helps("engine: {buf_size_preset: 4}\n"), [
    'C003 it belongs under "kmod" or "ebpf" or "modern_ebpf"',
  ]);
});

Deno.test("keyMeant() knows what belongs under init_config of a plugin", () => {
  // falco-operator issue 214
  const entry = (name: string) =>
    `plugins: [{name: ${name}, library_path: x.so, engines: {}, sslCertificate: y}]\n`;
  assertEquals(helps(entry("container")), [
    'C003 it belongs under "init_config"',
    "C003 it is ignored",
  ]);
  assertEquals(helps(entry("k8saudit")), [
    "C003 it is ignored",
    'C003 it belongs under "init_config"',
  ]);
});

Deno.test("valueMeant() tells where the port behind an address goes", () => {
  for (const address of ["127.0.0.1", "[::1]"]) {
    assertEquals(helps(`webserver: {listen_address: "${address}:8765"}\n`), [
      "C004 the port goes to listen_port: 8765",
    ]);
  }
});

Deno.test("valueMeant() knows how an address of gRPC is spelled", () => {
  // falco issue 1181
  const help = (address: string) => helps(`grpc: {enabled: true, bind_address: "${address}"}\n`)[0];
  assertEquals(help("/var/run/falco.sock"), 'C004 did you mean "unix:///var/run/falco.sock"?');
  assertEquals(help("5060"), 'C004 did you mean "0.0.0.0:5060"?');
  assertEquals(help("tcp://0.0.0.0:5060"), 'C004 did you mean "0.0.0.0:5060"?');
  assertEquals(help("falco.sock"), "C004 undefined");
});

Deno.test("valueMeant() knows other words for true and false, and texts in place of init_config", () => {
  const help = (value: string) => helps(`json_output: ${value}\n`)[0];
  assertEquals(help("1"), 'C004 did you mean "true"?');
  assertEquals(help("disabled"), 'C004 did you mean "false"?');
  assertEquals(help("ture"), 'C004 did you mean "true"?');
  assertEquals(help("5m"), "C004 undefined");
  assertEquals(
    helps('plugins: [{name: container, library_path: x.so, init_config: "label_max_len: 5"}]\n'),
    ["C004 write its keys below it as they are: a text is read as JSON"],
  );
});

Deno.test("keyMeant() knows what only sinks take of what stands under an output", () => {
  assertEquals(helps("file_output: {rotate: {keep: 3}, format: json, max_size: 5}\n"), [
    'C003 file_output has none: under sinks, one of type file takes "rotate"',
    'C003 file_output has none: under sinks, one of type file takes "format"',
    "C003 it is ignored",
  ]);
  assertEquals(helps("http_output: {timeout: 3s}\n"), [
    'C003 http_output has none: under sinks, one of type http takes "timeout"',
  ]);
});
