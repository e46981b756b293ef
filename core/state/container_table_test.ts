import { assertEquals } from "../../tests/assert.ts";
import type { ContainerReference } from "./container_id.ts";
import { type Container, ContainerTable, idAmong, unknownContainer } from "./container_table.ts";

const reference = (id: string): ContainerReference => ({
  id,
  fullId: `${id}-full`,
  engine: "docker",
});

Deno.test("ensure() makes an entry without metadata and tells of it once", () => {
  const told: Container[] = [];
  const containers = new ContainerTable({ onUnknown: (container) => told.push(container) });
  const container = containers.ensure(reference("a"));
  containers.ensure(reference("a"));
  assertEquals([told, [...containers.unknown()]], [[container], [container]]);
  assertEquals(container, unknownContainer(reference("a")));
  assertEquals([container.known, container.image, container.labels.size], [false, undefined, 0]);
});

Deno.test("set() replaces what was known", () => {
  const containers = new ContainerTable();
  const container = containers.ensure(reference("a"));
  containers.set({ ...container, known: true, name: "web" });
  assertEquals(containers.get("a")!.name, "web");
  assertEquals(container.name, undefined);
  assertEquals([...containers.unknown()], []);
});

Deno.test("set() before a process is seen means that nobody has to ask", () => {
  let asked = 0;
  const containers = new ContainerTable({ onUnknown: () => asked++ });
  containers.set({ ...unknownContainer(reference("a")), known: true });
  assertEquals(containers.ensure(reference("a")).known, true);
  assertEquals(asked, 0);
});

Deno.test("a full table lets the containers go that nobody asked about", () => {
  const containers = new ContainerTable({ capacity: 3 });
  for (const id of ["a", "b", "c", "d"]) containers.ensure(reference(id));
  assertEquals([containers.size, containers.evicted], [3, 1]);
  containers.get("b");
  containers.get("d");
  containers.ensure(reference("e"));
  assertEquals(["b", "d", "e"].map((id) => containers.get(id)?.id), ["b", "d", "e"]);
});

Deno.test("get() and delete() take ids nobody has seen", () => {
  const containers = new ContainerTable();
  containers.delete("host");
  assertEquals(containers.get("host"), undefined);
});

const SHORT = "0123456789ab";
const OF_ROOT: ContainerReference = { id: SHORT, fullId: SHORT.padEnd(64, "c"), engine: "podman" };
const OTHER: ContainerReference = { ...OF_ROOT, fullId: SHORT.padEnd(64, "d"), userId: 1000 };

Deno.test("ensure() has another entry for another container with the same first digits", () => {
  const told: Container[] = [];
  const containers = new ContainerTable({ onUnknown: (container) => told.push(container) });
  const ensured = [OF_ROOT, OTHER, OF_ROOT, OTHER].map((each) => containers.ensure(each));
  assertEquals(ensured.map(({ id }) => id), [SHORT, OTHER.fullId, SHORT, OTHER.fullId]);
  assertEquals(told, ensured.slice(0, 2));
});

Deno.test("ensure() has another entry for another user's container with the same id", () => {
  const containers = new ContainerTable({ onUnknown: () => {} });
  const users = [1000, undefined, 1001];
  const references = users.map((userId) => ({
    ...OF_ROOT,
    ...userId !== undefined && { userId },
  }));
  const ids = [SHORT, OF_ROOT.fullId, `${OF_ROOT.fullId}/1001`];
  for (let round = 0; round < 2; round++) {
    assertEquals(references.map((each) => containers.ensure(each).id), ids);
  }
  assertEquals(ids.map((id) => containers.get(id)?.userId), users);
  assertEquals(references.map((each) => idAmong(each, (id) => containers.get(id))), ids);
});

Deno.test("ensure() takes an id of which only the first digits are known for the same", () => {
  for (const known of [OF_ROOT, { ...OF_ROOT, fullId: SHORT }]) {
    const containers = new ContainerTable({ onUnknown: () => {} });
    const entry = containers.ensure(known);
    assertEquals(containers.ensure({ ...OF_ROOT, fullId: SHORT }), entry);
    assertEquals(containers.ensure(OF_ROOT), entry);
  }
});

Deno.test("set() leaves out what is said of another container than the one of that id", () => {
  const containers = new ContainerTable({ onUnknown: () => {} });
  const entry = containers.ensure(OF_ROOT);
  for (const other of [OTHER, { ...OF_ROOT, userId: 1000 }]) {
    containers.set({ ...unknownContainer(other), known: true, image: "trusted" });
    assertEquals(containers.get(SHORT), entry);
  }
});

Deno.test("captures do not say whose a container is that they tell of", () => {
  const containers = new ContainerTable();
  containers.set({ ...unknownContainer(OF_ROOT), known: true, name: "web" });
  assertEquals(containers.ensure({ ...OF_ROOT, userId: 1000 }).name, "web");
  containers.set({ ...unknownContainer({ ...OTHER, id: OTHER.fullId }), name: "shop" });
  assertEquals(containers.ensure(OTHER).name, "shop");
});

Deno.test("users' containers have half of the table, and make room for each other", () => {
  const containers = new ContainerTable({ capacity: 4, onUnknown: () => {} });
  containers.ensure(OF_ROOT);
  for (const id of ["a", "b", "c", "d"]) containers.ensure({ ...reference(id), userId: 1000 });
  assertEquals([containers.size, containers.evicted], [3, 2]);
  assertEquals(containers.ensure(OTHER).id, OTHER.fullId);
  assertEquals(containers.get(SHORT)?.fullId, OF_ROOT.fullId);
  for (const id of ["e", "f", "g"]) containers.ensure(reference(id));
  assertEquals(containers.size, 4);
});

Deno.test("when all labels take too much, the container with the most goes without", () => {
  const containers = new ContainerTable({ units: 1000 });
  const labelled = (id: string, units: number): Container => ({
    ...unknownContainer(reference(id)),
    known: true,
    name: id,
    labels: new Map([["label", "x".repeat(units)]]),
  });
  for (const [id, units] of [["a", 300], ["b", 600], ["c", 300]] as const) {
    containers.set(labelled(id, units));
  }
  const sizes = () => ["a", "b", "c"].map((id) => containers.get(id)!.labels.size);
  assertEquals([sizes(), containers.get("b")!.name], [[1, 0, 1], "b"]);
  containers.delete("a");
  containers.set(labelled("b", 500));
  assertEquals(["b", "c"].map((id) => containers.get(id)!.labels.size), [1, 1]);
});
