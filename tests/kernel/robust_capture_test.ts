/** What programs do to be seen wrongly or not at all: long and deep paths, other roots, files without names. */
import { assert, assertEquals } from "../assert.ts";
import { buildProgram } from "./build_program.ts";
import {
  differences,
  type EventCase,
  eventTests,
  type Expected,
  find,
  withActor,
} from "./actor.ts";
import { kernelTest } from "./harness.ts";

/** Goes down `count` directories of one name and leaves `f` open at the bottom. */
const descend = (name: string, count: number) =>
  `my $n = "${name}"; for (1 .. ${count}) { mkdir $n; chdir $n }
   call(SYS_openat, -100, "f", 0101, 0600);
   END { for (1 .. ${count}) { unlink "f"; chdir ".."; rmdir $n } }`;

const NAMES: readonly EventCase[] = [
  {
    name: "a file opened for writing, where what says so is lost by opening it",
    type: "openat2",
    perl: `my $how = pack("QQQ", O_WRONLY | O_TRUNC, 0, 8);
      open my $own, "+>", "own"; syswrite $own, $how;
      my $page = call(SYS_mmap, 0, 4096, 1, 1, fileno $own, 0);
      call(SYS_openat2, -100, "own", $page, 24)`,
    pick: { "fd.nameraw": "own" },
    expect: { "evt.res": "SUCCESS", "evt.is_open_write": true, "evt.arg.flags": /O_WRONLY/ },
  },
  {
    name: "a file that is no directory, whatever is said of it later",
    type: "openat2",
    perl: `call(SYS_mknod, "pipe", 010600, 0); pipe R, W; syswrite W, pack("Q", 0200000);
      my $how = call(SYS_mmap, 0, 4096, 3, 0x21, -1, 0);
      unless (fork) {
        select undef, undef, undef, 0.2; call(SYS_read, fileno R, $how, 8);
        call(SYS_openat, -100, "pipe", 1); exit
      } call(SYS_openat2, -100, "pipe", $how, 24); wait`,
    pick: { "fd.nameraw": "pipe" },
    expect: { "evt.res": "SUCCESS", "fd.typechar": "f", "evt.arg.flags": /^O_RDONLY/ },
  },
  {
    name: "a file in a tree that is mounted nowhere",
    type: "openat",
    perl: `mkdir "in"; open F, ">", "in/secret"; close F;
      my $tree = call(428, -100, "in", 1); $tree < 0 and fact(unsupported => $!), exit;
      call(SYS_openat, $tree, "secret", 0)`,
    pick: { "fd.nameraw": "secret" },
    expect: { "fd.name": "{D}/in/secret", "fd.realpath": "{D}/in/secret", "evt.res": "SUCCESS" },
  },
  {
    name: "a file where a mount was",
    type: "openat",
    perl: `mkdir "in"; mkdir "at"; open F, ">", "in/secret"; close F;
      unless (fork) {
        call(SYS_unshare, 0x20000); call(SYS_mount, "none", "/", 0, 0x44000, 0);
        call(SYS_mount, "in", "at", 0, 0x1000, 0); my $at = call(SYS_openat, -100, "at", 0200000);
        call(SYS_umount2, "at", 2); call(SYS_openat, $at, "secret", 0); exit
      } wait; rmdir "at"`,
    pick: { "fd.nameraw": "secret" },
    expect: { "fd.name": "{D}/in/secret", "fd.realpath": "{D}/in/secret", "evt.res": "SUCCESS" },
  },
  {
    name: "a path as long as the kernel takes",
    type: "openat",
    perl: `call(SYS_openat, -100, "/" . "./" x 2041 . "etc/passwd", 0)`,
    pick: { "fd.name": "/etc/passwd", "fd.nameraw": /^\/(\.\/){2041}etc\/passwd$/ },
    expect: { "fd.realpath": "/etc/passwd", "evt.res": "SUCCESS" },
  },
  {
    name: "a path longer than the kernel takes",
    type: "openat",
    perl: `call(SYS_openat, -100, "/" . "./" x 2100 . "etc/passwd", 0)`,
    pick: { "evt.res": "ENAMETOOLONG" },
    expect: { "fd.nameraw": /^\/(\.\/){2047}$/, "evt.failed": true },
  },
  {
    name: "a file 200 directories down",
    type: "openat",
    perl: descend("d", 200),
    pick: { "fd.nameraw": "f" },
    expect: { "fd.realpath": /^\/var\/tmp\/falcod-events-\w+(\/d){200}\/f$/, "fd.filename": "f" },
  },
  {
    name: "a file 1500 directories down",
    type: "openat",
    perl: descend("d", 1500),
    pick: { "fd.nameraw": "f" },
    expect: {
      "fd.realpath": /^\/var\/tmp\/falcod-events-\w+(\/d){1500}\/f$/,
      "fd.name": /^\/var\/tmp\/falcod-events-\w+(\/d){1500}\/f$/,
    },
  },
  {
    name: "a path that is longer than any path has the end of it",
    type: "openat",
    perl: descend("x".repeat(200), 40),
    pick: { "fd.nameraw": "f" },
    expect: {
      "fd.realpath": /^\/…(\/x{200}){19,20}\/f$/,
      "fd.name": /^\/…(\/x{200}){19,20}\/f$/,
      "proc.cwd": /^\/…(\/x{200}){19,20}\/$/,
      "evt.res": "SUCCESS",
    },
  },
  {
    name: "a directory whose path is longer than any is not taken for another one",
    type: "execve",
    perl: `${descend("x".repeat(200), 40)}; system "/bin/true", "below"`,
    pick: { "proc.args": "below" },
    expect: { "proc.cwd": /^\/…(\/x{200}){19,20}\/$/ },
  },
  {
    name: "a file below another root",
    type: "openat",
    perl: `mkdir "jail"; open(F, ">", "jail/f"); close F;
      unless (fork) { chroot "jail"; chdir "/"; call(SYS_openat, -100, "/f", 0); exit } wait`,
    pick: { "fd.nameraw": "/f" },
    expect: { "fd.name": "/f", "fd.realpath": "{D}/jail/f" },
  },
  {
    name: "a file that is removed while it is open",
    type: "write",
    perl: `open(F, ">", "f"); unlink "f"; syswrite(F, "abc"); fact(ino => (stat F)[1])`,
    pick: { "evt.buffer": "abc" },
    expect: { "fd.name": "{D}/f", "fd.type": "file", "fd.ino": "{ino}" },
  },
  {
    name: "a file below a bind mount has the name it was given and the one it has",
    type: "openat",
    perl: `mkdir "a"; mkdir "b"; open(F, ">", "a/f"); close F;
      unless (fork) {
        call(SYS_unshare, 0x20000); call(SYS_mount, "none", "/", 0, 0x44000, 0);
        call(SYS_mount, "a", "b", 0, 0x1000, 0); call(SYS_openat, -100, "b/f", 0); exit
      } wait; rmdir "b"`,
    pick: { "fd.nameraw": "b/f" },
    expect: { "fd.name": "{D}/b/f", "fd.realpath": "{D}/b/f" },
  },
  {
    name: "a memfd that is written",
    type: "write",
    perl: `my $m = call(SYS_memfd_create, "hidden", 0); call(SYS_write, $m, "ELF!", 4)`,
    pick: { "evt.buffer": "ELF!" },
    expect: { "fd.name": "hidden", "fd.type": "memfd" },
  },
  {
    name: "data sent through a copy of a descriptor that came by a socket",
    type: "write",
    perl: `open(F, ">", "f"); open(G, ">&", \\*F); close F; syswrite(G, "copy")`,
    pick: { "evt.buffer": "copy" },
    expect: { "fd.name": "{D}/f" },
  },
];

