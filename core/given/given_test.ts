import { assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { defineField } from "../field/mod.ts";
import { State } from "../state/mod.ts";
import { eventOf, withGiven } from "./mod.ts";
import { read, seen } from "./testing.ts";

const SHADOW = "{evt.type: openat, fd.name: /etc/shadow, proc.name: cat, evt.arg.flags: O_RDONLY}";

Deno.test("a given event answers what follows from the few fields that were given", () => {
  const fields = {
    "fd.num": "3",
    "fd.typechar": "f",
    "fd.type": "file",
    "fd.directory": "/etc",
    "fd.filename": "shadow",
    "fd.realpath": "/etc/shadow",
    "fs.path.name": "/etc/shadow",
    "evt.is_open_read": "true",
    "evt.is_open_write": "false",
    "evt.dir": "<",
    "evt.res": "SUCCESS",
    "evt.rawres": "3",
    "evt.category": "file",
    "evt.arg.name": "/etc/shadow",
    "evt.arg[3]": "O_RDONLY",
    "evt.rawarg.flags": "1",
    "evt.args":
      "fd=3(<f>/etc/shadow) dirfd=-100(AT_FDCWD) name=/etc/shadow flags=1(O_RDONLY) mode=0644 dev=<NA> ino=<NA>",
    "proc.cmdline": "cat",
    "proc.exe": "cat",
    "proc.pname": "<NA>",
    "user.name": "root",
    "user.uid": "0",
    "user.loginuid": "-1",
    "container.id": "host",
    "container.name": "host",
  };
  const names = Object.keys(fields);
  assertEquals(
    Object.fromEntries(seen(SHADOW, ...names).map((text, i) => [names[i]!, text])),
    fields,
  );
});

Deno.test("what was given counts letter by letter, and null says that there is none", () => {
  const event = "{evt.type: openat, fd.name: /etc/shadow, fd.directory: /srv, proc.cmdline: null}";
  assertEquals(seen(event, "fd.directory", "fd.filename", "proc.cmdline", "proc.name"), [
    "/srv",
    "shadow",
    "<NA>",
    "<NA>",
  ]);
  assertEquals(seen("{evt.type: openat, fd.num: null}", "fd.typechar", "fd.name"), [
    "<NA>",
    "<NA>",
  ]);
  const nobody = "{evt.type: openat, proc.pid: ~}";
  assertEquals(seen(nobody, "proc.name", "container.id"), ["<NA>", "<NA>"]);
});

Deno.test("a newer call is given by its name, and is the event that it is delivered as", () => {
  const event = "{evt.type: fchmodat2, evt.arg.mode: S_ISUID, evt.arg.filename: /tmp/x}";
  assertEquals(seen(event, "evt.type", "syscall.type", "fs.path.name", "evt.type.is.fchmodat2"), [
    "fchmodat",
    "fchmodat",
    "/tmp/x",
    "1",
  ]);
});

Deno.test("a call that failed has the result of its error and no descriptor", () => {
  const event = "{evt.type: openat, fd.name: /x, evt.res: ENOENT}";
  assertEquals(seen(event, "evt.rawres", "evt.failed", "fd.num", "fd.type", "fd.name"), [
    "-2",
    "true",
    "-1",
    "<NA>",
    "/x",
  ]);
  assertEquals(seen("{evt.type: close, evt.failed: true}", "evt.res"), ["EPERM"]);
});

Deno.test("how a file was opened follows from the flags, and the flags from how it was opened", () => {
  const creating = "{evt.type: open, fd.name: /x, evt.is_open_create: true}";
  assertEquals(seen(creating, "evt.is_open_write", "evt.arg.flags"), [
    "true",
    "O_CREAT|O_WRONLY|O_F_CREATED",
  ]);
  const both = "{evt.type: open, evt.arg.flags: O_RDWR|O_TRUNC}";
  assertEquals(seen(both, "evt.is_open_read", "evt.is_open_write"), ["true", "true"]);
  const program = "{evt.type: openat, fd.name: /x, evt.is_open_exec: true}";
  assertEquals(seen(program, "evt.is_open_exec", "evt.arg.mode"), ["true", "0755"]);
});

Deno.test("ancestors are there as far up as something is said about them", () => {
  const event = "{evt.type: execve, proc.name: sh, proc.pname: nginx, 'proc.aname[3]': systemd}";
  assertEquals(seen(event, "proc.aname", "proc.aname[1]", "proc.aname[3]", "proc.apid[3]"), [
    "nginx <NA> systemd",
    "nginx",
    "systemd",
    "897",
  ]);
  assertEquals(seen("{evt.type: execve, proc.aname: [a, b]}", "proc.pname", "proc.aname[2]"), [
    "a",
    "b",
  ]);
  assertEquals(seen("{evt.type: execve, proc.ppid: 7}", "proc.ppid", "proc.pname"), ["7", "<NA>"]);
});

Deno.test("a command line gives name and arguments, and the other way round", () => {
  assertEquals(
    seen("{evt.type: execve, proc.cmdline: curl -s x}", "proc.name", "proc.args", "proc.args[1]"),
    ["curl", "-s x", "x"],
  );
  assertEquals(
    seen("{evt.type: execve, proc.name: ls, proc.args: -l /}", "proc.cmdline", "evt.arg.args"),
    ["ls -l /", "-l./."],
  );
});

Deno.test("whatever is said about a container puts the process in one", () => {
  const fields = [
    "container.id",
    "container.image.repository",
    "container.image.tag",
    "container.type",
  ];
  assertEquals(
    seen("{evt.type: execve, container.image: docker.io/library/nginx:1.0}", ...fields),
    [
      "0123456789ab",
      "docker.io/library/nginx",
      "1.0",
      "docker",
    ],
  );
  assertEquals(seen("{evt.type: execve, container.id: ABC-1}", "container.id"), ["ABC-1"]);
  assertEquals(seen("{evt.type: execve, container.id: 3ad7b26ded6d}", "container.id"), [
    "3ad7b26ded6d",
  ]);
  assertEquals(
    seen("{evt.type: execve, container.label.app: web}", "container.label[app]", "container.id"),
    ["web", "0123456789ab"],
  );
});

Deno.test("a connection is built of its ends or of its name", () => {
  const ends = "{evt.type: connect, fd.sip: 10.0.0.2, fd.sport: 443, fd.cip: 10.0.0.1}";
  assertEquals(seen(ends, "fd.typechar", "fd.name", "fd.rip", "fd.l4proto", "fd.sockfamily"), [
    "4",
    "10.0.0.1:0->10.0.0.2:443",
    "10.0.0.2",
    "tcp",
    "ip",
  ]);
  const named = "{evt.type: accept4, fd.name: '10.0.0.1:33060->10.0.0.2:443'}";
  assertEquals(seen(named, "fd.cip", "fd.sport", "fd.is_server", "fd.lip"), [
    "10.0.0.1",
    "443",
    "true",
    "10.0.0.2",
  ]);
  assertEquals(seen("{evt.type: connect, fd.sip: '2001:db8::1'}", "fd.typechar", "fd.type"), [
    "6",
    "ipv6",
  ]);
  const either = "{evt.type: read, fd.port: 443, evt.arg.fd: 7}";
  assertEquals(seen(either, "fd.typechar", "fd.num", "evt.arg.fd"), ["4", "7", "7"]);
  const unix = "{evt.type: connect, fd.name: /run/docker.sock}";
  assertEquals(seen(unix, "fd.typechar", "fd.sockfamily"), ["u", "unix"]);
});

Deno.test("a descriptor shows no name, address, port or inode that nobody gave (issue 3)", () => {
  const names = ["fd.name", "fd.nameraw", "fd.directory", "fd.filename", "fd.containername"];
  const nothing = names.map(() => "<NA>");
  assertEquals(seen("{evt.type: openat}", ...names), nothing);
  assertEquals(seen("{evt.type: read, fd.typechar: p}", ...names, "fd.ino"), [...nothing, "<NA>"]);
  assertEquals(seen("{evt.type: connect, fd.typechar: u}", ...names), nothing);
  assertEquals(seen("{evt.type: openat, fd.name: ''}", "fd.name", "fd.directory"), ["", "/"]);
  const server = "{evt.type: connect, fd.sip: 6.7.8.9, fd.sport: 22}";
  assertEquals(seen(server, ...names, "fd.cip", "fd.cport", "fd.lport"), [
    ...nothing,
    ...["<NA>", "<NA>", "<NA>"],
  ]);
  assertEquals(seen(server, "fd.ip", "fd.port", "fd.rip"), ["6.7.8.9", "22", "6.7.8.9"]);
  const client = "{evt.type: connect, fd.cip: 10.0.0.1, fd.cport: 33060}";
  assertEquals(seen(client, "fd.name", "fd.sip", "fd.sport", "fd.is_server", "fd.port"), [
    ...["<NA>", "<NA>", "<NA>", "false", "33060"],
  ]);
  const waiting = "{evt.type: listen, fd.lip: 0.0.0.0, fd.lport: 80}";
  assertEquals(seen(waiting, "fd.name", "fd.sport"), ["0.0.0.0:80", "80"]);
  assertEquals(seen("{evt.type: connect, fd.port: 0}", "fd.port", "fd.cport"), ["0", "<NA>"]);
});

Deno.test("paths of calls without a descriptor stand in their parameters", () => {
  const link = "{evt.type: symlinkat, evt.arg.target: /etc/shadow, fs.path.source: /tmp/x}";
  assertEquals(seen(link, "evt.arg.target", "evt.arg.linkpath", "fs.path.target", "fd.name"), [
    "/etc/shadow",
    "/tmp/x",
    "/etc/shadow",
    "<NA>",
  ]);
  const move = "{evt.type: renameat, evt.arg.newpath: ../etc/x, proc.cwd: /tmp}";
  assertEquals(seen(move, "fs.path.target", "fs.path.targetraw"), ["/etc/x", "../etc/x"]);
});

Deno.test("a name of the kernel's that differs is judged as a second view", () => {
  const { given } = read("{evt.type: openat, fd.name: /tmp/x, fd.realpath: /etc/shadow}");
  const { event, state } = eventOf(given!);
  assertEquals(event.hasResolvedView, true);
  const name = withGiven(
    new Map([["fd.name", {
      name: "fd.name",
      type: "CHARBUF",
      summary: "",
      extract: (_event, state) => state.descriptor?.path?.resolved,
    }]]),
  ).get("fd.name")!;
  state.begin(event);
  assertEquals(name.extract(event, state, undefined), "/tmp/x");
  state.view = "resolved";
  assertEquals(name.extract(event, state, undefined), "/etc/shadow");
});

Deno.test("fields that nobody can fill yet show what was given, of any source", () => {
  const verb = defineField({
    name: "ka.verb",
    type: "CHARBUF",
    summary: "",
    unavailable: "not yet",
    extract: () => undefined,
  });
  const fields = new Map([["ka.verb", verb]]);
  const { given } = read("{ka.verb: create}", "k8s_audit", fields);
  const { event, state } = eventOf(given!);
  assertEquals(event.source, "k8s_audit");
  assertEquals(withGiven(fields).get("ka.verb")!.extract(event, state, undefined), "create");
});

Deno.test("withGiven() leaves events of other sources alone, and says nothing of a basis", () => {
  const field = defineField({
    name: "x",
    type: "CHARBUF",
    summary: "",
    basis: "path",
    extract: (event) => event.source,
  });
  const overlaid = withGiven(new Map([["x", field]])).get("x")!;
  assertEquals(overlaid.basis, undefined);
  const { event } = eventOf(read("{evt.type: openat}").given!);
  const plain = { ...event, source: "live" } as typeof event;
  assertEquals(overlaid.extract(plain, new State({}), undefined), "live");
});

Deno.test("readGiven() says what is wrong, where, and what was probably meant", () => {
  const cases: readonly (readonly [text: string, code: string, help: string])[] = [
    ["[a]", "G001", "evt.type"],
    ["{fd.name: x}", "G002", "evt.type"],
    ["{evt.type: opnat}", "G003", 'did you mean "openat"?'],
    ["{evt.type: openat, fd.nmae: x}", "G004", 'did you mean "fd.name"?'],
    [
      "{rule: r, time: t, output_fields: {fd.name: x}}",
      "G004",
      "this is an alert: take what is under output_fields, and evt.type beside it",
    ],
    ["{evt.type: openat, evt.arg: x}", "G005", "evt.arg"],
    ["{evt.type: openat, fd.num: three}", "G006", "decimal"],
    ["{evt.type: openat, fd.port: 70000}", "G006", "PORT"],
    ["{evt.type: openat, evt.arg.flag: O_RDONLY}", "G005", "evt.arg"],
    ["{evt.type: close, evt.arg.flags: O_RDONLY}", "G007", "res, fd"],
    ["{evt.type: openat, evt.arg.flags: O_RDNOLY}", "G008", 'did you mean "O_RDONLY"?'],
    ["{evt.type: openat, fd.name: [a, b]}", "G006", "quotes"],
  ];
  for (const [text, code, help] of cases) {
    const { given, report } = read(text);
    assertEquals(given, undefined, text);
    const [first] = report.diagnostics;
    assertEquals(first?.code, code, text);
    assertEquals(first?.help?.includes(help), true, `${text}: ${first?.help}`);
  }
});

Deno.test("readGiven() warns of a process name that the kernel would cut", () => {
  const { given, report } = read("{evt.type: openat, proc.name: a-name-of-16-byt}");
  assertEquals(given?.text("proc.name"), "a-name-of-16-byt");
  assertObjectMatch(report.diagnostics[0], { code: "G009", severity: "warning" });
});

Deno.test("eventOf() takes no name of every object's own for a kind of descriptor", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    const { given } = read(`{evt.type: openat, fd.type: ${name}}`);
    assertEquals(eventOf(given!).event.descriptor?.typeChar, "f", name);
  }
});
