import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { type ContainerReference, NOTHING_TOLD } from "../../../core/mod.ts";
import { CONTAINER, engine, ID, IMAGE_ID, NEVER, serve } from "./fixture_test.ts";
import plugin, { epochNs } from "./mod.ts";
import { containerAnswer, imageAnswer } from "./schema.ts";

Deno.test("inspect() says what Docker knows of a container", async () => {
  await using docker = serve({
    [`/containers/${ID}/json`]: CONTAINER,
    [`/images/${IMAGE_ID}/json`]: { RepoTags: ["nginx:1.25"], RepoDigests: ["nginx@sha256:dd"] },
  });
  assertEquals(await engine([docker.socket]).inspect(ID, NEVER), {
    ...NOTHING_TOLD,
    fullId: ID,
    name: "web",
    image: "nginx:1.25",
    imageId: IMAGE_ID,
    imageRepository: "nginx",
    imageTag: "1.25",
    imageDigest: "sha256:dd",
    privileged: true,
    labels: new Map([["app", "nginx"]]),
    startNs: 1782900000123456789n,
    mounts: [
      { source: "/srv", destination: "/data", mode: "z", writable: true, propagation: "rprivate" },
      { source: "/proc", destination: "/host/proc", mode: "", writable: false, propagation: "" },
    ],
    ip: "10.1.2.3",
    hostPid: true,
    hostNetwork: false,
    hostIpc: false,
  });
});

Deno.test("inspect() has no repository for an image that was asked for by its id and has no name", async () => {
  const named = { RepoTags: ["registry.example:5000/shop:2"], RepoDigests: [] };
  for (const asked of [`sha256:${IMAGE_ID}`, IMAGE_ID, IMAGE_ID.slice(0, 12)]) {
    for (const image of [{ RepoTags: [], RepoDigests: [] }, named]) {
      await using docker = serve({
        [`/containers/${ID}/json`]: { ...CONTAINER, Config: { Image: asked } },
        [`/images/${IMAGE_ID}/json`]: image,
      });
      const info = await engine([docker.socket]).inspect(ID, NEVER);
      assertEquals(
        [info?.image, info?.imageRepository, info?.imageTag],
        image === named
          ? [asked, "registry.example:5000/shop", "2"]
          : [asked, undefined, undefined],
      );
    }
  }
});

Deno.test("inspect() asks once about the image of containers that start together", async () => {
  const ids = [ID, "f".repeat(64), "e".repeat(64)];
  let asked = 0;
  await using docker = serve({
    ...Object.fromEntries(ids.map((Id) => [`/containers/${Id}/json`, { ...CONTAINER, Id }])),
    [`/images/${IMAGE_ID}/json`]: () =>
      ++asked === 1
        ? new Response("no", { status: 500 })
        : Response.json({ RepoTags: ["nginx:1.25"], RepoDigests: ["nginx@sha256:dd"] }),
  });
  const one = engine([docker.socket]);
  assertEquals((await one.inspect(ID, NEVER))?.imageDigest, undefined);
  const infos = await Promise.all(ids.map((id) => one.inspect(id, NEVER)));
  assertEquals(infos.map((info) => info?.imageDigest), ids.map(() => "sha256:dd"));
  assertEquals(asked, 2);
});

Deno.test("inspect() gives the address of the container whose network it uses", async () => {
  const sandbox = "f".repeat(64);
  const labels = { "io.kubernetes.sandbox.id": sandbox };
  await using docker = serve({
    [`/containers/${ID}/json`]: {
      Id: ID,
      Config: { Labels: labels },
      HostConfig: { NetworkMode: `container:${sandbox}` },
    },
    [`/containers/${sandbox}/json`]: {
      Id: sandbox,
      NetworkSettings: { Networks: { pods: { IPAddress: "", GlobalIPv6Address: "fd00::4" } } },
    },
  });
  const info = await engine([docker.socket]).inspect(ID, NEVER);
  assertEquals([info?.ip, info?.podSandboxId], ["fd00::4", sandbox]);
});

