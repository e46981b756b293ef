/** What the probe reports, held against what the programs themselves see. Both objects, same answers. */
import { checkSupport, type Detail } from "../../ffi/mod.ts";
import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { type ProbeRecord, recordsOf } from "./probe_records.ts";

const OBJECTS = ["build/probe/falcod-cast.bpf.o", "build/probe/falcod.bpf.o"];
const SYS = {
  open: 2,
  dup: 32,
  connect: 42,
  rename: 82,
  symlink: 88,
  chdir: 80,
  openat: 257,
  linkat: 265,
  openat2: 437,
};
const PERL = "use Fcntl; use Socket qw(:all); use POSIX (); $| = 1;";

const support = checkSupport();
for (const { name, found, needed } of support.items.filter((item) => !item.ok)) {
  if (!support.ok) console.log(`not supported here: ${name}: ${found}; needed: ${needed}`);
}

type Run = (perl: string) => ReturnType<typeof recordsOf>;

/** A test of each object with a directory of its own, where the program starts. */
function probeTest(name: string, body: (run: Run, directory: string) => Promise<void>): void {
  for (const object of OBJECTS) {
    Deno.test({
      name: `${object}: ${name}`,
      ignore: !support.ok,
      fn: async () => {
        const directory = await Deno.realPath(await Deno.makeTempDir());
        const run: Run = (perl) =>
          recordsOf(object, ["perl", "-e", `${PERL} chdir $ENV{DIR}; ${perl}`], {
            syscalls: Object.values(SYS),
            env: { DIR: directory },
          });
        try {
          await body(run, directory);
        } finally {
          await Deno.remove(directory, { recursive: true });
        }
      },
    });
  }
}

/** The one record that has these values. */
function only(records: readonly ProbeRecord[], wanted: Record<string, unknown>): ProbeRecord {
  const found = records.filter((record) =>
    Object.entries(wanted).every(([key, value]) => record[key] === value)
  );
  assertEquals(found.length, 1, `records with ${JSON.stringify(wanted)}`);
  return found[0]!;
}

/** st_dev as the kernel packs it itself. */
function kernelDevice(dev: number): number {
  const device = BigInt(dev);
  const major = device >> 8n & 0xfffn;
  const minor = device & 0xffn | device >> 12n & 0xfff00n;
  return Number(major << 20n | minor);
}

probeTest("every way of opening a file leads to its path", async (run, directory) => {
  const file = `${directory}/a/file`;
  await Deno.mkdir(`${directory}/a`);
  await Deno.writeTextFile(file, "x");
  await Deno.symlink("a/file", `${directory}/link`);
  const given = [
    "a/file",
    "link",
    "a/../a/./file",
    `/proc/self/root${file}`,
    `/proc/self/cwd/link`,
  ];
  const { records } = await run(`sysopen(F, $_, O_RDONLY) for ${JSON.stringify(given).slice(1, -1)};
    sysopen(F, $ENV{DIR}."/a/file", O_RDONLY);
    my ($l, $how) = ("link", pack("QQQ", O_RDONLY, 0, 0)); syscall(${SYS.openat2}, -100, $l, $how, 24);
    open(G, ">", "gone"); unlink "gone"; open(F, "<", "/proc/self/fd/".fileno(G));`);
  const facts = await Deno.stat(file);
  for (const path of [...given, file]) {
    const record = only(records, { kind: "file", syscall: SYS.openat, given: path });
    assertObjectMatch(record, {
      path: file,
      base: path.startsWith("/") ? "" : directory,
      inode: facts.ino,
      device: kernelDevice(facts.dev),
      mtimeNs: BigInt(facts.mtime!.getTime()) * 1_000_000n +
        (record.mtimeNs as bigint) % 1_000_000n,
      links: 1,
    });
  }
  assertObjectMatch(only(records, { syscall: SYS.openat2 }), { path: file, given: "link" });
  const deleted = records.filter((record) => record.path === `${directory}/gone`).at(-1);
  assertEquals(deleted?.fileFlags, ["known", "deleted"]);
});

