import { assertEquals, assertRejects } from "../../tests/assert.ts";
import { EngineError, firstAnswer } from "./container_engine.ts";

Deno.test("firstAnswer() asks on where one fails, and tells of the failure where nobody knows", async () => {
  const never = new AbortController().signal;
  const fails = () => Promise.reject(new EngineError("failed", "no"));
  const unknowing = () => Promise.resolve(undefined);
  assertEquals(await firstAnswer([fails, unknowing, () => Promise.resolve("it")], never), "it");
  assertEquals(await firstAnswer([unknowing], never), undefined);
  await assertRejects(() => firstAnswer([fails, unknowing], never), { code: "failed" });
  const bug = () => Promise.reject(new TypeError("bug"));
  await assertRejects(() => firstAnswer([bug, fails], never), { name: "TypeError" });
});
