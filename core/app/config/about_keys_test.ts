import { assertEquals } from "../../../tests/assert.ts";
import { ABOUT_KEYS } from "./about_keys.ts";
import { configKeys } from "./keys.ts";
import { meaningsIn } from "./meanings.ts";

const ours = Deno.readTextFileSync(new URL("../../../rules/falco.yaml", import.meta.url));
const keys = configKeys(meaningsIn(ours));

Deno.test("every key of falco.yaml says what it is", () => {
  assertEquals(keys.filter(({ about }) => about === "").map(({ key }) => key), []);
});

Deno.test("no comment of rules/falco.yaml stands at two keys", () => {
  const own = keys.filter(({ key, about }) => !ABOUT_KEYS.has(key) && !about.includes("effect"));
  const seen = new Set<string>();
  const repeated = own.filter(({ about }) => seen.size === seen.add(about).size);
  assertEquals(repeated.map(({ key }) => key), []);
});

Deno.test("ABOUT_KEYS is about keys that are there, and is what they say", () => {
  const said = new Map(keys.map(({ key, about }) => [key, about]));
  for (const [key, about] of ABOUT_KEYS) assertEquals(said.get(key), about, key);
});