probeTest(
  "calls with paths carry both as given, and where relative ones start",
  async (run, dir) => {
    await Deno.writeTextFile(`${dir}/one`, "");
    await Deno.mkdir(`${dir}/sub`);
    const { records } = await run(`symlink "/etc/shadow", "secret"; rename "one", "$ENV{DIR}/two";
    sysopen(D, "sub", O_RDONLY | O_DIRECTORY);
    my ($a, $b) = ("two", "three"); syscall(${SYS.linkat}, -100, $a, fileno(D), $b, 0); chdir "sub"; open(F, "<", "none");`);
    const wanted = [
      {
        syscall: SYS.symlink,
        first: "/etc/shadow",
        firstBase: "",
        second: "secret",
        secondBase: dir,
      },
      { syscall: SYS.rename, first: "one", firstBase: dir, second: `${dir}/two`, secondBase: "" },
      {
        syscall: SYS.linkat,
        first: "two",
        firstBase: dir,
        second: "three",
        secondBase: `${dir}/sub`,
      },
    ];
    for (const fields of wanted) {
      assertObjectMatch(only(records, { kind: "path", syscall: fields.syscall }), fields);
    }
    assertEquals(records.filter(({ kind }) => kind === "cwd").at(-1)?.cwd, `${dir}/sub`);
    assertObjectMatch(only(records, { given: "none" }), {
      result: -2,
      fd: -1,
      base: `${dir}/sub`,
      path: "",
      fileFlags: [],
    });
  },
);

probeTest(
  "a socket is told by its own ends, also when its descriptor is copied",
  async (run, dir) => {
    const { records, stdout } = await run(`socket(L, AF_INET, SOCK_STREAM, 0);
    bind(L, pack_sockaddr_in(0, INADDR_LOOPBACK)); listen(L, 1); my ($port) = sockaddr_in(getsockname L);
    socket(C, AF_INET, SOCK_STREAM, 0); connect(C, getsockname L); my ($own) = sockaddr_in(getsockname C);
    POSIX::dup(fileno(C)); print "$port $own";
    socket(U, AF_UNIX, SOCK_STREAM, 0); bind(U, pack_sockaddr_un("node")); listen(U, 1);
    symlink "node", "alias"; socket(V, AF_UNIX, SOCK_STREAM, 0); connect(V, pack_sockaddr_un("alias"));`);
    const [port, own] = stdout.split(" ").map(Number);
    const ends = {
      kind: "socket",
      family: 2,
      protocol: 6,
      localAddress: "127.0.0.1",
      localPort: own,
      remoteAddress: "127.0.0.1",
      remotePort: port,
    };
    assertObjectMatch(only(records, { syscall: SYS.connect, family: 2 }), ends);
    assertObjectMatch(only(records, { syscall: SYS.dup, kind: "socket" }), ends);
    assertObjectMatch(only(records, { syscall: SYS.connect, family: 1, result: 0 }), {
      peerName: "node",
      resolved: `${dir}/node`,
    });
  },
);

probeTest("an exec record describes the new program", async (run, dir) => {
  await Deno.writeTextFile(`${dir}/script`, "#!/bin/sh\n:\n", { mode: 0o755 });
  await Deno.copyFile("/bin/true", `${dir}/mine`);
  await Deno.chmod(`${dir}/mine`, 0o755);
  await Deno.chmod(dir, 0o755);
  const { records } = await run(`system("./script", "one"); system("/bin/true", "two words", "");
    if (!fork) { POSIX::setgid(12); POSIX::setuid(11); exec "./mine" } wait;
    my $m = syscall(319, my $name = "hidden", 0); open(P, "<", "/bin/true"); binmode P; local $/;
    my $program = <P>; open(M, ">&=", $m); binmode M; syswrite M, $program;
    system({ "/proc/$$/fd/$m" } "memory");`);
  const shell = await Deno.realPath("/bin/sh");
  const cgroup = only(records, { kind: "exec", given: "./script" }).cgroup as string;
  assertObjectMatch(only(records, { kind: "exec", given: "./script" }), {
    args: "/bin/sh\0./script\0one\0",
    exe: shell,
    cwd: dir,
    syscall: 59,
    uid: 0,
  });
  assert(cgroup.startsWith("/"));
  assertObjectMatch(only(records, { kind: "exec", given: "/bin/true" }), {
    args: "/bin/true\0two words\0\0",
    fileFlags: ["known", "writable"],
    comm: "true",
    inode: (await Deno.stat("/bin/true")).ino,
  });
  assertObjectMatch(only(records, { kind: "exec", given: "./mine" }), {
    uid: 11,
    euid: 11,
    gid: 12,
    capEffective: 0n,
    exe: `${dir}/mine`,
    fileFlags: ["known"],
  });
  assertObjectMatch(only(records, { kind: "exec", args: "memory\0" }), {
    exe: "memfd:hidden",
    fileFlags: ["known", "memfd", "writable", "pseudo"],
  });
  const changes = records.filter(({ kind }) => kind === "identity");
  assertObjectMatch(changes.find(({ syscall }) => syscall === 105), { uid: 11, comm: "perl" });
});

