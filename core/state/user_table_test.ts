import { assertEquals } from "../../tests/assert.ts";
import { Changes } from "./changes.ts";
import { parseGroup, parsePasswd, UserTable } from "./user_table.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n";

Deno.test("parsePasswd() gives name, home and shell by id", () => {
  const users = parsePasswd(PASSWD);
  assertEquals(users.get(33), {
    name: "www-data",
    home: "/var/www",
    shell: "/usr/sbin/nologin",
  });
});

Deno.test("parsePasswd() skips what is no entry: a broken id must not become root", () => {
  const text = [
    "short:x:5",
    "evil:x::0:::",
    "evil:x:0x0:0::/:/bin/sh",
    "evil:x: 0:0::/:/bin/sh",
    "evil:x:-1:0::/:/bin/sh",
    "evil:x:4294967295:0::/:/bin/sh",
    "evil:x:99999999999:0::/:/bin/sh",
    "evil:x:7:abc::/:/bin/sh",
    "+@netgroup:x:8:8::/:/bin/sh",
    "-nobody:x:9:9::/:/bin/sh",
    "# comment:x:10:10::/:/bin/sh",
    ":x:11:11::/:/bin/sh",
    `${"n".repeat(300)}:x:12:12::/:/bin/sh`,
    `long:x:13:13::/${"h".repeat(2000)}:/bin/sh`,
    "crlf:x:14:14::/:/bin/sh\r",
    "",
  ].join("\n");
  assertEquals([...parsePasswd(text).values()].map(({ name, shell }) => [name, shell]), [
    ["crlf", "/bin/sh"],
  ]);
});

Deno.test("parsePasswd() lets the first entry of an id win", () => {
  assertEquals(parsePasswd("a:x:1:1::/:/bin/sh\nb:x:1:1::/:/bin/sh\n").get(1)!.name, "a");
});

Deno.test("parseGroup() takes groups with any number of members", () => {
  const members = Array.from({ length: 5000 }, (_, i) => `user${i}`).join(",");
  assertEquals(parseGroup(`docker:x:999:${members}\n`).get(999), { name: "docker" });
});

function fakeHost() {
  const host = { passwd: PASSWD as string | undefined, version: "1", reads: 0 };
  const users = new UserTable({
    files: {
      read: (path) => {
        host.reads++;
        return path === "/etc/passwd" ? host.passwd : "adm:x:4:\n";
      },
      version: (path) => /^\/etc\/(?:passwd|group)$/.test(path) ? host.version : undefined,
    },
  });
  return { host, users };
}

Deno.test("user() and group() read the host's files", () => {
  const { users } = fakeHost();
  assertEquals(users.user(33)!.name, "www-data");
  assertEquals(users.group(4)!.name, "adm");
  assertEquals(users.user(12345), undefined);
});

Deno.test("user() and group() look into the files of NSS's modules for whom the first do not have", () => {
  const texts: Record<string, string> = {
    "/etc/passwd": "root:x:0:0::/root:/bin/bash\n",
    "/etc/group": "root:x:0:\n",
    "/usr/lib/passwd": "altroot:x:0:0::/:/bin/sh\nchrony:x:994:990::/:/bin/sh\n",
    "/usr/lib/group": "chrony:x:990:\n",
    "/var/lib/extrausers/passwd": "ann:x:1000:1000::/home/ann:/bin/sh\n",
    "/etc/oslogin_passwd.cache": "bob_example_com:*:2710000001:2710000001::/home/bob:/bin/bash\n",
  };
  const users = new UserTable({
    files: { read: (path) => texts[path], version: (path) => texts[path] },
  });
  const names = [0, 994, 1000, 2_710_000_001, 5].map((id) => users.user(id)?.name);
  assertEquals(names, ["root", "chrony", "ann", "bob_example_com", undefined]);
  assertEquals([0, 990].map((id) => users.group(id)?.name), ["root", "chrony"]);
  texts["/etc/passwd.cache"] = "eve:x:70001:70001::/home/eve:/bin/sh\n";
  assertEquals(users.user(70_001), undefined);
  users.refresh();
  assertEquals(users.user(70_001)?.name, "eve");
});

