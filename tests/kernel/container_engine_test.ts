/** podman and dockerd as they are, asked by the docker plugin. */
import dockerPlugin from "../../plugins/container_engines/docker/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { makeImage, makeRootfs, output, startServer } from "./busybox.ts";
import {
  engineTest,
  newcomersDuring,
  NO_POD,
  removeCgroups,
  temporaryFolder,
  withoutMarks,
} from "./engines.ts";
import { Podman } from "./podman.ts";

const IMAGE = "docker.io/library/nginx:1.0";
const NEVER = new AbortController().signal;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const ON_ITS_OWN = { hostPid: false, hostNetwork: false, hostIpc: false };

engineTest("podman tells of its containers, and when they are called otherwise", [
  "podman",
  "runc",
  "busybox",
  "tar",
], async () => {
  await using podman = await Podman.create([IMAGE]);
  await podman.startService();
  const config = { engine: "podman", sockets: [podman.socket] };
  const engine = dockerPlugin.create(dockerPlugin.schema.parse(config));
  await newcomersDuring(engine, async (told) => {
    const id = await podman.run(
      `run --detach --network none --privileged --name falcod-test-web -v /srv:/data:ro ` +
        `--pid host --label app=nginx --label long=${"x".repeat(200)} ${IMAGE} sleep 1000`,
    );
    await told(id, 2);
    const info = await engine.inspect(id, NEVER);
    assert(/^[0-9a-f]{64}$/.test(info?.imageId ?? "") && DIGEST.test(info?.imageDigest ?? ""));
    assert(info?.startNs !== undefined);
    assertEquals(withoutMarks(info), {
      ...NO_POD,
      ...ON_ITS_OWN,
      fullId: id,
      name: "falcod-test-web",
      image: IMAGE,
      imageRepository: "docker.io/library/nginx",
      imageTag: "1.0",
      privileged: true,
      labels: new Map([["app", "nginx"]]),
      mounts: [
        {
          source: "/srv",
          destination: "/data",
          mode: "",
          writable: false,
          propagation: "rprivate",
        },
      ],
      ip: undefined,
      hostPid: true,
    });
    assertEquals(await engine.inspect("f".repeat(64), NEVER), undefined);
    await podman.run("rename falcod-test-web falcod-test-shop");
    await told(id, 3);
    assertEquals((await engine.inspect(id, NEVER))?.name, "falcod-test-shop");
    await podman.stopService();
    assertEquals(await engine.inspect(id, NEVER), undefined);
  });
});

engineTest(
  "dockerd tells of its containers, and when they are called otherwise",
  ["dockerd", "docker", "runc", "busybox"],
  async () => {
    await using stack = new AsyncDisposableStack();
    stack.defer(() => removeCgroups(["/docker"]));
    const folder = temporaryFolder(stack, "falcod-dockerd-");
    await makeRootfs(folder);
    const image = await makeImage(folder, [IMAGE]);
    const socket = `${folder}/docker.sock`;
    stack.use(
      await startServer([
        // its mounts go with it
        ...["unshare", "--mount", "dockerd"],
        ...["--data-root", `${folder}/data`, "--exec-root", `${folder}/exec`],
        ...["--pidfile", `${folder}/pid`, "-H", `unix://${socket}`],
        ...["--iptables=false", "--bridge=none", "--storage-driver=vfs"],
      ], socket),
    );
    const docker = async (...words: string[]) =>
      (await output("docker", ["-H", `unix://${socket}`, ...words])).trim();
    stack.defer(async () => {
      const ids = (await docker("ps", "--all", "--quiet")).split("\n").filter(Boolean);
      if (ids.length > 0) await docker("rm", "--force", ...ids);
    });
    await docker("load", "--input", image);
    const engine = dockerPlugin.create(dockerPlugin.schema.parse({ sockets: [socket] }));
    await newcomersDuring(engine, async (told) => {
      const id = await docker(
        ...["run", "--detach", "--network", "host", "--ipc", "host", "--label", "app=nginx"],
        ...["--name", "falcod-test-web", "--volume", "/srv:/data:ro", IMAGE],
      );
      await told(id, 2);
      const info = await engine.inspect(id, NEVER);
      assert(/^[0-9a-f]{64}$/.test(info?.imageId ?? "") && info?.startNs !== undefined);
      assertEquals(withoutMarks(info), {
        ...NO_POD,
        fullId: id,
        name: "falcod-test-web",
        image: IMAGE,
        imageRepository: "nginx",
        imageTag: "1.0",
        privileged: false,
        labels: new Map([["app", "nginx"]]),
        mounts: [
          {
            source: "/srv",
            destination: "/data",
            mode: "ro",
            writable: false,
            propagation: "rprivate",
          },
        ],
        ip: undefined,
        hostPid: false,
        hostNetwork: true,
        hostIpc: true,
      });
      await docker("rename", "falcod-test-web", "falcod-test-shop");
      await told(id, 3);
      assertEquals((await engine.inspect(id, NEVER))?.name, "falcod-test-shop");
    });
  },
);
