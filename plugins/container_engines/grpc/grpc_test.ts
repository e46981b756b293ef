import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { type Answer, Refusal, serveGrpc } from "../../../tests/grpc_server.ts";
import {
  type ContainerReference,
  encodeWireMessage as message,
  NOTHING_TOLD,
} from "../../../core/mod.ts";
import plugin, { GrpcEngine } from "./mod.ts";
import type { GrpcConfig } from "./schema.ts";
import {
  type Answers,
  cri,
  DIGEST,
  engine,
  entry,
  ID,
  IMAGE_ID,
  joined,
  NEVER,
  OF_POD,
  POD,
  PODS_LABELS,
} from "./fixture_test.ts";

Deno.test("inspect() says what CRI-O knows of a container and its pod", async () => {
  const info = { privileged: true, config: { image: { image: `sha256:${IMAGE_ID}` } } };
  await using server = await serveGrpc(cri({ info }));
  using engines = engine({ criSockets: ["/nonexistent.sock", server.socket] });
  assertEquals(await engines.inspect(ID, NEVER), {
    ...NOTHING_TOLD,
    ...OF_POD,
    fullId: ID,
    engine: "cri-o",
    name: "nginx",
    image: "docker.io/library/nginx:1.25",
    imageId: IMAGE_ID,
    imageRepository: "docker.io/library/nginx",
    imageTag: "1.25",
    imageDigest: DIGEST,
    privileged: true,
    labels: new Map([["tier", "front"], ...PODS_LABELS]),
    startNs: 1_782_900_000_000_000n,
    mounts: [
      { source: "/srv", destination: "/data", mode: "", writable: false, propagation: "rslave" },
    ],
  });
});

Deno.test("inspect() tells of a pod's own container what is known of the pod", async () => {
  await using server = await serveGrpc(cri({ name: "containerd", version: "runtime.v1alpha2" }));
  using engines = engine({ criSockets: [server.socket] });
  assertEquals(await engines.inspect(POD, NEVER), {
    ...NOTHING_TOLD,
    ...OF_POD,
    fullId: POD,
    engine: "containerd",
    labels: new Map(PODS_LABELS),
  });
  assertEquals(await engines.inspect("f".repeat(64), NEVER), undefined);
});

Deno.test("inspect() reads what CRI-O notes of image and network where it says nothing else", async () => {
  const answers = cri({
    name: "other",
    info: { runtimeSpec: { annotations: { "io.kubernetes.cri-o.ImageName": "quay.io/a/b:2" } } },
    sandboxInfo: { runtimeSpec: { annotations: { "io.kubernetes.cri-o.CNIResult": "{}" } } },
  });
  answers["/runtime.v1.RuntimeService/ContainerStatus"] = () =>
    message({
      1: message({ 1: ID, 8: message({ 1: DIGEST }), 9: `sha256:${IMAGE_ID}` }),
      2: entry(
        "info",
        JSON.stringify({
          runtimeSpec: { annotations: { "io.kubernetes.cri-o.ImageName": "quay.io/a/b:2" } },
        }),
      ),
    });
  await using server = await serveGrpc(answers);
  using engines = engine({ criSockets: [server.socket] });
  const info = await engines.inspect(ID, NEVER);
  assertEquals(
    [
      info?.engine,
      info?.image,
      info?.imageRepository,
      info?.imageTag,
      info?.imageId,
      info?.cniJson,
    ],
    ["cri", "quay.io/a/b:2", "quay.io/a/b", "2", IMAGE_ID, "{}"],
  );
});

Deno.test("inspect() calls an image as the pod does where the engine goes by another of its names", async () => {
  const imageOf = async (written: string, info = {}) => {
    const answers = cri();
    const asked = message({ 1: "docker.io/library/nginx:1.25", 18: written });
    answers["/runtime.v1.RuntimeService/ContainerStatus"] = () =>
      message({
        1: message({ 1: ID, 8: asked, 9: `docker.io/library/nginx@${DIGEST}` }),
        2: entry("info", JSON.stringify(info)),
      });
    await using server = await serveGrpc(answers);
    using engines = engine({ criSockets: [server.socket] });
    const { imageRepository, imageTag, imageDigest } = (await engines.inspect(ID, NEVER))!;
    assertEquals(imageDigest, DIGEST);
    return [imageRepository, imageTag];
  };
  for (const same of ["", "nginx:1.25", "docker.io/nginx", "index.docker.io/library/nginx:1.25"]) {
    assertEquals(await imageOf(same), ["docker.io/library/nginx", "1.25"], same);
  }
  assertEquals(await imageOf("example.com/web:7"), ["example.com/web", "7"]);
  const info = { config: { image: { user_specified_image: "example.com/web:7" } } };
  assertEquals(await imageOf("", info), ["example.com/web", "7"]);
});

