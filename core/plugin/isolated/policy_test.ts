import { assertEquals } from "../../../tests/assert.ts";
import { NO_PERMISSIONS } from "../permissions.ts";
import { readPolicy } from "./policy.ts";

const POLICY = {
  permissions: { ...NO_PERMISSIONS, net: ["127.0.0.1:80"] },
  userId: 1_900_000_001,
  memoryBytes: 1,
  runtimeFolders: ["/opt/falcod"],
};

Deno.test("readPolicy() reads what falcod writes", () => {
  assertEquals(readPolicy(JSON.stringify(POLICY)), POLICY);
});

Deno.test("readPolicy() takes nothing that is only nearly a policy, and never throws", () => {
  const { permissions } = POLICY;
  const broken: readonly unknown[] = [
    null,
    [],
    7,
    {},
    { ...POLICY, permissions: {} },
    { ...POLICY, permissions: { ...permissions, run: [1] } },
    { ...POLICY, permissions: { ...permissions, run: "/bin/sh" } },
    { ...POLICY, userId: 0 },
    { ...POLICY, userId: "1" },
    { ...POLICY, memoryBytes: -1 },
    { ...POLICY, runtimeFolders: null },
  ];
  for (const value of broken) assertEquals(readPolicy(JSON.stringify(value)), undefined);
  for (const text of ["", "y", "{", "\0", JSON.stringify(POLICY).slice(1)]) {
    assertEquals(readPolicy(text), undefined);
  }
});
