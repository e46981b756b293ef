import { assert, assertEquals } from "../../tests/assert.ts";
import { type AccountFiles, ContainerUsers } from "./container_users.ts";

const FILES: AccountFiles = {
  passwd: "alice:x:1000:1000::/home/alice:/bin/sh\n",
  group: "staff:x:50:\n",
};
const who = (processId: number, clockNs = 0) => ({ processIds: [processId], clockNs });

Deno.test("ContainerUsers reads the files of a container once", () => {
  const asked: number[] = [];
  const users = new ContainerUsers({ read: (id) => (asked.push(id), FILES) });
  assertEquals(users.user("c", 1000, who(7)), {
    name: "alice",
    home: "/home/alice",
    shell: "/bin/sh",
  });
  assertEquals(users.group("c", 50, who(8)), { name: "staff" });
  assertEquals((users.user("d", 1000, who(9)) as { name: string }).name, "alice");
  assertEquals(asked, [7, 9]);
});

Deno.test("ContainerUsers knows a container's users by the ids that they have on the host", () => {
  const passwd = `${FILES.passwd}root:x:0:0::/root:/bin/sh\n`;
  const uidMap = "0 1000 1\n1 100000 65536\n", gidMap = "0 100 1\n1 200000 65536\n";
  const users = new ContainerUsers({ read: () => ({ ...FILES, passwd, uidMap, gidMap }) });
  const nameOf = (uid: number) => (users.user("c", uid, who(7)) as { name: string }).name;
  assertEquals([1000, 100999, 0].map(nameOf), ["root", "alice", "root"]);
  assertEquals(users.group("c", 200049, who(7)), { name: "staff" });
  assertEquals(users.group("c", 100, who(7)), { name: "root" });
  assertEquals([users.isMapped("c"), users.isMapped("d")], [true, false]);
});

Deno.test("ContainerUsers goes by the ids of the container, not by those of a namespace inside of it", () => {
  const passwd = `root:x:0:0::/root:/bin/sh\nbuilder:x:1000:1000::/:/bin/sh\n`;
  const map = "0 0 4294967295\n", nested = "0 1000 1\n1 100000 65536\n";
  let added = "";
  const users = new ContainerUsers({
    read: (id) => {
      const ids = id === 50 ? nested : map;
      return {
        passwd: passwd + added,
        group: "root:x:0:\nstaff:x:50:\n",
        uidMap: ids,
        gidMap: ids,
      };
    },
  });
  // As the state gives them: once through, the nearest first.
  const ask = (uid: number, clockNs: number, ...ids: number[]) => {
    const user = users.user("c", uid, { processIds: ids.values(), clockNs });
    return (user as { name: string } | undefined)?.name;
  };
  assertEquals(ask(1000, 0, 50, 2, 1), "builder");
  assertEquals(users.group("c", 50, who(1)), { name: "staff" });
  added = "bob:x:1001:1001::/:/bin/sh\n";
  // Those before it are gone meanwhile.
  assertEquals(ask(1001, 2e10, 50), "bob");
  assertEquals([0, 1000].map((uid) => ask(uid, 4e10, 50)), ["root", "builder"]);
  assertEquals(users.isMapped("c"), false);
});

Deno.test("ContainerUsers goes by whoever acts when nobody before it can be asked", () => {
  const files = { ...FILES, uidMap: "0 100000 65536\n", gidMap: "0 100000 65536\n" };
  const users = new ContainerUsers({ read: (id) => [files, "host", undefined][id] as "host" });
  const user = users.user("c", 101000, { processIds: [0, 1, 2], clockNs: 0 });
  assertEquals((user as { name: string }).name, "alice");
});

Deno.test("ContainerUsers looks again for an id that is not there, but not at once", () => {
  let passwd = FILES.passwd!;
  let looks = 0;
  const users = new ContainerUsers({ read: () => (looks++, { ...FILES, passwd }) });
  assertEquals(users.user("c", 1001, who(7)), undefined);
  passwd += "bob:x:1001:1001::/:/bin/sh\n";
  assertEquals(users.user("c", 1001, who(7, 1e9)), undefined);
  assertEquals(looks, 1);
  assertEquals((users.user("c", 1001, who(7, 2e10)) as { name: string }).name, "bob");
});

Deno.test("ContainerUsers asks the next process when the first is gone", () => {
  const users = new ContainerUsers({ read: (id) => id === 7 ? undefined : FILES });
  assertEquals(users.user("c", 1000, who(7, 1)), undefined);
  assertEquals((users.user("c", 1000, who(8, 2e8)) as { name: string }).name, "alice");
});