Deno.test("refresh() looks at the files again, and reads them when they changed", () => {
  const { host, users } = fakeHost();
  users.user(0);
  assertEquals(host.reads, 2);
  host.passwd = "new:x:33:33::/:/bin/sh\n";
  host.version = "2";
  assertEquals(users.user(33)!.name, "www-data");
  users.refresh();
  assertEquals(users.user(33)!.name, "new");
  users.refresh();
  assertEquals(host.reads, 4);
});

Deno.test("user() keeps what it knew while a file cannot be read", () => {
  const { host, users } = fakeHost();
  users.user(0);
  host.passwd = undefined;
  host.version = "2";
  users.refresh();
  assertEquals(users.user(33)!.name, "www-data");
});

Deno.test("user() and group() know root without any file", () => {
  const users = new UserTable();
  assertEquals(users.user(0), { name: "root", home: "/root", shell: "<NA>" });
  assertEquals(users.group(0), { name: "root" });
  assertEquals([users.user(1), users.group(1)], [undefined, undefined]);
});

Deno.test("apply() takes only so much of what a source tells of users", () => {
  const users = new UserTable();
  const user = (n: number) => ({ name: `u${n}`, home: `/${"h".repeat(1000)}`, shell: "/bin/sh" });
  for (let id = 1; id <= 20_000; id++) users.apply({ kind: "user", id, user: user(id) });
  assertEquals([users.user(1)?.name, users.user(20_000)?.name], ["u1", undefined]);
  users.apply({ kind: "user", id: 1, user: undefined });
  users.apply({ kind: "user", id: 20_000, user: user(1) });
  assertEquals([users.user(1), users.user(20_000)?.name], [undefined, "u1"]);
});

Deno.test("user() and group() ask the name service for who is in no file, and for nobody else", async () => {
  const asked: string[] = [];
  const changes = new Changes();
  const users = new UserTable({
    changes,
    files: {
      read: (path) => path === "/etc/passwd" ? PASSWD : "adm:x:4:\n",
      version: (path) => /^\/etc\/(?:passwd|group)$/.test(path) ? "1" : undefined,
    },
    nameService: {
      user: (uid) => {
        asked.push(`user ${uid}`);
        return Promise.resolve({ name: "ada", home: "/home/ada", shell: "/bin/sh" });
      },
      group: (gid) => {
        asked.push(`group ${gid}`);
        return Promise.resolve({ name: "engineers" });
      },
    },
  });
  users.prepare({ euid: 33, egid: 4, loginUid: 4294967295 });
  users.prepare({ euid: 0, egid: 0, loginUid: 5001 });
  users.prepare({ euid: 5000, egid: 6000, loginUid: 5000 });
  const tick = users.changedAt;
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(asked.sort(), ["group 6000", "user 5000", "user 5001"]);
  assertEquals([users.user(5000)?.name, users.group(6000)?.name], ["ada", "engineers"]);
  assertEquals([users.user(33)?.name, users.user(0)?.name], ["www-data", "root"]);
  assertEquals(
    users.changedAt > tick,
    true,
    "what was concluded from the old name counts no longer",
  );
});

Deno.test("UserTable holds what the name service says to what a file may say", async () => {
  const answers = new Map([
    [5000, { name: "", home: "/", shell: "/bin/sh" }],
    [5001, { name: "a".repeat(257), home: "/", shell: "/bin/sh" }],
    [5002, { name: "ada", home: "/".repeat(1025), shell: "/bin/sh" }],
    [5003, { name: "ada", home: "/home/ada", shell: "/bin/sh" }],
  ]);
  const users = new UserTable({
    nameService: {
      user: (uid) => Promise.resolve(answers.get(uid)),
      group: (gid) => Promise.resolve(answers.get(gid)),
    },
  });
  const names = () =>
    [...answers.keys()].map((id) => [users.user(id)?.name, users.group(id)?.name.length]);
  names();
  await new Promise((resolve) => setTimeout(resolve, 0));
  const nobody = [undefined, undefined];
  assertEquals(names(), [nobody, nobody, nobody, ["ada", 3]]);
});
