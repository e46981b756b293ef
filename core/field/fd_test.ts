import { assertEquals } from "../../tests/assert.ts";
import { syscallFields } from "./table.ts";
import {
  eventOf,
  fileOf,
  pathOf,
  socketOf,
  stateOf,
  textOf,
  TUPLE,
  valueOf,
} from "./fixture_test.ts";

const client = eventOf("connect", { descriptor: socketOf() });
const server = eventOf("accept4", { descriptor: socketOf({}, { role: "server" }) });
const listening = eventOf("listen", {
  descriptor: socketOf(
    { localAddress: new Uint8Array(4), localPort: 80, remoteAddress: undefined, remotePort: 0 },
    { role: undefined, connected: false },
  ),
});
const fresh = eventOf("socket", {
  descriptor: socketOf(
    { localAddress: new Uint8Array(4), localPort: 0, remoteAddress: undefined, remotePort: 0 },
    { role: undefined, connected: false },
  ),
});

Deno.test("fd.name is the given path, under the resolved view the kernel's", () => {
  const path = pathOf("x//shadow", "/tmp/x/shadow", "/etc/shadow");
  const event = eventOf("openat", { descriptor: fileOf(path) });
  assertEquals(valueOf("fd.name", event), "/tmp/x/shadow");
  assertEquals(valueOf("fd.name", event, undefined, "resolved"), "/etc/shadow");
  assertEquals(valueOf("fd.directory", event), "/tmp/x");
  assertEquals(valueOf("fd.directory", event, undefined, "resolved"), "/etc");
  assertEquals(valueOf("fd.filename", event, undefined, "resolved"), "shadow");
  assertEquals(valueOf("fd.nameraw", event), "x/shadow");
  assertEquals(valueOf("fd.realpath", event), "/etc/shadow");
});

Deno.test("a path the kernel did not resolve is the given one in both views", () => {
  const event = eventOf("openat", { descriptor: fileOf(pathOf("/etc/shadow")) });
  assertEquals(valueOf("fd.name", event, undefined, "resolved"), "/etc/shadow");
  assertEquals(valueOf("fd.realpath", event), undefined);
});

Deno.test("fd.directory is a directory's own name, and / for what is directly below it", () => {
  const directory = (name: string, typeChar = "f") =>
    valueOf("fd.directory", eventOf("openat", { descriptor: fileOf(pathOf(name), { typeChar }) }));
  assertEquals(directory("/etc", "d"), "/etc");
  assertEquals(directory("/etc"), "/");
  assertEquals(directory("name"), "/");
  assertEquals(directory("/etc/"), "/etc/");
  assertEquals(directory("", "p"), undefined);
  assertEquals(valueOf("fd.directory", client), undefined);
});

Deno.test("fd.filename is absent for all but files", () => {
  assertEquals(valueOf("fd.filename", client), undefined);
  const descriptor = fileOf(pathOf("/etc"), { typeChar: "d" });
  assertEquals(valueOf("fd.filename", eventOf("openat", { descriptor })), undefined);
});

Deno.test("a call that failed to open has a name, a directory and a number below zero", () => {
  const descriptor = fileOf(pathOf("/etc/none"), { number: -1 });
  const event = eventOf("openat", { descriptor, result: -2 });
  assertEquals(valueOf("fd.num", event), -1);
  assertEquals(valueOf("fd.name", event), "/etc/none");
  assertEquals(valueOf("fd.directory", event), "/etc");
  assertEquals(valueOf("fd.typechar", event), "f");
  for (const name of ["fd.type", "fd.filename", "fd.ino", "fd.connected", "fd.l4proto"]) {
    assertEquals(valueOf(name, event), undefined, name);
  }
});

Deno.test("events that are about no descriptor have none of its fields", () => {
  for (const name of ["fd.num", "fd.name", "fd.directory", "fd.ip", "fd.sport", "fd.uid"]) {
    assertEquals(valueOf(name, eventOf("kill")), undefined, name);
  }
});

Deno.test("fd.type spells out fd.typechar", () => {
  const type = (typeChar: string) =>
    valueOf("fd.type", eventOf("read", { descriptor: fileOf(pathOf(""), { typeChar }) }));
  assertEquals(["f", "4", "u", "p", "m", "o"].map(type), [
    "file",
    "ipv4",
    "unix",
    "pipe",
    "memfd",
    "<NA>",
  ]);
});

