/** The binary as a file: alone on a machine, cut off, and beside the sources. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { assert, assertEquals } from "../assert.ts";
import { falcod, Folder } from "../cli/program.ts";
import { binary, runBinary, withBinary } from "./binary.ts";

Deno.test(
  "a binary that is cut off, or goes on after its end, says that it is damaged",
  withBinary,
  async () => {
    using folder = new Folder({});
    const path = folder.file("falcod");
    const { size } = Deno.statSync(binary);
    for (const change of [-1, -4096, -6_000_000, 1]) {
      Deno.copyFileSync(binary, path);
      if (change < 0) Deno.truncateSync(path, size + change);
      else Deno.writeFileSync(path, new Uint8Array(change), { append: true });
      const { code, error } = await runBinary(["--version"], { path });
      assertEquals([code, error.includes("is damaged")], [1, true], `${change}: ${error}`);
    }
  },
);

Deno.test(
  "version --verify tells of a binary whose code was changed, also where it would not run",
  withBinary,
  async () => {
    using folder = new Folder({});
    const path = folder.file("falcod");
    const bytes = Deno.readFileSync(binary);
    const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    const good = await runBinary(["version", "--verify", "--json"]);
    assertEquals([good.code, JSON.parse(good.out)], [
      0,
      { path: Deno.realPathSync(binary), sha256: sha256Of(bytes), isWhole: true },
    ]);
    const beforeEnd = [1, 1000, 1_000_000, 3_000_000, 6_000_000];
    for (const at of beforeEnd) bytes[bytes.length - at]! ^= 0xff;
    Deno.writeFileSync(path, bytes, { mode: 0o755 });
    const bad = await runBinary(["version", "--verify"], { path });
    assertEquals(bad.code, 1, bad.out + bad.error);
    assert(bad.out.includes("is damaged") && bad.out.includes(sha256Of(bytes)), bad.out);
  },
);

Deno.test("a copy under another name is falcod as well", withBinary, async () => {
  using folder = new Folder({});
  const path = folder.file("deno");
  Deno.copyFileSync(binary, path);
  const { code, out } = await runBinary(["validate"], { path });
  assertEquals([code, out.includes(`valid: ${path}/rules/falco.yaml, `)], [0, true], out);
});

Deno.test("arguments arrive as they are", withBinary, async () => {
  const filter = 'proc.name = \'a b\' and proc.args = "\\"--allow-all $HOME"';
  const { code, out, error } = await runBinary(["filter", "parse", filter]);
  assertEquals(code, 0, error);
  assert(out.includes("--allow-all $HOME"), out);
  const many = await runBinary(["validate", ...Array.from({ length: 2000 }, () => "/dev/null")]);
  assertEquals(many.code, 0, many.error);
});

Deno.test(
  "where /proc is not mounted it says so",
  { ignore: withBinary.ignore || Deno.uid() !== 0 },
  async () => {
    const script = 'umount -l /proc && exec "$0" --version';
    const { code, stderr } = await new Deno.Command("unshare", {
      args: ["-m", "--propagation", "private", "sh", "-c", script, binary],
    }).output();
    const error = new TextDecoder().decode(stderr);
    const wanted = "falcod: cannot start: there is no /proc/self/exe: is /proc mounted?\n";
    assertEquals([code, error], [127, wanted]);
  },
);

Deno.test(
  "a file that its user may run and not read says so",
  { ignore: withBinary.ignore || Deno.uid() !== 0 },
  async () => {
    using folder = new Folder({});
    Deno.chmodSync(folder.path, 0o755);
    const path = folder.file("falcod");
    Deno.copyFileSync(binary, path);
    Deno.chmodSync(path, 0o711);
    const { code, stderr } = await new Deno.Command(path, {
      args: ["--version"],
      cwd: "/", // ours may be in a folder of root alone
      uid: 65534,
      gid: 65534,
    }).output();
    const error = new TextDecoder().decode(stderr);
    const wanted = "falcod: cannot start: this file may be run and not read: chmod +r\n";
    assertEquals([code, error], [127, wanted]);
  },
);

Deno.test("where the current directory was removed it says so", withBinary, async () => {
  const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$0" --version';
  const { code, error } = await runBinary(["-c", script, binary], { path: "sh" });
  const wanted =
    "falcod: cannot start: the current directory has been removed: go to another one\n";
  assertEquals([code, error], [127, wanted]);
});

/** What falcod needs of a machine: glibc, and the library of gcc that Debian's glibc depends on. */
const LIBRARIES = [
  "libc.so.6",
  "libdl.so.2",
  "libgcc_s.so.1",
  "libm.so.6",
  "libpthread.so.0",
  "librt.so.1",
];
const LIBRARY_FOLDER = `/lib/${Deno.build.arch}-linux-gnu`;
const LOADER = "/lib64/ld-linux-x86-64.so.2";

