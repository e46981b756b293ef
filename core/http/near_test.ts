import { assertEquals } from "../../tests/assert.ts";
import { isThisMachine } from "./near.ts";

Deno.test("isThisMachine() takes no name for this machine that only looks like it", () => {
  const isNear = (address: string) => isThisMachine(new URL(address).hostname);
  for (const address of ["http://localhost:1", "http://127.8.0.1/a", "http://[::1]:80"]) {
    assertEquals(isNear(address), true, address);
  }
  const others = ["localhost.example.org", "127.0.0.1.example.org", "[::2]", "169.254.169.254"];
  for (const host of others) assertEquals(isNear(`http://${host}`), false, host);
});
