import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { type Container, unknownContainer } from "../state/mod.ts";
import { containerJson, containerOfJson } from "./containers.ts";

const CONTAINER: Container = {
  ...unknownContainer({ id: "9dbcbd0c435f", fullId: "9dbcbd0c435f00", engine: "cri-o" }),
  known: true,
  name: "web",
  image: "nginx:1.2",
  imageId: "f68d",
  imageRepository: "nginx",
  imageTag: "1.2",
  privileged: false,
  labels: new Map([["app", "web"]]),
  startNs: 1_700_000_000_123_456_789n,
  mounts: [{ source: "/a", destination: "/b", mode: "", writable: true, propagation: "rslave" }],
  ip: "10.0.0.1",
  hostPid: true,
  hostNetwork: false,
  hostIpc: undefined,
  podSandboxId: "77",
  podLabels: new Map([["tier", "front"]]),
  cniJson: '{"x": 1}',
};

Deno.test("all that is known of a container comes back from its JSON", () => {
  assertEquals(containerOfJson(containerJson(CONTAINER)), CONTAINER);
});

Deno.test("what is known of a container without its engine comes back as that", () => {
  const glimpsed = {
    ...unknownContainer({ id: "9dbcbd0c435f", fullId: "9dbcbd0c435f00", engine: "podman" }),
    name: "web",
  };
  const again = containerOfJson(containerJson(glimpsed))!;
  assertEquals(again, glimpsed);
  assertEquals(again.mounts === glimpsed.mounts, true, "which is not the same as having none");
  const answered = { ...glimpsed, known: true, mounts: [] };
  assertEquals(containerOfJson(containerJson(answered))!.mounts === glimpsed.mounts, false);
  assertEquals(containerOfJson(containerJson(answered)), answered);
});

Deno.test("a container's JSON fits into an event, and tells what it is called", () => {
  const [mount] = CONTAINER.mounts;
  const many = Array.from({ length: 3000 }, () => mount!);
  const labels = new Map(many.map((_, i) => [`label ${i}`, "x".repeat(20)]));
  const cniJson = "x".repeat(70_000);
  const short = [{ cniJson }, { mounts: many }, { labels, mounts: many, cniJson }].map((more) => {
    const text = containerJson({ ...CONTAINER, ...more });
    const { name, cniJson, mounts, labels } = containerOfJson(text)!;
    return [text.length < 60_000, name, cniJson, mounts.length, labels.size];
  });
  assertEquals(short, [
    [true, "web", undefined, 1, 1],
    [true, "web", undefined, 0, 1],
    [true, "web", undefined, 0, 0],
  ]);
});

Deno.test("a container's JSON tells its name, image and labels", () => {
  const facts = {
    id: "9dbcbd0c435f",
    image: "nginx:1.2",
    imageid: "f68d",
    labels: { maintainer: "me", odd: 1 },
    name: "epic_cray",
    privileged: true,
    type: 11,
  };
  const container = containerOfJson(JSON.stringify({ container: facts }));
  assertEquals([...container!.labels], [["maintainer", "me"]]);
  assertObjectMatch(container, {
    id: "9dbcbd0c435f",
    engine: "podman",
    known: true,
    name: "epic_cray",
    image: "nginx:1.2",
    imageId: "f68d",
    imageRepository: "nginx",
    imageTag: "1.2",
    privileged: true,
  });
});

Deno.test("a container nobody had answered for is known by its id alone", () => {
  const facts = { id: "697956520d89", image: "incomplete", name: "incomplete", type: 0 };
  const container = containerOfJson(JSON.stringify({ container: facts }));
  assertObjectMatch(container, { id: "697956520d89", known: false, name: undefined });
});

Deno.test("what is no container's JSON tells of none", () => {
  const odd = { id: "x", image: "y", Mounts: [1, null, { Source: 7 }], start_ns: "-1", labels: 1 };
  assertEquals(containerOfJson(JSON.stringify({ container: odd }))?.mounts.length, 3);
  for (const text of ["", "{", "null", "[]", '{"container": 1}', '{"container": {"id": 7}}']) {
    assertEquals(containerOfJson(text), undefined, text);
  }
});

Deno.test("of a container that says without end, as much is kept as fits", () => {
  const labels = Object.fromEntries(
    Array.from({ length: 4000 }, (_, index) => [`label-${index}`, "x".repeat(50)]),
  );
  const Mounts = Array.from({ length: 4000 }, (_, index) => ({ Source: `/${index}` }));
  const told = {
    id: "3ad7b26ded6d",
    type: 0,
    image: "nginx",
    imageid: "i".repeat(5000),
    name: "web",
    labels,
    Mounts,
  };
  const container = containerOfJson(JSON.stringify({ container: told }))!;
  assertEquals([container.name, container.imageId], ["web", undefined]);
  assert(container.labels.size > 100 && container.labels.size < 1000, `${container.labels.size}`);
  assertEquals(container.mounts.length, 256);
});
