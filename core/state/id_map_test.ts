import { assertEquals } from "../../tests/assert.ts";
import { byHostId, starterIn } from "./id_map.ts";

const entries = new Map([[0, "root"], [33, "www-data"], [1000, "node"]]);
const mapped = (map: string | undefined, of: ReadonlyMap<number, string> = entries) => {
  const found = byHostId(of, map, "superuser");
  return found && Object.fromEntries(found);
};

Deno.test("byHostId() has nothing to do where ids are the same on both sides", () => {
  assertEquals(mapped(undefined), undefined);
  assertEquals(mapped("         0          0 4294967295\n"), undefined);
  assertEquals(mapped("nonsense\n-1 2 3\n"), undefined);
});

Deno.test("byHostId() finds who has an id of the host, and who has one of the namespace", () => {
  assertEquals(mapped("         0     100000      65536\n"), {
    0: "root",
    33: "www-data",
    1000: "node",
    100000: "root",
    100033: "www-data",
    101000: "node",
  });
});

Deno.test("byHostId() knows whoever started it without being root as root, not as one of the namespace", () => {
  assertEquals(mapped("0 1000 1\n1 100000 65536\n"), {
    0: "root",
    33: "www-data",
    1000: "root",
    100032: "www-data",
    100999: "node",
  });
});

Deno.test("byHostId() leaves out who has no id on the host, and knows root where no file does", () => {
  assertEquals(mapped("0 5000 10\n"), { 0: "root", 33: "www-data", 1000: "node", 5000: "root" });
  assertEquals(mapped("0 5000 10\n", new Map()), { 5000: "superuser" });
});

Deno.test("starterIn() is who is root alone, as in containers of users", () => {
  assertEquals(starterIn("0 1000 1\n1 100000 65536\n"), 1000);
  assertEquals(starterIn("0 100000 65536\n"), undefined);
  assertEquals(starterIn("1000 1000 1\n"), undefined);
  assertEquals(starterIn(undefined), undefined);
});
