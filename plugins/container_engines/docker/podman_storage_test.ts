import { dirname } from "node:path";
import { NOTHING_TOLD } from "../../../core/mod.ts";
import { assertEquals } from "../../../tests/assert.ts";
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
