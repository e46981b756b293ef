import { assertEquals } from "../../tests/assert.ts";
import type { ContainerReference } from "./container_id.ts";
import { type Container, ContainerTable, unknownContainer } from "./container_table.ts";

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
