import { assertEquals } from "../../../tests/assert.ts";
import { serveGrpc } from "../../../tests/grpc_server.ts";
import { encodeWireMessage as message, NOTHING_TOLD } from "../../../core/mod.ts";
import {
  containerd,
  CONTAINERS,
  cri,
  DIGEST,
  engine,
  entry,
  ID,
  joined,
  NAMESPACES,
  namespaces,
  NEVER,
  POD,
} from "./fixture_test.ts";

Deno.test("inspect() finds containers in any of containerd's namespaces but Docker's", async () => {
  const answers = containerd();
  answers[NAMESPACES] = () => namespaces("moby", "k8s.io", "default");
  await using server = await serveGrpc(answers);
  using engines = engine({ containerdSockets: [server.socket] });
  assertEquals(await engines.inspect("web", NEVER), {
    ...NOTHING_TOLD,
    fullId: "web",
    engine: "containerd",
    name: "web",
    image: "docker.io/library/nginx:1.25",
    imageRepository: "docker.io/library/nginx",
    imageTag: "1.25",
    imageDigest: DIGEST,
    privileged: true,
    labels: new Map([["app", "nginx"]]),
    podSandboxId: POD,
    hostPid: false,
    hostNetwork: true,
    hostIpc: true,
    mounts: [
      {
        source: "/srv",
        destination: "/data",
        mode: "",
        writable: false,
        propagation: "rprivate",
      },
      {
        source: "tmpfs",
        destination: "/tmp",
        mode: "755",
        writable: true,
        propagation: "rprivate",
      },
    ],
  });
  using both = engine({ criSockets: [server.socket], containerdSockets: [server.socket] });
  assertEquals((await both.inspect("web", NEVER))?.name, "web");
  answers[NAMESPACES] = () => namespaces("moby");
  await using dockers = await serveGrpc(answers);
  using others = engine({ containerdSockets: [dockers.socket] });
  assertEquals(await others.inspect("web", NEVER), undefined);
});

Deno.test("inspect() lets containerd say nothing of pods that its CRI does not know yet", async () => {
  const answers = containerd();
  answers[NAMESPACES] = () => namespaces("k8s.io");
  answers[CONTAINERS] = () => message({ 1: message({ 1: "web" }) });
  await using server = await serveGrpc({ ...cri({ name: "containerd" }), ...answers });
  using both = engine({ criSockets: [server.socket], containerdSockets: [server.socket] });
  assertEquals(await both.inspect("web", NEVER), undefined);
  using own = engine({ containerdSockets: [server.socket] });
  assertEquals((await own.inspect("web", NEVER))?.name, "web");
});

Deno.test("inspect() names containers of pods as Kubernetes does also where only containerd is asked", async () => {
  const nameOf = async (...labels: readonly Uint8Array[]) => {
    const answers = containerd();
    answers[NAMESPACES] = () => namespaces("k8s.io");
    answers[CONTAINERS] = () => message({ 1: joined(message({ 1: ID }), ...labels) });
    await using server = await serveGrpc(answers);
    using own = engine({ containerdSockets: [server.socket] });
    return (await own.inspect(ID, NEVER))?.name;
  };
  const ofPod = message({ 2: entry("io.kubernetes.container.name", "nginx") });
  assertEquals(await nameOf(ofPod), "nginx");
  assertEquals(await nameOf(ofPod, message({ 2: entry("nerdctl/name", "web") })), "web");
  assertEquals(await nameOf(message({ 2: entry("nerdctl/name", "") })), ID.slice(0, 12));
});
