/**
 * Records what `falcod demo` plays: an attack in a container of its own, made of busybox, and nothing
 * else of the machine. As root: `deno run -A scripts/record_demo.ts [FILE]`; it needs the packages
 * busybox-static, util-linux and iproute2, and prints what is in the file.
 */
import { createCapture, openCapture, type ScapItem, ScapReader, ScapWriter } from "../core/mod.ts";
import { Stage } from "../tests/kernel/harness.ts";
import { makeRootfs } from "../tests/kernel/busybox.ts";
import { Recording } from "../tests/kernel/recording.ts";

const FILE = "rules/demo.scap.gz";
/** A container's id is what the kernel's cgroup is called. */
const CONTAINER = "f00d".repeat(16);
const CGROUPS = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];

/** Typed at the container's terminal, one line after the other. */
const ATTACK = `
/bin/id >/dev/null; /bin/cat /etc/passwd >/dev/null
/bin/cat /etc/shadow >/tmp/.loot
/bin/ln -s /etc/shadow /tmp/notes
/bin/nc -l -p 8000 </opt/update & /bin/sleep 0.2
/bin/nc 127.0.0.1 8000 </dev/null >/tmp/.update; /bin/chmod 700 /tmp/.update
/tmp/.update true
/bin/cp /tmp/.update /usr/bin/kworker; /bin/chmod 4755 /usr/bin/kworker
echo 'ssh-ed25519 AAAAC3Nza demo' >>/root/.ssh/authorized_keys
/bin/cat /root/.ssh/id_ed25519 >>/tmp/.loot
echo '* * * * * root /usr/bin/kworker true' >/etc/cron.d/kworker
/bin/rm -f /var/log/messages /tmp/.update
`;
/** They make the container and its terminal; what they do is followed, but not shown. */
const NOT_SHOWN = "proc.name in (script, unshare, mount, umount, ip, hostname, pivot_root)";

async function main(path: string): Promise<void> {
  // Its name is in the recording; who has it already is not ours.
  const folder = "/var/tmp/falcod-demo";
  await Deno.mkdir(folder, { mode: 0o700 });
  const cgroup = `${CGROUPS.find(isCgroup)}/docker-${CONTAINER}.scope`;
  try {
    await makeRootfs(folder);
    const rootfs = `${folder}/rootfs`;
    for (const each of ["etc/cron.d", "usr/bin", "var/log", "root/.ssh", "opt", "old"]) {
      await Deno.mkdir(`${rootfs}/${each}`, { recursive: true });
    }
    await Deno.writeTextFile(`${rootfs}/etc/shadow`, "root:*:20000:0:99999:7:::\n");
    await Deno.writeTextFile(`${rootfs}/root/.ssh/id_ed25519`, "not a key\n");
    await Deno.writeTextFile(`${rootfs}/var/log/messages`, "");
    await Deno.writeTextFile(`${rootfs}/attack`, ATTACK);
    await Deno.writeFile(`${rootfs}/opt/update`, program());
    await Deno.mkdir(cgroup, { recursive: true });
    const processId = await record(rootfs, cgroup, `${folder}/raw.scap`);
    await reduce(`${folder}/raw.scap`, path, processId);
  } finally {
    await Deno.remove(cgroup).catch(() => {});
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * A program that ends at once, in as few bytes as an x86-64 kernel takes: elf(5).
 *
 *     0 ELF header 64 ┬ program header 56 ┬ code 6: exit(0)
 */
function program(): Uint8Array {
  const exit = [0x31, 0xff, 0xb0, 0x3c, 0x0f, 0x05]; // xor edi, edi; mov al, 60; syscall
  const bytes = new Uint8Array(64 + 56 + exit.length);
  const view = new DataView(bytes.buffer);
  const address = 0x400000n;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // executable
  view.setUint16(18, 62, true); // x86-64
  view.setUint32(20, 1, true);
  view.setBigUint64(24, address + 120n, true); // where it begins
  view.setBigUint64(32, 64n, true); // program headers: where, how long, how many
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true); // to be loaded
  view.setUint32(68, 5, true); // to be read and run
  view.setBigUint64(80, address, true);
  view.setBigUint64(96, BigInt(bytes.length), true);
  view.setBigUint64(104, BigInt(bytes.length), true);
  view.setBigUint64(112, 0x1000n, true);
  bytes.set(exit, 120);
  return bytes;
}

function isCgroup(path: string): boolean {
  try {
    return Deno.statSync(`${path}/cgroup.procs`).isFile;
  } catch {
    return false;
  }
}

/** Gives the id of the first process of the tree. */
async function record(rootfs: string, cgroup: string, path: string): Promise<number> {
  await using stage = new Stage(["env", "-C", "/", "HOME=/root"]);
  await using recording = await Recording.of(stage, path, ["--filter", `not ${NOT_SHOWN}`]);
  const inside = [
    "mount --make-rprivate /",
    `mount --bind ${rootfs} ${rootfs}`,
    `cd ${rootfs}`,
    "mount -t proc proc proc",
    "ip link set lo up",
    "hostname web",
    `echo 0 >${cgroup}/cgroup.procs`,
    "pivot_root . old",
    "umount -l /old",
    "exec /bin/sh -i",
  ].join(" && ");
  const isolated = `unshare --mount --pid --fork --uts --net /bin/sh -c "${inside}"`;
  await stage.run(
    `(sleep 1; cat ${rootfs}/attack; sleep 2; echo exit) |
       script -qec '${isolated}' /dev/null >/dev/null`,
  );
  await recording.stop();
  return stage.processId;
}

/** What a demo needs of the recording: the tree, its events, and nothing that names the machine. */
async function reduce(from: string, to: string, rootId: number): Promise<void> {
  using reader = new ScapReader(await openCapture(from));
  const writer = new ScapWriter(await createCapture(to, { compress: true }));
  for (;;) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end") break;
    else if (item.kind === "fault") throw new Error(`the recording is broken: ${item.reason}`);
    else take(item, writer, rootId);
  }
  await writer.close();
}

function take(item: ScapItem, writer: ScapWriter, rootId: number): void {
  switch (item.kind) {
    case "machine":
      writer.machine({ ...item, cpuCount: 2, memoryBytes: 4n << 30n, hostname: "demo" });
      return;
    case "interface":
      if (item.name === "lo") writer.interfaces([item]);
      return;
    case "user":
    case "group":
      if (item.name === "root") writer.accounts([item]);
      return;
    case "process":
      // Who started it is somebody of the machine.
      if (item.processId === rootId) writer.processes([{ ...item, parentId: 1, env: [] }]);
      return;
    case "event":
      if (writer.copy(item) !== "written") throw new Error("an event does not fit");
  }
}

if (import.meta.main) await main(Deno.args[0] ?? FILE);