Deno.test("ContainerUsers is not kept busy by those that are gone at once", () => {
  let looks = 0;
  const users = new ContainerUsers({ read: () => (looks++, undefined) });
  for (let id = 0; id < 1000; id++) users.prepare("c", who(id, id));
  assert(looks < 50, `${looks} looks`);
});

Deno.test("ContainerUsers asks those before it when a process is gone", () => {
  const users = new ContainerUsers({ read: (id) => id === 7 ? undefined : FILES });
  const group = users.group("c", 50, { processIds: [7, 6], clockNs: 0 });
  assertEquals(group, { name: "staff" });
});

Deno.test("ContainerUsers keeps nothing of a process that still sees the host's files", () => {
  let inside = false;
  const users = new ContainerUsers({ read: () => inside ? FILES : "host" });
  assertEquals(users.user("c", 1000, who(7)), "host");
  inside = true;
  assertEquals((users.user("c", 1000, who(7)) as { name: string }).name, "alice");
});

Deno.test("ContainerUsers is bounded, and takes what a source tells", () => {
  const users = new ContainerUsers({ capacity: 2 });
  const user = { name: "eve", home: "/", shell: "/bin/sh" };
  for (const id of ["a", "b", "c"]) users.apply({ kind: "user", id: 5, user }, id);
  // Where nothing can be read and nothing was told there are no names: the host's are others'.
  assertEquals(users.user("a", 5, who(1)), undefined);
  assertEquals(users.user("c", 5, who(1)), user);
  users.apply({ kind: "user", id: 5, user: undefined }, "c");
  assertEquals(users.user("c", 5, who(1)), undefined);
});

Deno.test("ContainerUsers lets the largest go when all names take too much", () => {
  const passwd = (count: number) =>
    Array.from({ length: count }, (_, id) => `u${id}:x:${id}:1::/:/bin/sh\n`).join("");
  const counts = [0, 50, 300, 50];
  let looks = 0;
  const users = new ContainerUsers({
    read: (id) => (looks++, { passwd: passwd(counts[id]!), group: undefined }),
    units: 60_000,
  });
  const names = () => [1, 2, 3].map((id) => users.user(`c${id}`, 5, who(id)) !== undefined);
  assertEquals(names(), [true, true, true]);
  assertEquals(names(), [true, false, true]);
  assertEquals(looks, 3);
});

Deno.test("ContainerUsers takes thousands of users that a source tells, and only so much of them", () => {
  const users = new ContainerUsers({});
  const user = { name: "eve", home: `/${"h".repeat(1000)}`, shell: "/bin/sh" };
  for (let id = 0; id < 30_000; id++) users.apply({ kind: "user", id, user }, "c");
  assertEquals(users.user("c", 10_000, who(1)), user);
  assertEquals(users.user("c", 29_999, who(1)), undefined);
  users.apply({ kind: "user", id: 1, user: undefined }, "c");
  users.apply({ kind: "user", id: 29_999, user }, "c");
  assertEquals(users.user("c", 29_999, who(1)), user);
});

Deno.test("ContainerUsers goes by the first program of a container, not by whoever makes one within another", () => {
  const outer = { ...FILES, passwd: "node:x:1000:1000::/:/bin/sh\n", uidMap: "", gidMap: "" };
  const map = "0 100000 65536\n", inner = { ...FILES, uidMap: map, gidMap: map };
  let looks = 0;
  const users = new ContainerUsers({ read: (id) => (looks++, [outer, undefined, inner][id]) });
  const nameOf = (uid: number, clockNs: number) => {
    const user = users.user("c", uid, who(0, clockNs));
    return (user as { name: string } | undefined)?.name;
  };
  assertEquals(nameOf(1000, 0), "node");
  users.prepare("c", who(1, 1e6));
  assertEquals(nameOf(1000, 1e6), "node");
  for (let i = 0; i < 5; i++) users.prepare("c", who(2, 2e6));
  assertEquals([nameOf(101_000, 3e6), looks], ["alice", 3]);
});

Deno.test("ContainerUsers reads no more in a second than others have time for", () => {
  const passwd = `${FILES.passwd}${"#\n".repeat(100_000)}`;
  let looks = 0;
  const users = new ContainerUsers({ read: () => (looks++, { passwd, group: undefined }) });
  // Each program in a cgroup that was made for it.
  for (let id = 0; id < 100; id++) users.prepare(`c${id}`, who(id, 1e9));
  assert(looks < 20, `${looks}`);
  assertEquals(users.user("c99", 1000, who(99, 1e9)), undefined);
  assertEquals((users.user("c99", 1000, who(99, 2e9)) as { name: string }).name, "alice");
  assertEquals((users.user("c0", 1000, who(0, 2e9)) as { name: string }).name, "alice");
});
