import { assertEquals } from "../../tests/assert.ts";
import { grantsOf, isAsked, NO_PERMISSIONS, permissionsSchema } from "./permissions.ts";

Deno.test("a part of what is asked for may be granted, and nothing beside it", () => {
  assertEquals(isAsked("net", "a.example:443", ["a.example:443"]), true);
  assertEquals(isAsked("net", "b.example:443", ["a.example:443"]), false);
  assertEquals(isAsked("net", "b.example:443", ["*"]), true);
  assertEquals(isAsked("read", "/etc/ssl/certs", ["/etc/ssl"]), true);
  assertEquals(isAsked("read", "/etc/ssl2", ["/etc/ssl"]), false);
  assertEquals(isAsked("run", "/bin/true/x", ["/bin/true"]), false);
});

Deno.test("grantsOf() tells what is granted for nothing, and what nobody granted", () => {
  const asked = { ...NO_PERMISSIONS, net: ["*"], read: ["/srv"], env: ["TOKEN"] };
  const given = { ...NO_PERMISSIONS, net: ["a.example:1"], read: ["/srv/a", "/etc"] };
  assertEquals(grantsOf(asked, given), {
    permissions: { ...NO_PERMISSIONS, net: ["a.example:1"], read: ["/srv/a"] },
    notAsked: ["read /etc"],
    notGranted: ["env TOKEN"],
  });
});

Deno.test("permissions are spelled in one way, and none is about the runtime itself", () => {
  const isTaken = (permissions: unknown) => permissionsSchema.safeParse(permissions).success;
  assertEquals(isTaken({ net: ["a.example:443", "10.0.0.1:1", "[::1]:65535", "*"] }), true);
  for (
    const net of [
      "a.example",
      "A.example:1",
      ":1",
      "a..b:1",
      "a:0",
      "a:65536",
      "a b:1",
      "http://a:1",
    ]
  ) {
    assertEquals(isTaken({ net: [net] }), false, net);
  }
  for (const path of ["etc", "/", "/a/", "/a//b", "/a/../b", "/a,b", "/a\n", "/\u202e"]) {
    assertEquals(isTaken({ read: [path] }), false, path);
  }
  for (const name of ["LD_PRELOAD", "DENO_DIR", "NODE_OPTIONS", "PATH", "HOME", "a=b", ""]) {
    assertEquals(isTaken({ env: [name] }), false, name);
  }
  assertEquals(isTaken({ sys: [] }), false);
});