Deno.test("fields of descriptors that have few values name each of them once", () => {
  for (const name of ["fd.type", "fd.typechar"]) {
    const values = syscallFields.get(name)!.values!();
    assertEquals(values.length, new Set(values).size, name);
  }
});

Deno.test("fd.name of a connection has the client first, whichever side this host is", () => {
  assertEquals(valueOf("fd.name", client), "10.0.0.1:33060->10.0.0.2:443");
  assertEquals(valueOf("fd.name", server), "10.0.0.2:443->10.0.0.1:33060");
  assertEquals(valueOf("fd.name", listening), "0.0.0.0:80");
  assertEquals(valueOf("fd.name", fresh), "");
});

Deno.test("fd.name of an IPv6 connection and of a unix socket", () => {
  const localAddress = new Uint8Array(16).fill(1, 15);
  const remoteAddress = new Uint8Array(16).fill(2, 15);
  const six = socketOf({ family: "ipv6", localAddress, remoteAddress }, { typeChar: "6" });
  assertEquals(valueOf("fd.name", eventOf("connect", { descriptor: six })), "::1:33060->::2:443");
  assertEquals(textOf("fd.sip", eventOf("connect", { descriptor: six })), "::2");
  const unix = socketOf({ family: "unix", path: "/run/docker.sock" }, { typeChar: "u" });
  const event = eventOf("connect", { descriptor: unix });
  assertEquals(valueOf("fd.name", event), "/run/docker.sock");
  assertEquals(valueOf("fd.sockfamily", event), "unix");
  assertEquals(valueOf("fd.l4proto", event), "<NA>");
  assertEquals(valueOf("fd.ip", event), undefined);
});

Deno.test("client and server change places with the role, local and remote do not", () => {
  const ends = ["c", "s", "l", "r"];
  const addresses = (event: typeof client) => ends.map((end) => textOf(`fd.${end}ip`, event));
  const ports = (event: typeof client) => ends.map((end) => valueOf(`fd.${end}port`, event));
  assertEquals(addresses(client), ["10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.2"]);
  assertEquals(ports(client), [33060, 443, 33060, 443]);
  assertEquals(addresses(server), ["10.0.0.2", "10.0.0.1", "10.0.0.1", "10.0.0.2"]);
  assertEquals(ports(server), [443, 33060, 33060, 443]);
  assertEquals(addresses(listening), ["<NA>", "0.0.0.0", "<NA>", "<NA>"]);
  assertEquals(ports(listening), [undefined, 80, undefined, undefined]);
  assertEquals(addresses(fresh), ["<NA>", "<NA>", "<NA>", "<NA>"]);
});

Deno.test("fd.ip, fd.port and fd.net give both ends", () => {
  const addresses = [TUPLE.localAddress!, TUPLE.remoteAddress!];
  assertEquals(valueOf("fd.ip", client), addresses);
  assertEquals(valueOf("fd.net", client), addresses);
  assertEquals(valueOf("fd.port", client), [33060, 443]);
  assertEquals(valueOf("fd.proto", client), [33060, 443]);
  assertEquals(valueOf("fd.port", listening), [80]);
  assertEquals(valueOf("fd.snet", client), TUPLE.remoteAddress);
  assertEquals(valueOf("fd.sproto", client), "443");
});

Deno.test("fd.l4proto is known once the socket has a role", () => {
  assertEquals(valueOf("fd.l4proto", client), "tcp");
  assertEquals(valueOf("fd.l4proto", listening), "tcp");
  assertEquals(valueOf("fd.l4proto", fresh), "<NA>");
  const raw = socketOf({ remotePort: 0, localPort: 0 }, { protocol: "raw", role: undefined });
  assertEquals(valueOf("fd.l4proto", eventOf("socket", { descriptor: raw })), "raw");
});

Deno.test("a connection whose other end nobody has chosen is no server's socket", () => {
  const nowhere = { remotePort: 0, remoteAddress: new Uint8Array(4), isConnection: true };
  const event = eventOf("read", { descriptor: socketOf(nowhere, { role: "server" }) });
  const fields = ["fd.sip", "fd.sport", "fd.sproto", "fd.lip", "fd.cip"];
  assertEquals(
    fields.map((field) => textOf(field, event)),
    ["10.0.0.1", "33060", "33060", "10.0.0.1", "0.0.0.0"],
  );
});

