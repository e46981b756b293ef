/** Calls without an event of Falco's that do what an older call does: rules see them as that call. */
import { assertEquals } from "../assert.ts";
import { type EventCase, eventTests, withActor } from "./actor.ts";
import { kernelTest } from "./harness.ts";
import { FILE, VECTOR } from "./scenes.ts";

const AT_EMPTY_PATH = "0x1000";

/** Since linux 6.6. */
const FCHMODAT2 = `sub fchmodat2 { my $done = call(SYS_fchmodat2, @_);
  fact(unsupported => "no fchmodat2") if $done < 0 && $!{ENOSYS}; $done }`;

const FILES: readonly EventCase[] = [
  {
    name: "fchmodat2 is seen as fchmodat",
    type: "fchmodat",
    perl: `${FCHMODAT2} open(C, ">", "c"); fchmodat2(-100, "c", 04755, 0x100)`,
    expect: {
      "syscall.type": "fchmodat",
      "evt.args": "res=0 dirfd=-100(AT_FDCWD) filename=c({D}/c) " +
        "mode=04755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID)",
      "evt.arg.mode": /S_ISUID/,
      "evt.abspath": "{D}/c",
      "fs.path.name": "{D}/c",
      "fd.num": -100,
    },
  },
  {
    name: "fchmodat2 of a descriptor",
    type: "fchmodat",
    perl: `${FCHMODAT2} open(C, ">", "c"); fchmodat2(fileno(C), "", 0600, ${AT_EMPTY_PATH})`,
    expect: {
      "evt.args": "res=0 dirfd=3(<f>{D}/c) filename={D}/c mode=0600(S_IWUSR|S_IRUSR)",
      "fd.name": "{D}/c",
    },
  },
  {
    name: "fchmodat2 of what is not there",
    type: "fchmodat",
    perl: `${FCHMODAT2} fchmodat2(-100, "none", 0600, 0)`,
    expect: { "evt.res": "ENOENT", "evt.arg.mode": "S_IWUSR|S_IRUSR" },
  },
];

const DATA: readonly EventCase[] = [
  {
    name: "preadv2 is seen as preadv",
    type: "preadv",
    perl: `${FILE} ${VECTOR} call(SYS_preadv2, 3, $v, 2, 1, 0, 0)`,
    expect: {
      "evt.args": "res=8 size=8 data=12345678 fd=3(<f>{D}/f) pos=1",
      "evt.buffer": "12345678",
      "fd.name": "{D}/f",
    },
  },
  {
    name: "pwritev2 is seen as pwritev",
    type: "pwritev",
    perl: `${FILE} ${VECTOR} call(SYS_pwritev2, 3, $v, 2, 1, 0, 0)`,
    expect: { "evt.args": "res=8 data=hello!!! fd=3(<f>{D}/f) size=8 pos=1" },
  },
  {
    name: "pwritev2 to no descriptor",
    type: "pwritev",
    perl: `${FILE} ${VECTOR} call(SYS_pwritev2, 99, $v, 2, 1, 0, 0)`,
    expect: { "evt.args": "res=-9(EBADF) data=hello!!! fd=99 size=8 pos=1" },
  },
];

/** In a mount namespace of its own. */
const OWN_MOUNTS = `call(SYS_unshare, 0x20000); call(SYS_mount, "none", "/", 0, 0x44000, 0);
  mkdir "m"; mkdir "n";`;
/** What mount(8) does: a new file system, mounted by its descriptor. */
const TMPFS = `my $fs = call(SYS_fsopen, "tmpfs", 1);
  call(SYS_fsconfig, $fs, 1, "source", "secrets", 0); call(SYS_fsconfig, $fs, 6, 0, 0, 0);
  my $m = call(SYS_fsmount, $fs, 1, 0xb);`;