Deno.test("inspect() knows nothing where no socket is, or nobody answers to such a call", async () => {
  await using other = await serveGrpc({});
  using engines = engine({ criSockets: ["/nonexistent.sock", "/dev/null", other.socket] });
  assertEquals(await engines.inspect(ID, NEVER), undefined);
  for (const id of ["", "../x", "a b", "x".repeat(77)]) {
    assertEquals(await engines.inspect(id, NEVER), undefined);
  }
});

Deno.test("inspect() asks the machine's engines about no user's containers, unless they are that user's", async () => {
  const info = { privileged: true, config: { image: { image: `sha256:${IMAGE_ID}` } } };
  await using server = await serveGrpc(cri({ info }));
  const user = Deno.uid() || 1000;
  if (Deno.uid() === 0) Deno.chownSync(server.socket, user, user);
  using engines = engine({ criSockets: [server.socket] });
  const infos = await Promise.all(
    [undefined, user, user + 1].map((userId) => engines.inspect(ID, NEVER, userId)),
  );
  assertEquals(infos.map((found) => found?.name), ["nginx", "nginx", undefined]);
  const there = [undefined, 0, user, user + 1].map((userId) => engines.isThere(userId));
  assertEquals(await Promise.all(there), [true, true, true, false]);
});

const big = new Uint8Array(5 << 20);
for (
  const [title, answer, code] of [
    ["no message", () => new Uint8Array([0xff]), "bad-answer"],
    ["about another container", () => message({ 1: message({ 1: POD }) }), "bad-answer"],
    ["about nothing", () => message({}), "bad-answer"],
    ["with a status that is no message", () => message({ 1: new Uint8Array([7]) }), "bad-answer"],
    ["too much", () => big, "bad-answer"],
    ["an error", () => {
      throw new Refusal("INTERNAL");
    }, "failed"],
    ["none in time", () => new Promise<never>(() => {}), "timeout"],
  ] as const satisfies readonly (readonly [string, Answer, string])[]
) {
  Deno.test(`inspect() rejects when the answer is ${title}`, async () => {
    const answers = { ...cri(), "/runtime.v1.RuntimeService/ContainerStatus": answer };
    await using server = await serveGrpc(answers);
    const timeoutMs = code === "timeout" ? 300 : 20_000;
    using engines = engine({ criSockets: [server.socket], timeoutMs });
    await assertRejects(() => engines.inspect(ID, NEVER), { name: "EngineError", code });
  });
}

Deno.test("inspect() makes the best of information that is no JSON, and of labels without end", async () => {
  const many = Array.from({ length: 1000 }, (_, i) => message({ 12: entry(`label${i}`, "x") }));
  const long = message({ 12: entry("long", "x".repeat(101)) });
  const answers = cri();
  answers["/runtime.v1.RuntimeService/ContainerStatus"] = () =>
    message({ 1: joined(message({ 1: ID }), long, ...many), 2: entry("info", "{{{") });
  await using server = await serveGrpc(answers);
  using engines = engine({ criSockets: [server.socket] });
  const info = await engines.inspect(ID, NEVER);
  assertEquals([info?.labels.size, info?.labels.has("long")], [260, false]);
  assertEquals([info?.name, info?.image, info?.privileged], [undefined, undefined, false]);
});

