import { assertEquals } from "../../../tests/assert.ts";
import { socketsOnHost, USUAL_SOCKETS } from "./engine_sockets.ts";
import type { Wired } from "./settings.ts";
import { settings, usual } from "./testing.ts";

const containers = (yaml: string) => settings(usual + yaml).containerEngines;
const DOCKER = "/var/run/docker.sock";
const PODMAN = "/run/podman/podman.sock";
const CRI = socketsOnHost(USUAL_SOCKETS.cri);
const CONTAINERD = socketsOnHost(USUAL_SOCKETS.containerd);

interface Engines {
  readonly docker?: readonly string[];
  readonly podman?: readonly string[];
  readonly cri?: readonly string[];
  readonly containerd?: readonly string[];
}

/** What is wired where the usual sockets are asked but for those that are given; "no" ones are empty. */
function wired(given: Engines = {}, labelMaxLength = 100): readonly Wired[] {
  const { docker = [DOCKER], podman = [PODMAN], cri = CRI, containerd = CONTAINERD } = given;
  const kind = "container_engine" as const;
  const all: readonly Wired[] = [
    { kind, name: "docker", config: { engine: "docker", sockets: docker, labelMaxLength } },
    { kind, name: "docker", config: { engine: "podman", sockets: podman, labelMaxLength } },
    {
      kind,
      name: "grpc",
      config: { criSockets: cri, containerdSockets: containerd, labelMaxLength },
    },
  ];
  const lengths = [docker.length, podman.length, cri.length + containerd.length];
  return all.filter((_, index) => lengths[index]! > 0);
}

const entry = (init: string) =>
  `plugins: [{name: container, library_path: libcontainer.so, init_config: ${init}}]`;

Deno.test("settingsOf() has engines asked at their usual sockets", () => {
  assertEquals(containers(""), wired());
  assertEquals(containers(entry('""')), wired());
  assertEquals(containers(entry("{engines: {docker: {}}}")), wired());
  assertEquals(containers(entry("{engines: {cri: {sockets: []}}}")), wired());
});

Deno.test("settingsOf() hands over the container plugin's sockets and length of labels", () => {
  const engines = "{docker: {sockets: [/a.sock, unix:///b.sock]}, podman: {enabled: false}, " +
    "cri: {sockets: /c.sock}, containerd: {sockets: [/d.sock]}}";
  assertEquals(
    containers(entry(`{label_max_len: 7, engines: ${engines}}`)),
    wired(
      { docker: ["/a.sock", "/b.sock"], podman: [], cri: ["/c.sock"], containerd: ["/d.sock"] },
      7,
    ),
  );
  const other = "plugins: [{name: other, library_path: o.so, init_config: {engines: 5}}]";
  assertEquals(containers(other), wired());
});

Deno.test("settingsOf() reads the container plugin's settings from a text of JSON too", () => {
  const json = `'{"engines": {"podman": {"sockets": ["/p.sock"]}}}'`;
  assertEquals(containers(entry(json)), wired({ podman: ["/p.sock"] }));
});

Deno.test("settingsOf() follows the old container_engines where the plugin says nothing", () => {
  const old = "container_engines: {docker: {enabled: false}, cri: {sockets: [/c.sock]}}\n";
  assertEquals(containers(old), wired({ docker: [], cri: ["/c.sock"] }));
  const of039 = "container_engines: {cri: {cri: [/c.sock]}}\n";
  assertEquals(containers(of039), wired({ cri: ["/c.sock"] }));
  assertEquals(settings(usual + of039).codes, []);
  const both = old + entry("{label_max_len: 7}");
  assertEquals(containers(both), wired({ docker: [], cri: ["/c.sock"] }, 7));
  assertEquals(containers(old + entry("{engines: {}}")), wired());
});

Deno.test("settingsOf() wires no engine when all of them are switched off", () => {
  const off = (...names: string[]) => `{${names.map((name) => `${name}: {enabled: false}`)}}`;
  assertEquals(
    containers(entry(`{engines: ${off("docker", "podman", "cri", "containerd")}}`)),
    [],
  );
  assertEquals(containers(`container_engines: ${off("docker", "podman", "cri")}`), []);
});

Deno.test("settingsOf() has alerts wait 50 ms for containers, or as long as configured", () => {
  assertEquals(settings(usual).containers.alertWaitMs, 50);
  assertEquals(settings(usual + entry("{alert_wait_ms: 0}")).containers.alertWaitMs, 0);
});

Deno.test("settingsOf() leaves engines out that only cgroups tell of, in both spellings", () => {
  const off = "{lxc: {enabled: false}, libvirt_lxc: {enabled: no}}";
  for (const yaml of [entry(`{engines: ${off}}`), `container_engines: ${off}`]) {
    const { notRecognized } = settings(usual + yaml).containers;
    assertEquals([...notRecognized], ["lxc", "libvirt-lxc"]);
  }
});

Deno.test("settingsOf() asks nobody where everything is in one container that is described", () => {
  const one =
    "{enabled: true, container_id: task, container_name: web, container_image: nginx:1.0}";
  const { containerEngines, containers } = settings(
    usual + entry(`{engines: {static: ${one}}}`),
  );
  assertEquals(containerEngines, []);
  const { id, engine, known, name, imageRepository, imageTag } = containers.onlyContainer!;
  assertEquals(
    [id, engine, known, name, imageRepository, imageTag],
    ["task", "static", true, "web", "nginx", "1.0"],
  );
});