Deno.test("glimpse() looks where podman's service says that its storage is", async () => {
  const root = Deno.makeTempDirSync({ prefix: "falcod-storage-" });
  Deno.mkdirSync(`${root}/overlay-containers`);
  const noted = JSON.stringify([{ id: ID, names: ["web"] }]);
  Deno.writeTextFileSync(`${root}/overlay-containers/containers.json`, noted);
  const stop = new AbortController();
  await using docker = serve({
    "/info": { DockerRootDir: root },
    "/events": () => {
      setTimeout(() => stop.abort(), 50);
      return new Response(new ReadableStream({ start: () => {} }));
    },
  });
  const podman = engine([docker.socket], { engine: "podman", storage: [] });
  assertEquals(podman.glimpse(ID), undefined);
  await podman.watch(stop.signal, () => assert(false));
  assertEquals(podman.glimpse(ID)?.name, "web");
  Deno.removeSync(root, { recursive: true });
});

Deno.test("inspect() tells of a container whose image and whose network nobody can tell of", async () => {
  const broken = () => new Response("no", { status: 500 });
  await using docker = serve({
    [`/containers/${ID}/json`]: { ...CONTAINER, HostConfig: { NetworkMode: "container:other" } },
    "/containers/other/json": broken,
    [`/images/${IMAGE_ID}/json`]: broken,
  });
  const info = await engine([docker.socket]).inspect(ID, NEVER);
  assertEquals(
    [info?.name, info?.imageRepository, info?.imageTag, info?.ip],
    ["web", "nginx", "1.25", undefined],
  );
});

Deno.test("watch() tells of containers that are made and started, until the signal aborts", async () => {
  const lines = [
    JSON.stringify({ Type: "container", Action: "create", Actor: { ID } }),
    "",
    JSON.stringify({ Type: "container", Action: "create", Actor: { ID: "../../x" } }),
    JSON.stringify({ Type: "container", Action: "start", Actor: { ID } }),
  ].join("\n");
  const stop = new AbortController();
  await using docker = serve({
    "/events": () =>
      new Response(
        new ReadableStream({
          start(controller) {
            for (const part of [lines.slice(0, 50), lines.slice(50), "\n"]) {
              controller.enqueue(new TextEncoder().encode(part));
            }
          },
        }),
      ),
  });
  const told: ContainerReference[] = [];
  await engine([docker.socket], { engine: "podman" }).watch(stop.signal, (container) => {
    told.push(container);
    if (told.length === 2) stop.abort();
  });
  const reference = { id: ID.slice(0, 12), fullId: ID, engine: "podman" } as const;
  assertEquals(told, [reference, reference]);
});

Deno.test("watch() tells the names that are in events, as they are then known", async () => {
  const id = "6671beef5151";
  const attributes = [
    { name: "web", image: "docker.io/library/nginx:1.25", label: "x" },
    { name: "web", image: "registry.example:5000/shop" },
    { name: "web", image: id },
    { name: 5 },
    undefined,
  ];
  const lines = attributes.map((Attributes) => JSON.stringify({ Actor: { ID, Attributes } }));
  const stop = new AbortController();
  await using docker = serve({ "/events": () => new Response(`${lines.join("\n")}\n`) });
  const told: unknown[] = [];
  const first = Promise.withResolvers<string | undefined>();
  const podman = engine([docker.socket], { engine: "podman", storage: [] });
  const watching = podman.watch(stop.signal, (_, details) => {
    first.resolve(details?.imageRepository);
  });
  assertEquals(await first.promise, "docker.io/library/nginx");
  await engine([docker.socket]).watch(stop.signal, (_container, details = {}) => {
    const { name, image, imageRepository, imageTag } = details;
    told.push([name, image, imageRepository, imageTag]);
    if (told.length === lines.length) stop.abort();
  });
  await watching;
  assertEquals(told, [
    ["web", "docker.io/library/nginx:1.25", "nginx", "1.25"],
    ["web", "registry.example:5000/shop", "registry.example:5000/shop", undefined],
    ["web", id, undefined, undefined],
    [undefined, undefined, undefined, undefined],
    [undefined, undefined, undefined, undefined],
  ]);
});