Deno.test("inspect() is content with one container of ten thousand", async () => {
  const answers = cri();
  const other = message({ 1: message({ 1: "f".repeat(64), 2: POD }) });
  const all = joined(...Array(10_000).fill(other), message({ 1: message({ 1: ID, 2: POD }) }));
  answers["/runtime.v1.RuntimeService/ListContainers"] = () => all;
  await using server = await serveGrpc(answers);
  using engines = engine({ criSockets: [server.socket] });
  assertEquals((await engines.inspect(ID, NEVER))?.name, "nginx");
});

Deno.test("inspect() gives up when nobody wants the answer any more", async () => {
  const asked = Promise.withResolvers<void>();
  const answers = cri();
  answers["/runtime.v1.RuntimeService/ContainerStatus"] = () => {
    asked.resolve();
    return new Promise<never>(() => {});
  };
  await using server = await serveGrpc(answers);
  using engines = engine({ criSockets: [server.socket] });
  const stop = new AbortController();
  const inspecting = engines.inspect(ID, stop.signal);
  await asked.promise;
  stop.abort(new Error("stopped"));
  await assertRejects(() => inspecting, { message: "stopped" });
});

async function watched(config: Partial<GrpcConfig>, count: number): Promise<ContainerReference[]> {
  using engines = engine(config);
  const told: ContainerReference[] = [];
  const stop = new AbortController();
  await engines.watch(stop.signal, (container) => {
    told.push(container);
    if (told.length === count) stop.abort();
  });
  return told;
}

const reference = (engine: ContainerReference["engine"], fullId = ID): ContainerReference => ({
  id: fullId.slice(0, 12),
  fullId,
  engine,
});

Deno.test("watch() tells of containers that are made and started", async () => {
  const events = [
    message({ 1: ID, 2: 0 }),
    message({ 1: ID, 2: 3 }),
    message({ 1: "../..", 2: 0 }),
    message({ 1: ID, 2: 1 }),
  ];
  const answers = { ...cri(), "/runtime.v1.RuntimeService/GetContainerEvents": events };
  await using server = await serveGrpc(answers);
  const told = await watched({ criSockets: [server.socket] }, 2);
  assertEquals(told, [reference("cri-o"), reference("cri-o")]);
});

Deno.test("watch() listens to containerd itself where its CRI tells of no containers", async () => {
  const event = (namespace: string, id: string) =>
    message({ 2: namespace, 3: "/tasks/start", 4: message({ 2: message({ 1: id }) }) });
  const events = [event("moby", POD), message({ 4: message({ 2: "\xff" }) }), event("k8s.io", ID)];
  const subscription = { "/containerd.services.events.v1.Events/Subscribe": events };
  await using server = await serveGrpc({ ...cri({ name: "containerd" }), ...subscription });
  assertEquals(await watched({ criSockets: [server.socket] }, 1), [reference("containerd")]);
  await using own = await serveGrpc(subscription);
  assertEquals(await watched({ containerdSockets: [own.socket] }, 1), [reference("containerd")]);
});

Deno.test("watch() has an engine asked again what it speaks that was started anew", async () => {
  const version = "/runtime.v1.RuntimeService/Version";
  let isOn = false;
  const answers: Answers = {
    ...cri({ name: "containerd" }),
    [version]: () => {
      if (!isOn) throw new Refusal("UNIMPLEMENTED");
      return message({ 2: "containerd" });
    },
    // nothing is told, and that at once: as where it ends
    "/containerd.services.events.v1.Events/Subscribe": [],
  };
  await using server = await serveGrpc(answers);
  for (const containerdSockets of [[server.socket], []]) {
    isOn = false;
    using engines = engine({ criSockets: [server.socket], containerdSockets });
    const find = () => engines.inspect(ID, NEVER).catch(() => undefined);
    assertEquals(await find(), undefined);
    isOn = true;
    const stop = new AbortController();
    const watching = engines.watch(stop.signal, () => {});
    let found: unknown;
    for (let tries = 0; tries < 100 && !found; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      found = await find();
    }
    stop.abort();
    await watching;
    assert(found);
  }
});

Deno.test("the configuration has no sockets of its own", () => {
  assertEquals(plugin.schema.parse({}), {
    criSockets: [],
    containerdSockets: [],
    timeoutMs: 2000,
    labelMaxLength: 100,
  });
  assert(plugin.create(plugin.schema.parse({})) instanceof GrpcEngine);
});
