import { assertEquals } from "../../tests/assert.ts";
import { filterProgram } from "./seccomp.ts";

const ALLOWED = 0x7fff0000, KILLED = 0x80000000, EPERM = 0x00050001, ENOSYS = 0x00050026;
const isArm = Deno.build.arch === "aarch64";
const ARCHITECTURE = isArm ? 0xc00000b7 : 0xc000003e;
const NUMBERS = isArm
  ? {
    read: 63,
    clone: 220,
    clone3: 435,
    execve: 221,
    socket: 198,
    sendto: 206,
    sendmsg: 211,
    sendmmsg: 269,
    openat: 56,
    kill: 129,
    prlimit: 261,
    setsid: 157,
    setpgid: 154,
    watch: 27,
  }
  : {
    read: 0,
    clone: 56,
    clone3: 435,
    execve: 59,
    socket: 41,
    sendto: 44,
    sendmsg: 46,
    sendmmsg: 307,
    openat: 257,
    kill: 62,
    prlimit: 302,
    setsid: 112,
    setpgid: 109,
    watch: 254,
  };
const OWN_ID = 4242;

/** What the kernel would make of a call: classic BPF, as far as the filter uses it. */
function verdict(
  allowed: { readonly net: boolean; readonly run: boolean; readonly files: boolean },
  number: number,
  { argument = 0, third = 0, fourth = 0, architecture = ARCHITECTURE } = {},
): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setInt32(0, number, true);
  data.setUint32(4, architecture, true);
  data.setUint32(16, argument, true);
  data.setUint32(32, third, true);
  data.setUint32(40, fourth, true);
  const program = filterProgram(allowed, OWN_ID);
  let accumulator = 0;
  for (let at = 0; at < program.length; at++) {
    const { code, ifTrue, ifFalse, value } = program[at]!;
    if (code === 0x20) accumulator = data.getUint32(value, true);
    else if (code === 0x06) return value;
    else {
      const holds = code === 0x15
        ? accumulator === value
        : code === 0x35
        ? accumulator >= value
        : (accumulator & value) !== 0;
      at += holds ? ifTrue : ifFalse;
    }
  }
  throw new Error("the filter has no end");
}

const NOTHING = { net: false, run: false, files: false };
const ALL = { net: true, run: true, files: true };

Deno.test("the filter lets ordinary calls through, whatever was granted", () => {
  for (const allowed of [NOTHING, ALL]) assertEquals(verdict(allowed, NUMBERS.read), ALLOWED);
});

Deno.test("programs, sockets and files are refused unless they were granted", () => {
  for (const number of [NUMBERS.execve, NUMBERS.socket, NUMBERS.openat, NUMBERS.watch]) {
    assertEquals(verdict(NOTHING, number), EPERM);
  }
  assertEquals(verdict(ALL, NUMBERS.execve), ALLOWED);
  assertEquals(verdict(ALL, NUMBERS.openat), ALLOWED);
});

Deno.test("sockets that were granted are those of the internet", () => {
  const domains = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17 };
  for (const [name, argument] of Object.entries(domains)) {
    const wanted = name.startsWith("inet") ? ALLOWED : EPERM;
    assertEquals(verdict(ALL, NUMBERS.socket, { argument }), wanted, name);
  }
});

Deno.test("sockets that were granted are of TCP and UDP, and connect where Landlock looks", () => {
  const protocols = { any: 0, icmp: 1, tcp: 6, udp: 17, sctp: 132, smc: 256, mptcp: 262 };
  for (const [name, third] of Object.entries(protocols)) {
    for (const argument of [2, 10]) {
      const wanted = ["any", "tcp", "udp"].includes(name) ? ALLOWED : EPERM;
      assertEquals(verdict(ALL, NUMBERS.socket, { argument, third }), wanted, name);
    }
  }
  const noSignal = 0x4000, fastOpen = 0x20004000;
  assertEquals(verdict(ALL, NUMBERS.sendmsg, { third: noSignal }), ALLOWED);
  assertEquals(verdict(ALL, NUMBERS.sendmsg, { third: fastOpen }), EPERM);
  for (const number of [NUMBERS.sendto, NUMBERS.sendmmsg]) {
    assertEquals(verdict(ALL, number, { fourth: noSignal }), ALLOWED);
    assertEquals(verdict(ALL, number, { fourth: fastOpen }), EPERM);
  }
});

Deno.test("a process that may run programs makes no namespaces", () => {
  const newUser = 0x10000011, newNetwork = 0x40000011, fork = 0x1200011;
  assertEquals(verdict(ALL, NUMBERS.clone, { argument: fork }), ALLOWED);
  for (const argument of [newUser, newNetwork]) {
    assertEquals(verdict(ALL, NUMBERS.clone, { argument }), EPERM);
  }
});

Deno.test("a process may have threads, signal itself, and nothing more of that kind", () => {
  const thread = 0x3d0f00, fork = 0x1200011;
  assertEquals(verdict(NOTHING, NUMBERS.clone, { argument: thread }), ALLOWED);
  assertEquals(verdict(NOTHING, NUMBERS.clone, { argument: fork }), EPERM);
  assertEquals(verdict(ALL, NUMBERS.clone, { argument: fork }), ALLOWED);
  assertEquals(verdict(ALL, NUMBERS.clone, { argument: fork | 0x10000000 }), EPERM);
  assertEquals(verdict(ALL, NUMBERS.clone3), ENOSYS);
  assertEquals(verdict(ALL, NUMBERS.kill, { argument: OWN_ID }), ALLOWED);
  assertEquals(verdict(ALL, NUMBERS.kill, { argument: 1 }), EPERM);
});

Deno.test("programs stay in the group of who started them", () => {
  for (const number of [NUMBERS.setsid, NUMBERS.setpgid]) assertEquals(verdict(ALL, number), EPERM);
});

Deno.test("a process has limits of its own, and sets nobody else's", () => {
  for (const argument of [0, OWN_ID]) {
    assertEquals(verdict(NOTHING, NUMBERS.prlimit, { argument }), ALLOWED);
  }
  assertEquals(verdict(ALL, NUMBERS.prlimit, { argument: 1 }), EPERM);
});

Deno.test("calls in the manner of other machines end the process or are not there", () => {
  assertEquals(verdict(ALL, NUMBERS.read, { architecture: 0x40000003 }), KILLED);
  if (!isArm) assertEquals(verdict(ALL, 0x40000000 + NUMBERS.read), ENOSYS);
});