Deno.test("watch() tells whose containers they are where podman stands in for Docker", async () => {
  const line = `${
    JSON.stringify({ Actor: { ID, Attributes: { image: "docker.io/library/a" } } })
  }\n`;
  for (const [name, engineName] of [["Podman Engine", "podman"], ["Engine", "docker"]] as const) {
    const stop = new AbortController();
    await using docker = serve({
      "/events": () => new Response(line),
      "/version": { Components: [{ Name: name }, { Name: "Conmon" }] },
    });
    const told: unknown[] = [];
    await engine([docker.socket]).watch(stop.signal, (container, details) => {
      told.push(container.engine, details?.imageRepository);
      stop.abort();
    });
    assertEquals(told, [engineName, name === "Engine" ? "a" : "docker.io/library/a"]);
  }
});

Deno.test({
  name: "watch() does not listen to what an engine tells that a user runs",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    const stop = new AbortController();
    const line = `${JSON.stringify({ Actor: { ID } })}\n`;
    await using users = serve({ "/events": () => new Response(line) });
    Deno.chownSync(users.socket, 1000, 1000);
    await using docker = serve({
      "/events": () => {
        setTimeout(() => stop.abort(), 50);
        return new Response();
      },
    });
    const told: ContainerReference[] = [];
    const both = engine([users.socket, docker.socket]);
    await both.watch(stop.signal, (container) => void told.push(container));
    assertEquals(told, []);
  },
});

Deno.test("watch() puts up with nobody who listens, and with what is no event", async () => {
  const stop = new AbortController();
  await using docker = serve({
    "/events": () => {
      setTimeout(() => stop.abort(), 10);
      return new Response("<html>\n");
    },
  });
  const sockets = ["/nonexistent/docker.sock", docker.socket];
  await engine(sockets).watch(stop.signal, () => assert(false));
});

Deno.test("inspect() knows nothing where no socket is, nobody listens or nobody knows", async () => {
  await using docker = serve({});
  const sockets = ["/nonexistent/docker.sock", "/dev/null", docker.socket];
  assertEquals(await engine(sockets).inspect(ID, NEVER), undefined);
});

Deno.test("inspect() asks the next socket when the first does not know or fails", async () => {
  const path = `/containers/${ID}/json`;
  await using unknowing = serve({});
  await using broken = serve({ [path]: () => new Response("no", { status: 500 }) });
  await using docker = serve({ [path]: CONTAINER });
  const sockets = [unknowing.socket, broken.socket, docker.socket];
  assertEquals((await engine(sockets).inspect(ID, NEVER))?.name, "web");
});

Deno.test("answers are cut before they are looked at", () => {
  const members = (value: unknown) =>
    Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`n${index}`, value]));
  const { Config, Mounts, NetworkSettings } = containerAnswer.parse({
    Id: ID,
    Config: { Labels: members("x") },
    Mounts: Array(2000).fill({}),
    NetworkSettings: { Networks: members({}) },
  });
  const { RepoTags } = imageAnswer.parse({ RepoTags: Array(2000).fill("x"), RepoDigests: [] });
  assertEquals(
    [Config.Labels, Mounts, NetworkSettings.Networks, RepoTags].map((all) =>
      Object.keys(all).length
    ),
    [512, 256, 64, 256],
  );
});

Deno.test("inspect() knows nothing of a container that went away while podman looked at it", async () => {
  const gone = {
    cause: "no such container",
    message: `container ${ID} does not exist in database: no such container`,
    response: 500,
  };
  const path = `/containers/${ID}/json`;
  await using podman = serve({ [path]: () => Response.json(gone, { status: 500 }) });
  assertEquals(await engine([podman.socket]).inspect(ID, NEVER), undefined);
});

