import { dirname } from "node:path";
import { type Container, NOTHING_TOLD, unknownContainer } from "../../../core/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";
import { PodmanStorage } from "./podman_storage.ts";

const ID = "0123456789abcdef".repeat(4);
const IMAGE_ID = "a".repeat(64);

/** A folder as podman's storage. */
function storage(files: Readonly<Record<string, string>>): Disposable & { readonly root: string } {
  const root = Deno.makeTempDirSync({ prefix: "falcod-storage-" });
  for (const [path, text] of Object.entries(files)) {
    Deno.mkdirSync(dirname(`${root}/${path}`), { recursive: true });
    Deno.writeTextFileSync(`${root}/${path}`, text);
  }
  return { root, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

/** As podman notes it. */
function noted(id: string, name: string, image: string): unknown {
  const metadata = JSON.stringify({ "image-name": image, "image-id": IMAGE_ID, name });
  return { id, names: [name], image: IMAGE_ID, layer: "b".repeat(64), metadata };
}

Deno.test("glimpse() knows names and images of podman's containers from its storage", () => {
  using disk = storage({
    "overlay-containers/containers.json": JSON.stringify([
      "nonsense",
      noted(ID, "web", "registry.example:5000/shop:2"),
    ]),
    "vfs-containers/volatile-containers.json": JSON.stringify([
      noted("e".repeat(64), "rootfs", ""),
      { id: "f".repeat(64), names: 5, image: ["x"], metadata: "{" },
    ]),
  });
  const podman = new PodmanStorage([disk.root]);
  assertEquals(podman.glimpse(ID), {
    ...NOTHING_TOLD,
    name: "web",
    image: "registry.example:5000/shop:2",
    imageId: IMAGE_ID,
    imageRepository: "registry.example:5000/shop",
    imageTag: "2",
    imageDigest: undefined,
  });
  assertEquals(podman.glimpse("e".repeat(64))?.image, undefined);
  assertEquals(podman.glimpse("f".repeat(64)), {
    ...NOTHING_TOLD,
    imageRepository: undefined,
    imageTag: undefined,
    imageDigest: undefined,
  });
  assertEquals(podman.glimpse("d".repeat(64)), undefined);
});

const NAMESPACES = ["pid", "network", "ipc"].map((type) => ({ type }));
const SPEC = `overlay-containers/${ID}/userdata/config.json`;

/** As podman writes it. */
function spec(privileged: boolean): string {
  const annotations = { "io.podman.annotations.privileged": privileged ? "TRUE" : "FALSE" };
  const mounts = [{ type: "bind", source: "/srv", destination: "/data", options: ["ro"] }];
  return JSON.stringify({ annotations, mounts, linux: { namespaces: NAMESPACES } });
}

Deno.test("glimpse() knows more where the runtime specification is on disk, here or there", () => {
  const notes = { "overlay-containers/containers.json": JSON.stringify([noted(ID, "web", "a:1")]) };
  using both = storage({ ...notes, [SPEC]: spec(true) });
  const { name, privileged, hostPid, mounts } = new PodmanStorage([both.root]).glimpse(ID)!;
  assertEquals([name, privileged, hostPid, mounts.length], ["web", true, false, 1]);
  // With storage that goes with the machine it is where that has its files.
  using kept = storage(notes);
  using transient = storage({ [SPEC]: spec(true) });
  const apart = new PodmanStorage([kept.root, transient.root]);
  assertEquals([apart.glimpse(ID)?.name, apart.glimpse(ID)?.privileged], ["web", true]);
  assertEquals(new PodmanStorage([kept.root]).glimpse(ID)?.privileged, undefined);
  // Whose it is, only the notes tell.
  assertEquals(new PodmanStorage([transient.root]).glimpse(ID), undefined);
});

Deno.test("glimpse() puts up with any file in the place of a specification", () => {
  using disk = storage({
    "overlay-containers/containers.json": JSON.stringify([noted(ID, "web", "a:1")]),
    [SPEC]: spec(true),
  });
  const path = `${disk.root}/${SPEC}`;
  const podman = new PodmanStorage([disk.root]);
  const seen = () => [podman.glimpse(ID)?.name, podman.glimpse(ID)?.privileged];
  assertEquals(seen(), ["web", true]);
  const others: Readonly<Record<string, () => void>> = {
    "one that is not whole yet": () => Deno.writeTextFileSync(path, spec(true).slice(0, -5)),
    "an empty one": () => Deno.writeTextFileSync(path, ""),
    "a huge one": () => {
      Deno.writeTextFileSync(path, "");
      Deno.truncateSync(path, 100 << 20);
    },
    "a deep one": () => Deno.writeTextFileSync(path, "[".repeat(500_000)),
    "a folder": () => Deno.mkdirSync(path),
    "a link to nothing": () => Deno.symlinkSync("/nonexistent", path),
    "a link to what never ends": () => Deno.symlinkSync("/dev/zero", path),
    "a pipe": () => new Deno.Command("mkfifo", { args: [path] }).outputSync(),
  };
  for (const [title, make] of Object.entries(others)) {
    Deno.removeSync(path, { recursive: true });
    make();
    assertEquals(seen(), ["web", undefined], title);
  }
  Deno.removeSync(path);
  assertEquals(seen(), ["web", undefined]);
  Deno.writeTextFileSync(path, spec(false));
  assertEquals(seen(), ["web", false]);
});

Deno.test("glimpse() knows CRI-O's containers and pods, by what CRI-O notes and no pod can write", () => {
  const pod = "d".repeat(64);
  const metadata = (told: unknown) =>
    JSON.stringify({ "pod-name": "web-0", "pod-id": pod, ...told! });
  const notes = [
    {
      id: ID,
      names: ["k8s_nginx_web-0_shop_3e41dc6b_0"],
      image: IMAGE_ID,
      metadata: metadata({
        "image-name": "registry.example/nginx:1.25",
        "metadata-name": "nginx",
        privileged: true,
      }),
    },
    {
      id: pod,
      names: ["k8s_POD_web-0_shop_3e41dc6b_0"],
      metadata: metadata({ "image-name": "pause:3", uid: "3e41dc6b", namespace: "shop" }),
    },
  ];
  const annotations = {
    "io.kubernetes.cri-o.IP.0": "10.1.2.3",
    "io.kubernetes.cri-o.Labels": JSON.stringify({ app: "shop" }),
    "io.kubernetes.cri-o.Metadata": '{"name":"kube-apiserver"}',
    "io.kubernetes.pod.name": "kube-apiserver",
    "io.podman.annotations.privileged": "TRUE",
  };
  const described = JSON.stringify({ annotations, linux: { namespaces: NAMESPACES } });
  using kept = storage({ "overlay-containers/containers.json": JSON.stringify(notes) });
  using run = storage({
    [SPEC]: described,
    [`overlay-containers/${pod}/userdata/config.json`]: described,
  });
  const crio = new PodmanStorage([kept.root, run.root]);
  const ofPod = {
    labels: new Map([
      ["io.kubernetes.sandbox.id", pod],
      ["io.kubernetes.pod.name", "web-0"],
      ["io.kubernetes.pod.uid", "3e41dc6b"],
      ["io.kubernetes.pod.namespace", "shop"],
    ]),
    podSandboxId: pod,
    podLabels: new Map([["app", "shop"]]),
    ip: "10.1.2.3",
    hostPid: false,
    hostNetwork: false,
    hostIpc: false,
  };
  assertEquals(crio.glimpse(ID), {
    ...NOTHING_TOLD,
    ...ofPod,
    name: "nginx",
    image: "registry.example/nginx:1.25",
    imageId: IMAGE_ID,
    imageRepository: "registry.example/nginx",
    imageTag: "1.25",
    imageDigest: undefined,
    privileged: true,
  });
  assertEquals(crio.glimpse(pod), { ...NOTHING_TOLD, ...ofPod });
});

Deno.test("podman's engine says what is not known without it, and what to do", () => {
  const absent = (engine: string, more: Partial<Container> = {}) =>
    plugin.create(plugin.schema.parse({ engine })).whenAbsent!({
      ...unknownContainer({ id: "abc", fullId: ID, engine: "podman" }),
      ...more,
    });
  assertEquals(absent("docker"), undefined);
  const known = { image: "nginx:1", privileged: false };
  const read = "labels, addresses and digests of images of its containers stay unknown, " +
    "the rest is read from its files";
  const command = "enable --now podman.socket";
  assertEquals(
    absent("podman", known),
    `Nobody answers for podman: ${read}. To have all: systemctl ${command}`,
  );
  assertEquals(
    absent("podman", { ...known, userId: 1000 }),
    `Nobody answers for the podman of user 1000: ${read}. ` +
      `To have all: systemctl --user ${command} as that user, then start falcod again`,
  );
  assert(absent("podman", { image: "nginx:1" })!.includes("only names and images are known"));
  assert(absent("podman")!.includes("its files cannot be read"));
});

Deno.test("glimpse() sees what podman noted since, and puts up with what is no note", () => {
  using disk = storage({ "overlay-containers/containers.json": "[" });
  const file = `${disk.root}/overlay-containers/containers.json`;
  const podman = new PodmanStorage(["/nonexistent", disk.root]);
  assertEquals(podman.glimpse(ID), undefined);
  for (const name of ["web", "shop"]) {
    Deno.writeTextFileSync(`${file}.new`, JSON.stringify([noted(ID, name, "nginx:1")]));
    Deno.renameSync(`${file}.new`, file);
    assertEquals(podman.glimpse(ID)?.name, name);
  }
  Deno.writeTextFileSync(file, JSON.stringify(["x".repeat(3 << 20), noted(ID, "big", "nginx:1")]));
  assertEquals(podman.glimpse(ID), undefined);
});

Deno.test("glimpse() reads no files that tell no size: they may never end", () => {
  using disk = storage({ "overlay-containers/none": "" });
  const comm = Deno.readTextFileSync("/proc/self/comm").trimEnd();
  try {
    Deno.writeTextFileSync("/proc/self/comm", '[{"id":"x"}]');
    Deno.symlinkSync("/proc/self/comm", `${disk.root}/overlay-containers/containers.json`);
    assertEquals(new PodmanStorage([disk.root]).glimpse("x"), undefined);
  } finally {
    Deno.writeTextFileSync("/proc/self/comm", comm);
  }
});