probeTest("fork and exit name the child, its parent and who inherits", async (run) => {
  const { records, stdout } = await run(`syscall(157, 36, 1, 0, 0, 0);
    pipe(R, W); my $p = fork; if (!$p) { my $q = fork; if (!$q) { close W; <R>; exit 5 }
      print "$q "; POSIX::_exit(3) } waitpid $p, 0; close W; close R; print "$p"; 1 while wait > 0;`);
  const [grandchild, child] = stdout.split(" ").map(Number);
  const top = only(records, { kind: "fork", childProcessId: child }).processId;
  assertObjectMatch(only(records, { kind: "fork", childProcessId: grandchild }), {
    processId: child,
    childParentId: child,
    childThreadId: grandchild,
  });
  assertObjectMatch(only(records, { kind: "exit", processId: child }), {
    last: true,
    result: 3 << 8,
    reaperId: top,
  });
  assertObjectMatch(only(records, { kind: "exit", processId: grandchild }), { result: 5 << 8 });
});

/** A 64-bit program that opens /etc/hostname through the 32-bit entry (int $0x80), then exits. */
function int80Program(): Uint8Array<ArrayBuffer> {
  const base = 0x400000, codeAt = 0x78;
  // mov eax,5; mov ebx,path; xor ecx,ecx; xor edx,edx; int 0x80; mov eax,1; xor ebx,ebx; int 0x80
  const code = [0xb8, 5, 0, 0, 0, 0xbb, 0, 0, 0, 0, 0x31, 0xc9, 0x31, 0xd2, 0xcd, 0x80];
  code.push(0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80);
  const path = new TextEncoder().encode("/etc/hostname\0");
  const bytes = new Uint8Array(codeAt + code.length + path.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64-bit, little-endian
  for (const [at, value] of [[16, 2], [18, 62], [52, 64], [54, 56], [56, 1]] as const) {
    view.setUint16(at, value, true);
  }
  view.setUint32(20, 1, true);
  view.setUint32(24, base + codeAt, true); // entry
  view.setUint32(32, 64, true); // program headers
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 5, true); // readable, executable
  view.setUint32(80, base, true);
  view.setUint32(96, bytes.length, true);
  view.setUint32(104, bytes.length, true);
  bytes.set(code, codeAt);
  view.setUint32(codeAt + 6, base + codeAt + code.length, true);
  bytes.set(path, codeAt + code.length);
  return bytes;
}

probeTest("a call through the 32-bit entry is known as the call it is", async (run, dir) => {
  await Deno.writeFile(`${dir}/int80`, int80Program(), { mode: 0o755 });
  const { records } = await run(`system("./int80")`);
  const record = only(records, { kind: "file", compat: true });
  assertObjectMatch(record, {
    syscall: SYS.open,
    nativeSyscall: 5,
    given: "/etc/hostname",
    path: await Deno.realPath("/etc/hostname"),
  });
  assert(record.result >= 0);
});

for (const object of OBJECTS) {
  Deno.test({
    name: `${object}: a record has as much as was asked for`,
    ignore: !support.ok,
    fn: async () => {
      const read = async (detail: Detail) => {
        const perl = `open(F, "/etc/hostname"); syscall(0, 3, $b = "\\0" x 8, 8)`;
        const { records } = await recordsOf(object, ["perl", "-e", perl], {
          syscalls: [0],
          detail,
        });
        return records.findLast(({ syscall, args }) =>
          syscall === 0 && (args as readonly bigint[])[0] === 3n
        )!;
      };
      assertObjectMatch(await read({}), {
        kind: "file",
        path: "/etc/hostname",
        hasExtras: false,
      });
      assertObjectMatch(await read({ extras: true }), { kind: "file", hasExtras: true });
      const numbers = await read({ numbersOnly: true });
      assertObjectMatch(numbers, { kind: "call", hasExtras: false, sizeBytes: 88 });
    },
  });
}
