import { layout } from "../../../ffi/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { RecordWriter } from "../../../tests/records.ts";
import { startedAt } from "./live_image.ts";

const { EXEC_RECORD, FILE_FACTS, HEADER_FLAGS, RECORD_HEADER } = layout;

const parts = {
  tgid: 100,
  bootNs: 1e9,
  argv: ["image-test", "-x", "two words"],
  exePath: "/usr/bin/image-test",
  comm: "image-test",
};

/** The record with another value of a 32-bit number of its executable. */
function withFact(field: number, value: number): readonly [RecordWriter, number] {
  const writer = new RecordWriter(4096);
  const at = writer.exec(parts);
  writer.memory.u32[(at + EXEC_RECORD.exe + field) >> 2] = value;
  return [writer, at];
}

Deno.test("a program that was run twice in the same way is one image from then on", () => {
  const [writer, at] = withFact(FILE_FACTS.inode, 7);
  const first = startedAt(writer.memory, at);
  startedAt(writer.memory, at);
  const [other, otherAt] = withFact(FILE_FACTS.inode, 7);
  const third = startedAt(other.memory, otherAt);
  assertEquals(third.image, first.image);
  assert(startedAt(writer.memory, at).image === third.image);
  assertEquals(third.image.args, ["-x", "two words"]);
});

Deno.test("images differ where anything does that they tell of", () => {
  const records = [
    withFact(FILE_FACTS.inode, 8),
    withFact(FILE_FACTS.mtimeNs, 9),
    withFact(FILE_FACTS.ctimeNs + 4, 9),
    withFact(FILE_FACTS.device, 9),
    ...[
      { argv: ["image-test", "-x", "two", "words"] },
      { argv: ["image-test", "-x", "two word"], cwd: "s" },
      { comm: "renamed" },
      { exePath: "/usr/bin/image-tesT" },
      { cgroup: "/other" },
      { cwd: "/other" },
    ].map((more) => {
      const writer = new RecordWriter(4096);
      return [writer, writer.exec({ ...parts, ...more })] as const;
    }),
  ];
  const fresh = records.map(([writer, at]) => startedAt(writer.memory, at));
  for (let times = 0; times < 3; times++) {
    for (const [i, [writer, at]] of records.entries()) {
      assertEquals(startedAt(writer.memory, at).image, fresh[i]!.image);
      assertEquals(startedAt(writer.memory, at).cwd, fresh[i]!.cwd);
      assertEquals(startedAt(writer.memory, at).cgroup, fresh[i]!.cgroup);
    }
  }
});

Deno.test("a program that was run by its descriptor is called after its file, not the descriptor", () => {
  const nameOf = (comm: string, exeGiven: string, exePath: string) => {
    const writer = new RecordWriter(4096);
    return startedAt(writer.memory, writer.exec({ ...parts, comm, exeGiven, exePath })).image.comm;
  };
  const executor = "/usr/lib/systemd/systemd-executor";
  // Linux before 6.14, and since.
  assertEquals(nameOf("9", "/dev/fd/9", executor), "systemd-executo");
  assertEquals(nameOf("systemd-executo", "/dev/fd/9", executor), "systemd-executo");
  assertEquals(nameOf("3", "/dev/fd/3", "memfd:hidden"), "memfd:hidden");
  assertEquals(nameOf("3", "/dev/fd/3", `/bin/${"é".repeat(8)}`), "é".repeat(7) + "\udcc3");
  // Named so by somebody.
  assertEquals(nameOf("3", "/dev/fd/3/3", "/bin/3"), "3");
  assertEquals(nameOf("3", "/proc/self/fd/3", executor), "3");
});

Deno.test("a directory whose beginning did not fit is none that begins at the root", () => {
  const writer = new RecordWriter(1 << 14);
  const cwd = "/name".repeat(800);
  const at = writer.exec({ ...parts, cwd });
  assertEquals(startedAt(writer.memory, at).cwd, cwd);
  writer.memory.u16[(at + RECORD_HEADER.flags) >> 1] = HEADER_FLAGS.truncated;
  const { cwd: told, image } = startedAt(writer.memory, at);
  assertEquals([told, image.exePath], [`/…${cwd}`, parts.exePath]);
});
