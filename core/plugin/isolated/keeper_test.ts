import { assertEquals } from "../../../tests/assert.ts";
import { groupsToEnd } from "./keeper.ts";

async function after(...texts: readonly string[]): Promise<readonly number[]> {
  const chunks = texts.map((text) => new TextEncoder().encode(text));
  return [...await groupsToEnd(ReadableStream.from(chunks))];
}

Deno.test("groupsToEnd() gives what was named and not taken back, however it comes", async () => {
  assertEquals(await after("+20\n+30\n", "-20\n+4", "0\n"), [30, 40]);
  assertEquals(await after(), []);
});

Deno.test("groupsToEnd() passes over what is no group, and what would be everybody", async () => {
  assertEquals(await after("+1\n+0\n+-5\n-7\n+1e3\n+99999999999\n \n+20 \nx\n", "+50"), []);
  assertEquals(await after("+".repeat(1000), "\n+60\n"), [60]);
});