const MOUNTS: readonly EventCase[] = [
  {
    name: "move_mount of a new file system is seen as mount",
    type: "mount",
    perl: `${OWN_MOUNTS} ${TMPFS} call(SYS_move_mount, $m, "", -100, "./m", 4)`,
    expect: {
      "syscall.type": "mount",
      "evt.category": "file",
      "evt.args": "res=0 dev=secrets dir=./m({D}/m) type=tmpfs flags=11(RDONLY|NOSUID|NOEXEC)",
      "fs.path.sourceraw": "secrets",
      "fs.path.target": "{D}/m",
      "fs.path.targetraw": "./m",
    },
  },
  {
    name: "move_mount of a part of the file system, as of a bind mount",
    type: "mount",
    perl: `${OWN_MOUNTS} my $m = call(SYS_open_tree, -100, "n", 1);
      open(D, "<", "m"); call(SYS_move_mount, $m, "", fileno(D), "", 0x44)`,
    expect: {
      "evt.args": /^res=0 dev=\S+ dir=\/var\/tmp\/\S+\/m type=\w+ flags=.*\(.*BIND\)$/,
      "fs.path.target": "{D}/m",
    },
  },
  {
    // Since linux 6.15.
    name: "move_mount without paths",
    type: "mount",
    perl: `${OWN_MOUNTS} ${TMPFS} open(D, "<", "m");
      call(SYS_move_mount, $m, 0, fileno(D), 0, 0x44) < 0 and fact(unsupported => "$!")`,
    expect: {
      "evt.args": "res=0 dev=secrets dir={D}/m type=tmpfs flags=11(RDONLY|NOSUID|NOEXEC)",
      "fs.path.target": "{D}/m",
    },
  },
  {
    name: "move_mount of what is mounted already, by its path",
    type: "mount",
    perl: `${OWN_MOUNTS} call(SYS_mount, "tmpfs", "m", "tmpfs", 0, "");
      call(SYS_move_mount, -100, "m", -100, "n", 0)`,
    pick: { "fs.path.target": "{D}/n" },
    expect: { "evt.args": "res=0 dev=m dir=n({D}/n) type=<NA> flags=8192(MOVE)" },
  },
  {
    name: "move_mount of what is mounted already, by a descriptor",
    type: "mount",
    perl: `${OWN_MOUNTS} call(SYS_mount, "elsewhere", "m", "tmpfs", 0, "");
      open(D, "<", "m"); call(SYS_move_mount, fileno(D), "", -100, "n", 4)`,
    pick: { "fs.path.target": "{D}/n" },
    expect: { "evt.args": "res=0 dev=elsewhere dir=n({D}/n) type=tmpfs flags=8192(MOVE)" },
  },
  {
    name: "move_mount that is refused",
    type: "mount",
    perl: `${OWN_MOUNTS} ${TMPFS} call(SYS_move_mount, $m, "", -100, "nowhere", 4)`,
    expect: {
      "evt.args": "res=-2(ENOENT) dev=secrets dir=nowhere({D}/nowhere) type=tmpfs " +
        "flags=11(RDONLY|NOSUID|NOEXEC)",
      "evt.failed": true,
      "fs.path.target": null,
    },
  },
];

eventTests("fchmodat2 is what fchmodat is to rules", FILES);
eventTests("preadv2 and pwritev2 are what preadv and pwritev are to rules", DATA);
eventTests("move_mount is what mount is to rules", MOUNTS);

const BOTH = `${FILE} ${VECTOR} call(SYS_pwritev, 3, $v, 2, 1, 0);
  call(SYS_pwritev2, 3, $v, 2, 2, 0, 0)`;

/** Offsets of the writes that a rule sees: 1 was pwritev, 2 pwritev2. */
async function seenBy(names: string, args: readonly string[] = []): Promise<unknown> {
  let seen: unknown;
  const condition = `evt.type in (${names}) and proc.exepath endswith /actor`;
  const fields = ["evt.arg.pos"];
  await withActor({ condition, fields, args }, async (theatre) => {
    const { events } = await theatre.perform(BOTH);
    seen = events.map(({ output_fields }) => [
      output_fields["evt.type"],
      output_fields["evt.arg.pos"],
    ]);
  });
  return seen;
}

kernelTest("a rule that names a newer call sees that call alone", async () => {
  assertEquals(await seenBy("pwritev2, fchmodat2"), [["pwritev", "2"]]);
});

kernelTest(
  "base_syscalls.custom_set leaves out a newer call or the older, each by its name",
  async () => {
    const without = (call: string) => ["-o", `base_syscalls.custom_set[]=!${call}`];
    assertEquals(await seenBy("pwritev", without("pwritev2")), [["pwritev", "1"]]);
    assertEquals(await seenBy("pwritev", without("pwritev")), [["pwritev", "2"]]);
  },
);
