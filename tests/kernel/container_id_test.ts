/** Which container a process is in, and what it is called, with containers of real runtimes. */
import { dirname } from "node:path";
import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { removeCgroups } from "./engines.ts";
import { type Falcod, kernelTest, ownMounts, type SeenAlert, withFalcod } from "./harness.ts";
import { Podman } from "./podman.ts";

const IMAGE = "docker.io/library/tool:1.0";
const MARK = "falcod-mark";
const FIELDS = [
  "id",
  "full_id",
  "name",
  "type",
  "image",
  "image.repository",
  "image.tag",
  "privileged",
] as const;

/** Alerts on every program that is started with `MARK` among its arguments. */
const RULES = `
- rule: Marked program
  desc: Shows the container of a program
  condition: evt.type in (execve, execveat) and evt.rawres = 0 and proc.args startswith ${MARK}
  output: marked ${FIELDS.map((name) => `%container.${name}`).join(" ")}
  priority: DEBUG
`;

const ON_HOST = {
  "container.id": "host",
  "container.full_id": "host",
  "container.name": "host",
  "container.type": "host",
  "container.image": "",
  "container.image.repository": "",
  "container.image.tag": "",
  "container.privileged": false,
};

/** What was said of the container of the one marked program that a script starts. */
async function containerOf(falcod: Falcod, script: string): Promise<SeenAlert["output_fields"]> {
  const alerts = await falcod.alertsOf(`(${script}) >/dev/null 2>&1`);
  assertEquals(alerts.length, 1, `${script}\n${JSON.stringify(alerts)}\n${falcod.log}`);
  const { "evt.time": _time, ...container } = alerts[0]!.output_fields;
  return container;
}

/** The engine is asked beside the events: its answer comes a moment after the first program. */
async function onceKnown(falcod: Falcod, script: string): Promise<SeenAlert["output_fields"]> {
  for (let tries = 0; tries < 50; tries++) {
    const fields = await containerOf(falcod, script);
    if (fields["container.privileged"] !== null) return fields;
  }
  throw new Error(`the engine does not tell: ${script}\n${falcod.log}`);
}

async function withRules(folder: string): Promise<readonly string[]> {
  const file = `${folder}/rules.yaml`;
  await Deno.writeTextFile(file, RULES);
  return [file];
}

kernelTest(
  "podman's containers have their id, and their name and image once podman told",
  async () => {
    await using podman = await Podman.create([IMAGE]);
    await podman.startService();
    const options = { rules: await withRules(podman.folder), args: podman.falcodArguments() };
    await withFalcod(options, async (falcod, stage) => {
      const run = (words: string) => `PATH=${podman.programs}:$PATH; podman ${words}`;
      assertEquals(await containerOf(falcod, `/bin/true ${MARK}`), ON_HOST);

      const first = await containerOf(falcod, run(`run --rm ${IMAGE} /bin/true ${MARK}`));
      assertEquals(String(first["container.id"]).length, 12);
      assertEquals(first["container.type"], "podman");

      const name = "falcod-test-named";
      const id = (await stage.run(run(`run -d --name ${name} ${IMAGE} /bin/sleep 300`))).trim();
      const known = {
        "container.id": id.slice(0, 12),
        "container.full_id": id,
        "container.name": name,
        "container.type": "podman",
        "container.image": IMAGE,
        "container.image.repository": "docker.io/library/tool",
        "container.image.tag": "1.0",
        "container.privileged": false,
      };
      assertEquals(await onceKnown(falcod, run(`exec ${name} /bin/true ${MARK}`)), known);
      // not what podman starts, but what that starts
      const nested = run(`exec ${name} /bin/sh -c '(/bin/true ${MARK}); exit 0'`);
      assertEquals(await containerOf(falcod, nested), known);
      // in all namespaces of the container, but in the cgroup of the host
      const pid = (await stage.run(run(`inspect -f '{{.State.Pid}}' ${name}`))).trim();
      assertEquals(
        await containerOf(falcod, `nsenter -a -t ${pid} /bin/true ${MARK}`),
        ON_HOST,
      );
      assertEquals(await containerOf(falcod, `/bin/true ${MARK}`), ON_HOST);
    });
  },
);

kernelTest("what enters a container sees when the container began", async () => {
  await using podman = await Podman.create([IMAGE]);
  const rules = `${podman.folder}/rules.yaml`;
  const output = "began %proc.pidns_init_start_ts";
  await Deno.writeTextFile(rules, RULES.replace(/output: .*/, `output: "${output}"`));
  await withFalcod({ rules: [rules], args: podman.falcodArguments() }, async (falcod, stage) => {
    const run = (words: string) => `PATH=${podman.programs}:$PATH; podman ${words}`;
    const began = async (script: string) =>
      (await containerOf(falcod, script))["proc.pidns_init_start_ts"];
    const machine = await began(`/bin/true ${MARK}`);
    const name = "falcod-test-began";
    const first = `/bin/sh -c '/bin/true ${MARK}; exec /bin/sleep 300'`;
    const container = await began(run(`run -d --name ${name} ${IMAGE} ${first}; sleep 1`));
    assert(Number(container) > Number(machine), `${container} is not after ${machine}`);
    assertEquals(await began(run(`exec ${name} /bin/true ${MARK}`)), container);
    assertEquals(
      await began(run(`exec ${name} /bin/sh -c '(/bin/true ${MARK}); exit 0'`)),
      container,
    );
    // It is in no container's cgroup, so that nobody knows whose namespace that is.
    const pid = (await stage.run(run(`inspect -f '{{.State.Pid}}' ${name}`))).trim();
    const entered = `nsenter -t ${pid} -p -m /bin/sh -c '(/bin/true ${MARK}); exit 0'`;
    assertEquals(await began(entered), null);
    assertEquals(await began(`/bin/true ${MARK}`), machine);
  });
});

