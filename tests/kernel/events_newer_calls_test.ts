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

eventTests("fchmodat2 is what fchmodat is to rules", FILES);
eventTests("preadv2 and pwritev2 are what preadv and pwritev are to rules", DATA);

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