Deno.test("0.0.0.0 without a port is an end of whatever has a role", () => {
  const ends = { localAddress: new Uint8Array(4), localPort: 0, remotePort: 0 };
  const fields = ["fd.cip", "fd.cport", "fd.cproto", "fd.lip", "fd.sip", "fd.sport"];
  const shown = (event: typeof client) => fields.map((field) => textOf(field, event));
  const known = ["0.0.0.0", "0", "0", "0.0.0.0", "10.0.0.2", "0"];
  assertEquals(shown(eventOf("connect", { descriptor: socketOf(ends) })), known);
  const raw = socketOf(ends, { protocol: "raw" });
  assertEquals(shown(eventOf("sendto", { descriptor: raw })), known);
  const alone = socketOf(ends, { role: undefined });
  assertEquals(textOf("fd.cip", eventOf("sendto", { descriptor: alone })), "<NA>");
  const unknown = socketOf({ ...ends, localAddress: undefined });
  assertEquals(textOf("fd.cport", eventOf("connect", { descriptor: unknown })), "<NA>");
});

Deno.test("fd.is_server and fd.connected", () => {
  assertEquals([client, server, listening].map((event) => valueOf("fd.is_server", event)), [
    false,
    true,
    true,
  ]);
  assertEquals([client, fresh].map((event) => valueOf("fd.connected", event)), [true, false]);
  assertEquals(valueOf("fd.sockfamily", client), "ip");
});

Deno.test("fd.sip.name gives the watched names of the address", async () => {
  const state = stateOf({ processId: 100 });
  assertEquals(valueOf("fd.sip.name", client, state), []);
  assertEquals(textOf("fd.sip.name", client, state), "<NA>");
  state.names.watch("example.org");
  await state.names.refresh(new AbortController().signal);
  assertEquals(valueOf("fd.sip.name", client, state), ["example.org"]);
  assertEquals(textOf("fd.rip.name", client, state), "example.org");
  assertEquals(valueOf("fd.cip.name", client, state), []);
});

Deno.test("fd.name_changed is true for what names a descriptor", () => {
  const datagram = socketOf({}, { connected: false, protocol: "udp" });
  assertEquals(valueOf("fd.name_changed", client), true);
  assertEquals(valueOf("fd.name_changed", eventOf("sendto", { descriptor: datagram })), true);
  assertEquals(valueOf("fd.name_changed", eventOf("sendto", { descriptor: socketOf() })), false);
  for (const name of ["close", "fcntl", "getsockopt"]) {
    assertEquals(valueOf("fd.name_changed", eventOf(name, { descriptor: datagram })), false, name);
  }
  const file = fileOf(pathOf("/x"));
  assertEquals(valueOf("fd.name_changed", eventOf("openat", { descriptor: file })), true);
  assertEquals(valueOf("fd.name_changed", eventOf("read", { descriptor: file })), false);
});

Deno.test("fd.dev is encoded as user space does, its parts are plain", () => {
  const device = 259 << 20 | 0x12345;
  const event = eventOf("openat", { descriptor: fileOf(pathOf("/x"), { device }) });
  assertEquals(valueOf("fd.dev.major", event), 259);
  assertEquals(valueOf("fd.dev.minor", event), 0x12345);
  assertEquals(textOf("fd.dev", event), "12310345");
  assertEquals(valueOf("fd.ino", event), 5n);
});

Deno.test("fd.is_upper_layer and fd.is_lower_layer", () => {
  const of = (sketch: Parameters<typeof fileOf>[1]) => {
    const event = eventOf("openat", { descriptor: fileOf(pathOf("/x"), sketch) });
    return [valueOf("fd.is_upper_layer", event), valueOf("fd.is_lower_layer", event)];
  };
  assertEquals(of({ onOverlayUpper: true }), [true, false]);
  assertEquals(of({ flags: 0x10001 }), [false, true]);
});

Deno.test("fd.containername and fd.uid join what they are made of", () => {
  const event = eventOf("openat", { descriptor: fileOf(pathOf("/etc/shadow")) });
  assertEquals(valueOf("fd.containername", event), ":/etc/shadow");
  assertEquals(valueOf("fd.containerdirectory", event), ":/etc");
  assertEquals(valueOf("fd.uid", event), "1003");
});
