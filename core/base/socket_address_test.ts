import { assertEquals } from "../../tests/assert.ts";
import { socketPath } from "./socket_address.ts";

Deno.test("socketPath() takes a path, and the address of one", () => {
  assertEquals(socketPath("unix:///run/docker.sock"), "/run/docker.sock");
  assertEquals(socketPath("/run/docker.sock"), "/run/docker.sock");
});