const bareRoot = {
  ignore: withBinary.ignore || Deno.uid() !== 0 || Deno.build.arch !== "x86_64",
};

Deno.test(
  "on a machine with nothing but glibc it checks, replays and watches",
  bareRoot,
  async () => {
    using root = new Folder({});
    for (const folder of ["proc", "sys", "dev", "etc", "tmp", LIBRARY_FOLDER, "lib64"]) {
      Deno.mkdirSync(root.file(folder), { recursive: true });
    }
    Deno.copyFileSync(binary, root.file("falcod"));
    for (const path of [...LIBRARIES.map((name) => `${LIBRARY_FOLDER}/${name}`), LOADER]) {
      Deno.copyFileSync(Deno.realPathSync(path), root.file(path));
    }
    const mounts =
      `mount -t proc proc ${root.path}/proc && mount --bind /sys ${root.path}/sys && ` +
      `mount --bind /dev ${root.path}/dev && exec chroot ${root.path} /falcod "$@"`;
    const inRoot = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command("unshare", {
        args: ["-m", "--propagation", "private", "sh", "-c", mounts, "sh", ...args],
        clearEnv: true,
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      }).output();
      const decoder = new TextDecoder();
      return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
    };
    const valid = await inRoot("validate");
    assertEquals([valid.code, valid.out.includes("valid: /falcod/rules/falco.yaml, ")], [
      0,
      true,
    ]);
    const demo = await inRoot("demo", "--json");
    assertEquals(demo.code, 0, demo.error);
    assert(demo.out.split("\n").length > 3, demo.out);
    const probe = await inRoot("probe");
    assert(/^ok +libbpf +v1/m.test(probe.out), probe.out);
    if (probe.code !== 0) return; // this kernel cannot be watched, and says so
    const watched = await inRoot("run", "-M", "1", "--scope", `pid:${Deno.pid}`);
    assertEquals(watched.code, 0, watched.error);
    assert(watched.error.includes("falcod: watching syscall"), watched.error);
  },
);

Deno.test("help is the same as from the sources", { ignore: withBinary.ignore }, async () => {
  const commands = (text: string) =>
    [.../^ {2}([a-z][\w-]*)\b/gm[Symbol.matchAll](text.slice(text.indexOf("Commands:")))]
      .map(([, name]) => name!);
  const source = (args: readonly string[]) => falcod(args, { fromSource: true });
  const top = await runBinary(["--help"]);
  assertEquals(top, await source(["--help"]));
  const names = commands(top.out).filter((name) => name !== "falcod");
  assert(names.length > 10, top.out);
  for (const name of names) {
    assertEquals((await runBinary([name, "--help"])).out, (await source([name, "--help"])).out);
  }
  const handedOver = await runBinary(["filter", "parse", "--", "-h = 1"]);
  assert(handedOver.error.includes("error["), handedOver.error);
});

Deno.test(
  "built once more, in another environment, it is the same, byte for byte",
  withBinary,
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const output = `${folder}/again`;
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", "build", "--output", output],
        cwd: new URL("../..", import.meta.url),
        env: { NO_COLOR: Deno.env.has("NO_COLOR") ? "" : "1", TERM: "dumb", TZ: "Asia/Tokyo" },
        stdin: "null",
        stdout: "null",
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      assert(Buffer.from(await Deno.readFile(output)).equals(await Deno.readFile(binary)));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
