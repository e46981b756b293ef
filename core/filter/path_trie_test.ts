import { assertEquals } from "../../tests/assert.ts";
import { PathTrie } from "./path_trie.ts";

Deno.test("PathTrie holds for its paths and everything below them", () => {
  const trie = new PathTrie(["/var/run", "/etc", "/etc/ssh", "/home/*/.ssh", "/opt/[ab]?"]);
  const cases: readonly (readonly [path: string, matches: boolean])[] = [
    ["/var/run/docker", true],
    ["/var/run", true],
    ["/var", false],
    ["/var/running", false],
    ["/etc/passwd", true],
    ["//etc///passwd/", true],
    ["etc/passwd", true],
    ["/home/me/.ssh/id", true],
    ["/home/me/.sshx", false],
    ["/home/a/b/.ssh", false],
    ["/opt/ax/y", true],
    ["/opt/cx/y", false],
    ["/", false],
    ["", false],
  ];
  for (const [path, matches] of cases) assertEquals(trie.matches(path), matches, path);
});

Deno.test("PathTrie with the root matches every path, an empty one none", () => {
  assertEquals(new PathTrie(["/"]).matches("/anything"), true);
  assertEquals(new PathTrie([""]).matches(""), true);
  assertEquals(new PathTrie([]).matches("/"), false);
});

Deno.test("PathTrie tries literal and wildcard ways that begin alike", () => {
  const trie = new PathTrie(["/a/b/c", "/*/b/d", "/?/x"]);
  for (const path of ["/a/b/c", "/a/b/d", "/a/x", "/z/b/d"]) {
    assertEquals(trie.matches(path), true, path);
  }
  assertEquals(trie.matches("/a/b/e"), false);
});

Deno.test("PathTrie takes paths as deep as memory allows", () => {
  const deep = "/a".repeat(100_000);
  assertEquals(new PathTrie([deep, "/*".repeat(500) + "/b"]).matches(deep), true);
});

Deno.test("PathTrie finds one of very many paths that begin alike", () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `/a/n${i}`);
  const trie = new PathTrie([...names, "/a/[n]0/x", "/a/n7*/y"]);
  for (const path of ["/a/n0", "/a/n99999/below", "/a//n5"]) {
    assertEquals(trie.matches(path), true, path);
  }
  for (const path of ["/a/n100000", "/a/[n]0/x", "/a/n", "/a"]) {
    assertEquals(trie.matches(path), false, path);
  }
  assertEquals(trie.matches("/a/n700000/y"), true);
});
