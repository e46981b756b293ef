import { assert, assertEquals } from "../../../tests/assert.ts";
import { Report } from "../../base/mod.ts";
import { checkConfig } from "./check.ts";
import { containerSettings } from "./container_engines.ts";
import { criSocketOptions } from "./cri_sockets.ts";
import { mergeConfig } from "./load.ts";

const CONTAINERD = "/run/containerd/containerd.sock";

/** A configuration after `--cri` with these sockets. */
function load(yaml: string, sockets: readonly string[] = ["/x.sock"]) {
  const path = Deno.makeTempFileSync({ prefix: "falcod-cri-" });
  try {
    Deno.writeTextFileSync(path, yaml);
    const report = new Report();
    let options: readonly string[] | undefined;
    const { root } = mergeConfig({
      path,
      options: [],
      furtherOptions: (root, report) => (options = criSocketOptions(root, sockets, report)) ?? [],
      environment: () => undefined,
      rulesFolder: "/somewhere/rules",
    }, report);
    const { docker, cri, containerd } = containerSettings(checkConfig(root, report));
    const codes = report.diagnostics.map(({ code }) => code);
    return { options, docker, cri, containerd: containerd[0], codes };
  } finally {
    Deno.removeSync(path);
  }
}

const entry = (init: string) =>
  `plugins: [{name: other, library_path: o.so}, {name: container, library_path: l.so${init}}]\n`;
const inEntry = "plugins[1].init_config.engines.cri.sockets[]=/x.sock";
const inOld = "container_engines.cri.sockets[]=/x.sock";
const USUAL_DOCKER = ["/var/run/docker.sock"];

Deno.test("criSocketOptions() makes one entry of the plugin where nothing is said of engines", () => {
  const { options, ...rest } = load("", ["/x.sock", "unix:///y.sock"]);
  assertEquals(options?.length, 1);
  assertEquals(rest, {
    docker: USUAL_DOCKER,
    cri: ["/x.sock", "/y.sock"],
    containerd: CONTAINERD,
    codes: [],
  });
});

Deno.test("criSocketOptions() puts sockets into the entry that is there, however its text is written", () => {
  const wanted = { options: [inEntry], docker: USUAL_DOCKER, cri: ["/x.sock"] };
  for (
    const init of [
      "",
      ', init_config: ""',
      ", init_config: {label_max_len: 7}",
      ", init_config: {engines: {podman: {enabled: false}}}",
      `, init_config: '{"engines": {"podman": {"enabled": false}}}'`,
    ]
  ) {
    assertEquals(load(entry(init)), { ...wanted, containerd: CONTAINERD, codes: [] }, init);
  }
});

Deno.test("criSocketOptions() leaves other engines as they are, and adds to sockets that are named", () => {
  const engines = "{docker: {enabled: false}, cri: {sockets: [/a.sock]}, " +
    "containerd: {sockets: [/c.sock]}}";
  assertEquals(load(entry(`, init_config: {engines: ${engines}}`)), {
    options: [inEntry],
    docker: [],
    cri: ["/a.sock", "/x.sock"],
    containerd: "/c.sock",
    codes: [],
  });
  const old = "container_engines: {docker: {enabled: false}, cri: {sockets: /a.sock}}\n";
  for (const yaml of [old, old + entry(", init_config: {label_max_len: 7}")]) {
    assertEquals(load(yaml), {
      options: [inOld],
      docker: [],
      cri: ["/a.sock", "/x.sock"],
      containerd: CONTAINERD,
      codes: ["C005"],
    });
  }
  assertEquals(load(old + entry(", init_config: {engines: {}}")).options, [inEntry]);
});

Deno.test("criSocketOptions() has a socket asked once that is configured, too", () => {
  const engines = "{cri: {sockets: [/a.sock, /x.sock]}}";
  assertEquals(load(entry(`, init_config: {engines: ${engines}}`)).cri, ["/a.sock", "/x.sock"]);
});

Deno.test("criSocketOptions() switches nothing on", () => {
  const off = "{cri: {enabled: no}}";
  for (const yaml of [entry(`, init_config: {engines: ${off}}`), `container_engines: ${off}\n`]) {
    const { options, cri } = load(yaml);
    assertEquals([options, cri], [undefined, []]);
  }
});

Deno.test("criSocketOptions() leaves what is wrong with a text of JSON to be told once", () => {
  for (const text of ['{"engines": {"cri": ', '{"engines": {}, "engines": {}}']) {
    const { codes } = load(entry(`, init_config: '${text}'`));
    assertEquals(codes.length, new Set(codes).size, codes.join());
    assert(codes.some((code) => code.startsWith("Y")), codes.join());
  }
});