eventTests("names that are long, deep, elsewhere or gone are seen as they are", NAMES);

kernelTest("programs that live shorter than a millisecond are seen, every one", async () => {
  const condition = "evt.type = execve and proc.name = true and proc.pname = actor";
  await withActor({ condition }, async (theatre) => {
    const perl = `for (1 .. 300) { unless (fork) { exec "/bin/true", "n$_" } } 1 while wait > 0`;
    const { events } = await theatre.perform(perl);
    const args = new Set(events.map(({ output_fields: fields }) => fields["proc.args"]));
    assertEquals(args.size, 300);
    assert(find(events, { "proc.args": "n300", "proc.pname": "actor" }) !== undefined);
  });
});

kernelTest("what ran before falcod has its arguments cut at the limit, and says so", async () => {
  const condition = "evt.type = getcpu and proc.exepath endswith /actor";
  const early = `unless (fork) { exec "./actor", "-e",
      'select undef, undef, undef, 0.02 until -e "go"; syscall(309, 0, 0, 0)',
      ("y" x 999) x 80 }
    select undef, undef, undef, 0.1; fact(me => $$); wait`;
  const fields = ["proc.is_args_truncated"];
  await withActor({ condition, early, fields }, async (theatre) => {
    const { events } = await theatre.run(
      `touch go; while kill -0 ${theatre.earlyFacts.get("me")}; do sleep 0.02; done`,
    );
    const shown = events.at(-1)?.output_fields ?? {};
    assertEquals(shown["proc.is_args_truncated"], true);
    const length = String(shown["proc.args"]).length;
    assert(length > 65_000 && length <= 65_536, `${length} characters`);
  });
});

