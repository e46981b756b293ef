import { assertEquals } from "../tests/assert.ts";
import { groupById, userById } from "./name_service.ts";

Deno.test("userById() and groupById() know root, as every program does", async () => {
  const root = await userById(0);
  assertEquals([root?.name, root?.home.startsWith("/"), root?.shell.startsWith("/")], [
    "root",
    true,
    true,
  ]);
  assertEquals(await groupById(0), { name: "root" });
});

Deno.test("userById() and groupById() say when there is nobody", async () => {
  assertEquals(await userById(3_999_999_999), undefined);
  assertEquals(await groupById(3_999_999_999), undefined);
});