const id = (first: string) => first.padEnd(64, "0123456789abcdef");
const POD = "falc0d00_7e57_4e57_8e57_000000000000";

/** As kubelet, cri-o, dockerd and lxc place them. */
const CGROUPS = [
  {
    path: `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${POD}.slice/` +
      `cri-containerd-${id("a")}.scope`,
    fullId: id("a"),
    type: "containerd",
  },
  { path: `/kubepods/besteffort/pod${POD}/${id("b")}`, fullId: id("b"), type: "cri" },
  {
    path: `/kubepods.slice/kubepods-pod${POD}.slice/crio-${id("c")}.scope`,
    fullId: id("c"),
    type: "cri-o",
  },
  { path: `/system.slice/docker-${id("d")}.scope`, fullId: id("d"), type: "docker" },
  { path: "/lxc.payload.falcod-test-lxc", fullId: "falcod-test-lxc", type: "lxc" },
];

kernelTest("runc's containers are known by the cgroup of whoever runs it", async () => {
  // nobody to ask: there is no service behind podman's socket
  await using podman = await Podman.create([]);
  const { folder } = podman;
  const options = { rules: await withRules(folder), args: podman.falcodArguments() };
  try {
    await withFalcod(options, async (falcod) => {
      for (const [index, { path, type, fullId }] of CGROUPS.entries()) {
        const bundle = `${folder}/bundle-${index}`;
        await prepareBundle(bundle, { rootfs: `${folder}/rootfs`, cgroup: path });
        const script = `runc --root ${folder}/runc run -b ${bundle} falcod-test-${index}`;
        assertObjectMatch(await containerOf(falcod, script), {
          // lxc has names, and they are never cut
          "container.id": type === "lxc" ? fullId : fullId.slice(0, 12),
          "container.full_id": fullId,
          "container.type": type,
          "container.name": null,
          "container.image": null,
        });
      }
    });
  } finally {
    await removeCgroups(CGROUPS.map(({ path }) => path));
  }
});

for (
  const { engine, place, scope } of [
    { engine: "podman", place: "podman/podman.sock", scope: "libpod" },
    { engine: "docker", place: "docker.sock", scope: "docker" },
  ]
) {
  kernelTest(
    `a container that a user runs is known by that user's ${engine}, and no other is`,
    async () => {
      await using podman = await Podman.create([]);
      const { folder } = podman;
      const users = `${folder}/users`;
      const socket = `${users}/1000/${place}`;
      Deno.mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
      await using _server = Deno.serve({ transport: "unix", path: socket, onListen }, (request) => {
        const fullId = /^\/containers\/([0-9a-f]{64})\/json$/.exec(new URL(request.url).pathname)
          ?.[1];
        if (fullId === undefined) return new Response("{}", { status: 404 });
        return Response.json({ Id: fullId, Name: "of-user", Config: { Image: "localhost/own:1" } });
      });
      for (const path of [`${users}/1000`, dirname(socket), socket]) {
        Deno.chownSync(path, 1000, 1000);
      }
      const off = { enabled: false };
      const engines = { docker: off, podman: off, cri: off, containerd: off, [engine]: {} };
      const plugin = {
        name: "container",
        library_path: "libcontainer.so",
        init_config: { alert_wait_ms: 1000, engines },
      };
      const paths = [
        "user.slice/user-1000.slice/user@1000.service",
        "user.slice/user-1001.slice/x",
      ];
      const options = {
        rules: await withRules(folder),
        args: ["-o", `plugins[]=${JSON.stringify(plugin)}`],
        through: ownMounts(
          `mount -t tmpfs none /run; mkdir /run/user; mount --bind ${users} /run/user`,
        ),
      };
      const cgroups = paths.map((path, index) => `/${path}/${scope}-${id(`${index}e`)}.scope`);
      try {
        await withFalcod(options, async (falcod) => {
          const seen = [];
          for (const [index, cgroup] of cgroups.entries()) {
            const bundle = `${folder}/bundle-${index}`;
            await prepareBundle(bundle, { rootfs: `${folder}/rootfs`, cgroup });
            const script =
              `runc --root ${folder}/runc run -b ${bundle} falcod-test-${index}; sleep 1.2`;
            const fields = await containerOf(falcod, script);
            seen.push(["name", "image", "type"].map((name) => fields[`container.${name}`]));
          }
          assertEquals(seen, [["of-user", "localhost/own:1", engine], [null, null, engine]]);
        });
      } finally {
        await removeCgroups(cgroups);
      }
    },
  );
}

const onListen = () => {};

/** What runc proposes, with what this machine cannot give taken out. */
async function prepareBundle(
  bundle: string,
  { rootfs, cgroup }: { readonly rootfs: string; readonly cgroup: string },
): Promise<void> {
  await Deno.mkdir(bundle);
  const { success } = await new Deno.Command("runc", { args: ["spec", "-b", bundle] }).output();
  assertEquals(success, true, "runc spec");
  const file = `${bundle}/config.json`;
  const config = JSON.parse(await Deno.readTextFile(file));
  config.root = { path: rootfs, readonly: true };
  config.process.terminal = false;
  config.process.args = ["/bin/true", MARK];
  config.process.rlimits = [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }];
  config.linux.cgroupsPath = cgroup;
  config.linux.namespaces = config.linux.namespaces
    .filter(({ type }: { readonly type: string }) => type !== "cgroup");
  await Deno.writeTextFile(file, JSON.stringify(config));
}
