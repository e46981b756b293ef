import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { type Answer, Refusal, serveGrpc, type Stream } from "../../../tests/grpc_server.ts";
import { type ContainerReference, NOTHING_TOLD } from "../../../core/mod.ts";
import plugin, { GrpcEngine } from "./mod.ts";
import { type GrpcConfig, grpcSchema } from "./schema.ts";
import { encodeWireMessage as message, type WireFields, WireMessage } from "../../../core/mod.ts";

const ID = "0123456789abcdef".repeat(4);
const POD = "fedcba9876543210".repeat(4);
const IMAGE_ID = "a".repeat(64);
const DIGEST = `sha256:${"d".repeat(64)}`;
const NEVER = new AbortController().signal;
const NODE = 2;

type Answers = Record<string, Answer | Stream>;

function engine(config: Partial<GrpcConfig>): GrpcEngine & Disposable {
  const made = new GrpcEngine({ ...grpcSchema.parse({}), ...config });
  return Object.assign(made, { [Symbol.dispose]: () => made.close() });
}

/** `map<string, string>`, as one entry; a message takes as many as it is given fields. */
const entry = (name: string, value: string) => message({ 1: name, 2: value });

const status = message({
  1: ID,
  2: message({ 1: "nginx" }),
  5: 1_782_900_000_000_000,
  8: message({ 1: "docker.io/library/nginx:1.25" }),
  9: `docker.io/library/nginx@${DIGEST}`,
  12: entry("tier", "front"),
  14: message({ 1: "/data", 2: "/srv", 3: 1, 5: 1 }),
});

const podStatus = message({
  1: POD,
  2: message({ 1: "web-0", 2: "uid-1", 3: "shop" }),
  5: message({ 1: "fd00::7", 2: message({ 1: "10.1.2.3" }) }),
  6: message({ 1: message({ 2: message({ 1: NODE, 2: 1, 3: NODE }) }) }),
  7: entry("app", "web"),
});

const cniResult = {
  Interfaces: {
    lo: { IPConfigs: [] },
    veth1234: { IPConfigs: null },
    eth0: { IPConfigs: [{ IP: "10.1.2.3" }] },
  },
  Routes: [{ dst: "0.0.0.0/0" }],
  DNS: [{}],
};

/** A CRI engine that knows one container in one pod. */
function cri(
  { name = "cri-o", version = "runtime.v1", info = {}, sandboxInfo = { cniResult } }: {
    readonly name?: string;
    readonly version?: string;
    readonly info?: unknown;
    readonly sandboxInfo?: unknown;
  } = {},
): Answers {
  const known = (id: string, answer: WireFields): Answer => (request) => {
    if (new WireMessage(request).text(1) !== id) throw new Refusal("NOT_FOUND");
    return message(answer);
  };
  const service = `/${version}.RuntimeService`;
  return {
    [`${service}/Version`]: () => message({ 2: name }),
    [`${service}/ListContainers`]: (request) => {
      const asked = new WireMessage(request).message(1)?.text(1);
      return asked === ID ? message({ 1: message({ 1: ID, 2: POD }) }) : message({});
    },
    [`${service}/ContainerStatus`]: known(ID, {
      1: status,
      2: entry("info", JSON.stringify(info)),
    }),
    [`${service}/PodSandboxStatus`]: known(POD, {
      1: podStatus,
      2: entry("info", JSON.stringify(sandboxInfo)),
    }),
  };
}

const PODS_LABELS = [
  ["io.kubernetes.sandbox.id", POD],
  ["io.kubernetes.pod.name", "web-0"],
  ["io.kubernetes.pod.uid", "uid-1"],
  ["io.kubernetes.pod.namespace", "shop"],
] as const;

const OF_POD = {
  podSandboxId: POD,
  podLabels: new Map([["app", "web"]]),
  ip: "10.1.2.3",
  cniJson: '{"Interfaces":{"eth0":{"IPConfigs":[{"IP":"10.1.2.3"}]}}}',
  hostNetwork: true,
  hostPid: false,
  hostIpc: true,
};

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

const CONTAINERS = "/containerd.services.containers.v1.Containers/Get";
const NAMESPACES = "/containerd.services.namespaces.v1.Namespaces/List";
const spec = {
  process: { apparmorProfile: "" },
  mounts: [
    { destination: "/data", type: "bind", source: "/srv", options: ["rbind", "ro"] },
    { destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["mode=755"] },
    "nonsense",
  ],
  annotations: { "io.kubernetes.cri.sandbox-id": POD },
  linux: { namespaces: [{ type: "pid" }, { type: "mount" }], rootfsPropagation: "rprivate" },
};

/** containerd's own API, with one container in the second namespace. */
function containerd(container: WireFields = {}): Answers {
  const whole = message({
    1: "web",
    2: entry("app", "nginx"),
    3: "docker.io/library/nginx:1.25",
    5: message({ 1: "types.containerd.io/…", 2: JSON.stringify(spec) }),
    ...container,
  });
  return {
    [NAMESPACES]: () => message({ 1: message({ 1: "moby" }) }),
    [CONTAINERS]: (request, headers) => {
      const isKnown = new WireMessage(request).text(1) === "web" &&
        headers["containerd-namespace"] === "default";
      if (!isKnown) throw new Refusal("NOT_FOUND");
      return message({ 1: whole });
    },
    "/containerd.services.images.v1.Images/Get": () =>
      message({ 1: message({ 3: message({ 2: DIGEST }) }) }),
  };
}

/** One field of a message more than once. */
function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

const namespaces = (...names: string[]) =>
  joined(...names.map((name) => message({ 1: message({ 1: name }) })));

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
