import { assertEquals } from "../../tests/assert.ts";
import { Secret } from "../plugin/mod.ts";
import { failure } from "./failure.ts";

Deno.test("failure() hides a secret also where what is said is cut off", () => {
  const secrets = [new Secret({ value: "hunter2hunter2" })];
  const said = `${"x".repeat(292)} hunter2hunter2 was refused`;
  const { message } = failure(new Error(said), { doing: "Cannot log in", secrets });
  assertEquals(message.includes("hunter"), false, message);
  assertEquals(message.endsWith("…"), true);
});
