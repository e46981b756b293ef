import { dirname } from "node:path";
import { assertEquals } from "../../../tests/assert.ts";
import { enginesHere, socketsOnHost, USERS_SOCKETS, userSockets } from "./engine_sockets.ts";
import { settings, usual } from "./testing.ts";

Deno.test("userSockets() finds sockets that belong to those who are logged in", () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-users-" });
  const own = Deno.uid() || 1000;
  const listeners = [];
  for (const name of [`${own}`, "4711", "x"]) {
    Deno.mkdirSync(`${folder}/${name}/podman`, { recursive: true });
    for (const place of Object.values(USERS_SOCKETS)) {
      const path = `${folder}/${name}/${place}`;
      listeners.push(Deno.listen({ transport: "unix", path }));
      // only root can give it away; whoever is not root has it already
      if (Deno.uid() === 0 && name === `${own}`) Deno.chownSync(path, own, own);
    }
  }
  Deno.mkdirSync(`${folder}/4712/podman`, { recursive: true });
  for (const place of Object.values(USERS_SOCKETS)) {
    Deno.symlinkSync("/dev/null", `${folder}/4712/${place}`);
  }
  try {
    for (const place of Object.values(USERS_SOCKETS)) {
      assertEquals(userSockets(place, folder), [
        { userId: own, socket: `${folder}/${own}/${place}` },
      ]);
    }
    assertEquals(userSockets(USERS_SOCKETS.docker, `${folder}/nonexistent`), []);
  } finally {
    for (const listener of listeners) listener.close();
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("socketsOnHost() leaves out sockets that are the same by another name of their folder", () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-run-" });
  try {
    Deno.mkdirSync(`${folder}/run`);
    Deno.symlinkSync("run", `${folder}/var-run`);
    const one = `${folder}/run/a.sock`, other = `${folder}/var-run/b.sock`;
    assertEquals(socketsOnHost([one, `${folder}/var-run/a.sock`, other, one]), [one, other]);
    const nowhere = `${folder}/none/a.sock`;
    assertEquals(socketsOnHost([nowhere, nowhere]), [nowhere]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

const NEW_PLACES = [
  "/run/k3s/containerd/containerd.sock",
  "/run/k0s/containerd.sock",
  "/var/snap/microk8s/common/run/containerd.sock",
  "/run/cri-dockerd.sock",
];

Deno.test("engines of k3s, RKE2, k0s, microk8s and cri-dockerd are asked unasked (plugins 514, falco 3243)", async () => {
  const root = Deno.makeTempDirSync({ prefix: "falcod-host-" });
  using listeners = new DisposableStack();
  listeners.defer(() => Deno.removeSync(root, { recursive: true }));
  Deno.env.set("HOST_ROOT", root);
  listeners.defer(() => Deno.env.delete("HOST_ROOT"));
  assertEquals(await enginesHere(), []);
  const own = Deno.uid() || 1000;
  for (const place of [...NEW_PLACES, `/run/user/${own}/docker.sock`]) {
    const path = root + place;
    Deno.mkdirSync(dirname(path), { recursive: true });
    listeners.use(Deno.listen({ transport: "unix", path }));
    if (Deno.uid() === 0 && place.includes("user")) Deno.chownSync(path, own, own);
  }
  const containerds = NEW_PLACES.slice(0, -1).map((place) => root + place);
  const cris = NEW_PLACES.map((place) => root + place);
  assertEquals(await enginesHere(), [
    ...containerds.map((socket) => ({ engine: "containerd", socket })),
    { engine: "CRI", socket: cris.at(-1)! },
    { engine: `docker of user ${own}`, socket: `${root}/run/user/${own}/docker.sock` },
  ]);
  const [docker, , grpc] = settings(usual).containerEngines.map(({ config }) =>
    config as Record<string, readonly unknown[]>
  );
  assertEquals(docker!.userSockets, userSockets(USERS_SOCKETS.docker));
  const among = (sockets: readonly unknown[]) => cris.filter((socket) => sockets.includes(socket));
  assertEquals(among(grpc!.criSockets!), cris);
  assertEquals(among(grpc!.containerdSockets!), containerds);
});
