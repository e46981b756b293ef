import { assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { containerOfJson } from "./containers.ts";

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
  for (const text of ["", "{", "null", "[]", '{"container": 1}', '{"container": {"id": 7}}']) {
    assertEquals(containerOfJson(text), undefined, text);
  }
});