Deno.test("inspect() takes fields of a wrong type as not said", async () => {
  await using docker = serve({
    [`/containers/${ID}/json`]: {
      Id: ID,
      Name: 5,
      Image: ["x"],
      Config: { Image: "x".repeat(5000), Labels: ["a"] },
      HostConfig: "yes",
      State: { StartedAt: "0001-01-01T00:00:00Z" },
    },
  });
  assertEquals(await engine([docker.socket]).inspect(ID, NEVER), {
    ...NOTHING_TOLD,
    fullId: ID,
    name: undefined,
    image: undefined,
    imageId: undefined,
    imageRepository: undefined,
    imageTag: undefined,
    imageDigest: undefined,
    privileged: undefined,
    labels: new Map(),
    startNs: undefined,
  });
});

Deno.test("inspect() keeps labels as long as configured", async () => {
  const Labels = { long: "x".repeat(101), number: 5, app: "nginx" };
  await using docker = serve({
    [`/containers/${ID}/json`]: { ...CONTAINER, Config: { Image: "nginx", Labels } },
  });
  const labels = (await engine([docker.socket]).inspect(ID, NEVER))!.labels;
  assertEquals([...labels], [["app", "nginx"]]);
});

for (
  const [title, answer] of [
    ["an error", () => new Response("no", { status: 500 })],
    ["no JSON", () => new Response("<html>")],
    ["no container", () => Response.json({ Id: "../../etc" })],
    ["another container", () => Response.json({ ...CONTAINER, Id: "f".repeat(64) })],
    ["too much", () => new Response("x".repeat(5 << 20))],
    ["elsewhere", () => Response.redirect("http://localhost/containers/x/json", 301)],
  ] as const
) {
  Deno.test(`inspect() rejects when the answer is ${title}`, async () => {
    await using docker = serve({ [`/containers/${ID}/json`]: answer });
    const inspecting = engine([docker.socket]).inspect(ID, NEVER);
    await assertRejects(() => inspecting, { name: "EngineError", code: "bad-answer" });
  });
}

Deno.test("inspect() gives up when there is no answer in time, or nobody wants it any more", async () => {
  let answer = (_response: Response) => {};
  const late = new Promise<Response>((resolve) => answer = resolve);
  await using docker = serve({ [`/containers/${ID}/json`]: () => late });
  const impatient = engine([docker.socket], { timeoutMs: 10 });
  await assertRejects(() => impatient.inspect(ID, NEVER), { name: "EngineError", code: "timeout" });
  const stop = new AbortController();
  const inspecting = engine([docker.socket]).inspect(ID, stop.signal);
  stop.abort(new Error("stopped"));
  await assertRejects(() => inspecting, { message: "stopped" });
  answer(new Response());
});

Deno.test("inspect() asks nobody about what is no container id", async () => {
  let asked = 0;
  const count = () => Response.json({ asked: ++asked });
  await using docker = serve({ "/containers/x/json": count, "/images/json": count });
  for (const id of ["x", "../../images", "", ID.toUpperCase(), `${ID}0`]) {
    assertEquals(await engine([docker.socket]).inspect(id, NEVER), undefined);
  }
  assertEquals(asked, 0);
});

Deno.test("epochNs() keeps nanoseconds and offsets, and refuses what is no time", () => {
  assertEquals(epochNs("2026-07-01T12:00:00.5+02:00"), 1782900000500000000n);
  assertEquals(epochNs("0001-01-01T00:00:00Z"), undefined);
  assertEquals(epochNs("yesterday"), undefined);
});

Deno.test("the configuration has both usual sockets", () => {
  assertEquals(plugin.schema.parse({}), {
    engine: "docker",
    sockets: ["/var/run/docker.sock", "/run/podman/podman.sock"],
    userSockets: [],
    timeoutMs: 2000,
    labelMaxLength: 100,
  });
});