kernelTest(
  "what is done through io_uring is seen as the calls it is",
  async () => {
    const condition =
      "evt.type in (openat, connect, read, sendto, mkdirat, renameat2, symlinkat, " +
      "linkat, unlinkat, socket, ftruncate) and proc.name = uring";
    await withActor({ condition }, async (theatre) => {
      Deno.copyFileSync(await buildProgram("uring"), `${theatre.folder}/uring`);
      const { facts, events } = await theatre.perform(
        `socket(L, AF_INET, SOCK_STREAM, 0); bind(L, sockaddr_in(0, INADDR_LOOPBACK)); listen(L, 1);
       my ($port) = sockaddr_in(getsockname L); open(F, ">", "f"); close F; symlink "f", "link";
       my $status = system("./uring", "link", $port) >> 8;
       fact(port => $port, status => $status, ino => (stat "f")[1])`,
      );
      if (facts.get("status") === "3") {
        console.log("not supported here, left out: io_uring");
        return;
      }
      const opened = { "fd.nameraw": "link", "fd.name": "{D}/link", "evt.res": "SUCCESS" };
      const process = {
        "proc.pname": "actor",
        "proc.exepath": "{D}/uring",
        "evt.is_open_read": true,
      };
      const links = events.filter(({ output_fields: fields }) => fields["fd.nameraw"] === "link");
      assertEquals(links.length, 3, "with a completion, without one, into the ring's own table");
      for (const event of links) {
        assertEquals(differences(event, { ...opened, ...process }, facts), []);
      }
      // Of what nobody is told of, it is not known what became of it.
      for (const event of [links[0]!, links[2]!]) {
        const file = { "fd.realpath": "{D}/f", "fd.ino": "{ino}" };
        assertEquals(differences(event, file, facts), []);
      }
      const none = { "fd.nameraw": "./none", "evt.res": "ENOENT", "evt.failed": true };
      assert(find(events, none) !== undefined, "what is not there");
      const connected = { "evt.type": "connect", "fd.sport": "{port}", "fd.sip": "127.0.0.1" };
      assert(find(events, { ...connected, "evt.res": "SUCCESS" }, facts) !== undefined, "connect");
      const seen = (type: string, expected: Expected) =>
        assert(find(events, { "evt.type": type, "evt.failed": false, ...expected }, facts), type);
      seen("sendto", { "fd.sport": "{port}", "evt.rawres": 5 });
      seen("read", { "fd.name": "{D}/f", "evt.rawres": 0 });
      seen("mkdirat", { "fs.path.name": "{D}/made" });
      seen("renameat2", { "fs.path.source": "{D}/made", "fs.path.target": "{D}/moved" });
      seen("symlinkat", { "fs.path.source": "{D}/shadow", "fs.path.target": "/etc/shadow" });
      seen("linkat", { "fs.path.source": "{D}/hard", "fs.path.target": "{D}/f" });
      seen("unlinkat", { "fs.path.name": "{D}/hard" });
      seen("socket", { "evt.args": /domain=2\(AF_INET\) type=2 proto=0/ });
      const sent = events.filter(({ output_fields: fields }) => fields["evt.type"] === "sendto")
        .map(({ output_fields: fields }) => `${fields["fd.l4proto"]} ${fields["fd.sport"]}`);
      const port = Number(facts.get("port"));
      assertEquals(new Set(sent), new Set([`tcp ${port}`, `udp ${port}`, `udp ${port + 1}`]));
      if (find(events, { "evt.type": "ftruncate" }) === undefined) console.log("no ftruncate here");
      else seen("ftruncate", { "fd.name": "{D}/f" });
    });
  },
);

/**
 * A path at `$path` that lies on two pages, of which the kernel waits for the second: `meanwhile`, another
 * process has the first one. What comes behind it is `x`; the kernel reads words of eight bytes.
 */
const pathThatWaits = (start: string, meanwhile: string, call: string) =>
  `my $page = call(SYS_mmap, 0, 8192, 3, 0x21, -1, 0), $fault = call(SYS_userfaultfd, 0);
   my $control = sub { my ($n, $data) = @_; call(SYS_ioctl, $fault, $n, $data) == 0 };
   unless ($fault >= 0 && $control->(0xc018aa3f, pack "Q3", 0xaa, 0, 0) &&
     $control->(0xc020aa00, pack "Q4", $page + 4096, 4096, 1, 0)) { fact(unsupported => $!); exit }
   my $path = $page + 4096 - length "${start}"; pipe R, W;
   my $write = sub { syswrite W, $_[0]; call(SYS_read, fileno R, $path, length $_[0]) };
   $write->("${start}");
   unless (fork) {
     my ($event, $rest) = ("\\0" x 32, "x" . "\\0" x 4095); call(SYS_read, $fault, $event, 32);
     ${meanwhile};
     $control->(0xc028aa03, pack "QQQQQ", $page + 4096, unpack("Q", pack "P", $rest), 4096, 0, 0); exit
   } ${call}; wait`;

kernelTest("a path that cannot be read any more is not the directory it starts from", async () => {
  await withActor({ condition: "evt.type = unlinkat and proc.name = actor" }, async (theatre) => {
    const { facts, events } = await theatre.perform(
      `mkdir "in"; open F, ">", "in/victim--x"; close F; my $in = call(SYS_openat, -100, "in", 0);
      ${
        pathThatWaits(
          "././././victim--",
          "call(SYS_madvise, $page, 4096, 9)",
          "call(SYS_unlinkat, $in, $path, 0)",
        )
      }`,
    );
    if (facts.has("unsupported")) return console.log(`left out: ${facts.get("unsupported")}`);
    assertEquals(events.length, 1);
    assertEquals(differences(events[0]!, { "fs.path.name": null, "evt.res": "SUCCESS" }), []);
  });
});
