/** Processes as a folder that looks like /proc tells them. */
import { assertEquals } from "../../../tests/assert.ts";
import { cgroupOf, isAlive, readThread, showsEverybody } from "./procfs.ts";

interface Told {
  readonly uid: number;
  readonly gid: number;
  readonly groups?: string;
  readonly capEff?: string;
  readonly users?: string;
}

/** Whether a process may write its executable, of which falcod's own user is the owner. */
function writable(mode: number, { uid, gid, groups = "", capEff = "0", users = "user:[1]" }: Told) {
  const root = Deno.makeTempDirSync({ prefix: "falcod-procfs-" });
  try {
    const folder = `${root}/7`;
    for (const path of [`${folder}/ns`, `${root}/1/ns`]) Deno.mkdirSync(path, { recursive: true });
    Deno.writeTextFileSync(`${root}/program`, "");
    Deno.chmodSync(`${root}/program`, mode);
    Deno.symlinkSync(`${root}/program`, `${folder}/exe`);
    Deno.symlinkSync("user:[1]", `${root}/1/ns/user`);
    Deno.symlinkSync(users, `${folder}/ns/user`);
    Deno.writeTextFileSync(`${folder}/stat`, "7 (program) S 1 7 7 0");
    const ids = (id: number) => `${id}\t${id}\t${id}\t${id}`;
    const lines = ["Tgid:\t7", `Uid:\t${ids(uid)}`, `Gid:\t${ids(gid)}`, `Groups:\t${groups}`];
    Deno.writeTextFileSync(`${folder}/status`, [...lines, `CapEff:\t${capEff}`, ""].join("\n"));
    const options = { root, environment: false, argsLimit: 100 };
    return readThread(7, options)?.image.exeWritable;
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

Deno.test("whether a process that is found may write its executable goes by who it is", () => {
  const uid = Deno.uid()!, gid = Deno.gid()!;
  const other = { uid: uid + 1, gid: gid + 1 };
  assertEquals(writable(0o555, { uid, gid }), true, "its owner, who can grant it");
  assertEquals(writable(0o755, other), false);
  assertEquals(writable(0o757, other), true);
  assertEquals(writable(0o775, { ...other, gid }), true);
  assertEquals(writable(0o775, { ...other, groups: `5 ${gid}` }), true);
  assertEquals(writable(0o757, { ...other, gid }), false, "the mode of its group counts");
  assertEquals(writable(0o755, { ...other, capEff: "2" }), true, "CAP_DAC_OVERRIDE");
  const elsewhere = { ...other, capEff: "2", users: "user:[2]" };
  assertEquals(writable(0o755, elsewhere), false, "over other users than those of the machine");
});

Deno.test("cgroupOf() does not know where a process is of which the kernel shows nothing", () => {
  assertEquals(cgroupOf(""), "");
  assertEquals(cgroupOf("0::/\n"), "/");
  assertEquals(cgroupOf("4:memory:/a\n0::/b\n"), "/b");
});

Deno.test("a process of whose cgroups the kernel shows nothing is in the container that it has its processors from", () => {
  const cgroupIn = (files: Readonly<Record<string, string>>) => {
    const root = Deno.makeTempDirSync({ prefix: "falcod-procfs-" });
    try {
      Deno.mkdirSync(`${root}/7`);
      const told = { stat: "7 (program) S 1 7 7 0", status: "Tgid:\t7\n", ...files };
      for (const [name, text] of Object.entries(told)) {
        Deno.writeTextFileSync(`${root}/7/${name}`, text);
      }
      return readThread(7, { root, environment: false, argsLimit: 100 })?.membership.cgroup;
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  };
  assertEquals(cgroupIn({ cgroup: "4:memory:/a\n0::/b\n", cpuset: "/c\n" }), "/b");
  assertEquals(cgroupIn({ cgroup: "0::/\n", cpuset: "/c\n" }), "/");
  const container = `/docker/${"a1".repeat(32)}`;
  assertEquals(cgroupIn({ cpuset: `${container}\n` }), container);
  assertEquals(cgroupIn({ cpuset: "/\n" }), "");
  // As of a container of Podman's without root, which has no such controller.
  assertEquals(cgroupIn({ cpuset: "/user.slice/user-1000.slice\n" }), "");
  assertEquals(cgroupIn({}), "");
});

Deno.test("isAlive() knows who has ended, is a zombie, or has the id of another", () => {
  const root = Deno.makeTempDirSync({ prefix: "falcod-procfs-" });
  try {
    const started = (id: number, state: string, { threads = 1, ticks = 500 } = {}) => {
      Deno.mkdirSync(`${root}/${id}`);
      const before = "1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0";
      Deno.writeTextFileSync(
        `${root}/${id}/stat`,
        `${id} (a) S b) ${state} ${before} ${threads} 0 ${ticks}`,
      );
    };
    started(1, "S");
    started(2, "Z");
    started(3, "Z", { threads: 2 });
    started(4, "S", { ticks: 900 });
    const alive = (id: number, startClockNs = 5_004_000_000) => isAlive({ id, startClockNs }, root);
    assertEquals([1, 2, 3, 4, 5].map((id) => alive(id)), [true, false, true, false, false]);
    assertEquals(alive(4, 0), true);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});

Deno.test("who is found by one of its later threads started with its first one", () => {
  const root = Deno.makeTempDirSync({ prefix: "falcod-procfs-" });
  try {
    const told = (id: number, ticks: number) => {
      Deno.mkdirSync(`${root}/${id}`);
      const before = "1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0";
      Deno.writeTextFileSync(`${root}/${id}/stat`, `${id} (server) S ${before} ${ticks}`);
      Deno.writeTextFileSync(`${root}/${id}/status`, "Tgid:\t7\n");
    };
    told(7, 500);
    told(9, 900);
    const { processId, startClockNs } = readThread(9, { root, environment: false, argsLimit: 0 })!;
    assertEquals([processId, startClockNs], [7, 5_000_000_000]);
    assertEquals(isAlive({ id: processId, startClockNs }, root), true);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});

Deno.test("showsEverybody() knows who is hidden, and whose starts are moved", () => {
  const root = Deno.makeTempDirSync({ prefix: "falcod-procfs-" });
  try {
    for (const folder of ["1/ns", "self"]) Deno.mkdirSync(`${root}/${folder}`, { recursive: true });
    const shows = (files: Readonly<Record<string, string>>) => {
      for (const [path, text] of Object.entries(files)) {
        Deno.writeTextFileSync(`${root}/${path}`, text);
      }
      return showsEverybody(root);
    };
    Deno.symlinkSync("pid:[4026531836]", `${root}/1/ns/pid`);
    assertEquals(shows({}), false, "hidden");
    const stat = "1 (init) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 2";
    assertEquals(shows({ "1/stat": stat }), true, "a kernel without time namespaces");
    const offsets = (boot: string) =>
      `monotonic           0         0\nboottime   ${boot.padStart(11)}\n`;
    assertEquals(shows({ "self/timens_offsets": offsets("0         0") }), true);
    assertEquals(shows({ "self/timens_offsets": offsets("100000         0") }), false);
    assertEquals(shows({ "self/timens_offsets": offsets("-1 500000000") }), false);
    assertEquals(shows({ "self/timens_offsets": offsets("0 500000000") }), false);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
