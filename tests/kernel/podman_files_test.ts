/** What podman has on disk of its containers, for when its service does not run. */
import dockerPlugin from "../../plugins/container_engines/docker/mod.ts";
import { UsersStorage } from "../../plugins/container_engines/docker/users_storage.ts";
import type { ContainerDetails } from "../../core/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { engineTest, removeCgroups } from "./engines.ts";
import { type Falcod, kernelTest, ownMounts, withFalcod } from "./harness.ts";
import { Podman } from "./podman.ts";
import { UsersPodman } from "./users_podman.ts";

const IMAGE = "docker.io/library/nginx:1.0";
const NEVER = new AbortController().signal;
const PROGRAMS = ["podman", "runc", "busybox", "tar"];

const ALL_SORTS = [
  "--privileged --network none --pid host --volume /srv:/data:ro,Z",
  "--network host --volume /srv:/data --volume kept:/kept --tmpfs /tmp",
  "--network none --init --init-path /bin/true",
  "--network none --read-only --label app=nginx --env A=b --cap-add SYS_ADMIN",
];

/** What the files tell; of mounts, podman puts those first that have names. */
function fromFiles(details: ContainerDetails | undefined) {
  assert(details);
  const { labels: _labels, startNs: _start, ip: _ip, imageDigest: _digest, ...rest } = details;
  const mounts = rest.mounts.toSorted((a, b) => a.destination < b.destination ? -1 : 1);
  return { ...rest, mounts };
}

engineTest("podman's files say of a container what its service does", PROGRAMS, async () => {
  await using podman = await Podman.create([IMAGE]);
  await podman.startService();
  const engine = dockerPlugin.create(dockerPlugin.schema.parse({
    engine: "podman",
    sockets: [podman.socket],
    storage: [`${podman.folder}/root`],
  }));
  for (const options of ALL_SORTS) {
    const id = await podman.run(`run --detach ${options} ${IMAGE} sleep 1000`);
    const { fullId, ...told } = (await engine.inspect(id, NEVER))!;
    assertEquals(fullId, id);
    assertEquals(fromFiles(engine.glimpse!(id)), fromFiles(told), options);
  }
  // Of which podman 4.3 says "shareable".
  const id = await podman.run(`run --detach --ipc host ${IMAGE} sleep 1000`);
  assertEquals(fromFiles(engine.glimpse!(id)).mounts, []);
  assertEquals(engine.glimpse!(id)!.hostIpc, true);
});

engineTest(
  "the files of a user's podman say of a container what that user's service does",
  [...PROGRAMS, "setpriv"],
  async () => {
    await using podman = await UsersPodman.create(IMAGE);
    await podman.startService();
    const { userId, folder, passwd, socket } = podman;
    const userSockets = [{ userId, socket }];
    const engine = dockerPlugin.create(
      dockerPlugin.schema.parse({ engine: "podman", sockets: [], userSockets }),
    );
    const storage = new UsersStorage(5000, { passwd, run: `${folder}/none` });
    for (const options of ALL_SORTS) {
      const id = await podman.run(`run --detach ${options} ${IMAGE} sleep 1000`);
      const { fullId, ...told } = (await engine.inspect(id, NEVER, userId))!;
      assertEquals(fullId, id);
      assertEquals(fromFiles(await storage.recall(id, userId)), fromFiles(told), options);
      assertEquals(await storage.recall(id, 1), undefined);
    }
  },
);

Deno.test({
  name: "a user's home that never answers holds nobody up",
  ignore: Deno.uid() !== 0 || !isThere("/dev/fuse"),
  fn: async () => {
    const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "falcod-user-" }));
    const home = `${folder}/home`;
    Deno.mkdirSync(home);
    Deno.writeTextFileSync(`${folder}/passwd`, `nobody:x:65534:65534::${home}:/bin/sh\n`);
    // Nobody reads what the kernel asks of the file system.
    const script = `exec 3<>/dev/fuse
      mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none ${home} || exit 1
      echo mounted; read end; umount -l ${home}`;
    const server = new Deno.Command("sh", {
      args: ["-c", script],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const isMounted = (await server.stdout.getReader().read()).value !== undefined;
    const storage = new UsersStorage(100, { passwd: `${folder}/passwd`, run: `${folder}/none` });
    const recalled = await Promise.all(
      ["a", "b", "c", "d"].map((digit) => storage.recall(digit.repeat(64), 65534)),
    );
    await server.stdin.close();
    await server.status;
    Deno.removeSync(folder, { recursive: true });
    if (!isMounted) return console.log("no file system of a user's own can be mounted here");
    assertEquals(recalled, [undefined, undefined, undefined, undefined]);
    // What waited ends when the file system does.
    await new Promise((resolve) => setTimeout(resolve, 200));
  },
});

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}

const MARK = "falcod-mark";
const SHOWN = ["name", "image.repository", "privileged", "mount.source[/data]", "label.app"];
const RULES = `
- rule: Marked program
  desc: Shows the container of a program
  condition: evt.type in (execve, execveat) and evt.rawres = 0 and proc.args startswith ${MARK}
  output: marked ${SHOWN.map((name) => `%container.${name}`).join(" ")}
  priority: DEBUG
`;

function optionsIn(folder: string, mounts: string) {
  Deno.writeTextFileSync(`${folder}/rules.yaml`, RULES);
  const off = { enabled: false };
  const engines = { docker: off, podman: {}, cri: off, containerd: off };
  const plugin = {
    name: "container",
    library_path: "libcontainer.so",
    init_config: { alert_wait_ms: 1000, engines },
  };
  return {
    rules: [`${folder}/rules.yaml`],
    args: ["-o", `plugins[]=${JSON.stringify(plugin)}`],
    // Nobody's service is there.
    through: ownMounts(`mount -t tmpfs none /run; ${mounts}`),
  };
}

function shownIn(alerts: Awaited<ReturnType<Falcod["alertsOf"]>>) {
  return alerts.map(({ output_fields: fields }) =>
    SHOWN.map((name) => fields[`container.${name}`])
  );
}

const NAMES = ["falcod-test-one", "falcod-test-two"];
const AS_THEY_ARE = NAMES.map((name) => [name, "docker.io/library/nginx", true, "/srv", null]);
const DETAILS = "--network none --privileged --volume /srv:/data --label app=nginx";

kernelTest(
  "without podman's service alerts have what its files tell, and that is told once",
  async () => {
    await using podman = await Podman.create([IMAGE]);
    const { folder, programs } = podman;
    Deno.mkdirSync("/var/lib/containers", { recursive: true });
    const options = optionsIn(
      folder,
      `mount -t tmpfs none /var/lib/containers; mkdir /var/lib/containers/storage
     mount --bind ${folder}/root /var/lib/containers/storage`,
    );
    await withFalcod(options, async (falcod) => {
      const run = (name: string) =>
        `podman run --rm ${DETAILS} --name ${name} ${IMAGE} /bin/true ${MARK}`;
      const alerts = await falcod.alertsOf(
        `export PATH=${programs}:$PATH\n${NAMES.map(run).join("\n")}\nsleep 0.5`,
      );
      assertEquals(shownIn(alerts), AS_THEY_ARE);
      const hints = falcod.log.split("\n").filter((line) => line.includes("podman.socket"));
      assertEquals(hints.length, 1, falcod.log);
      assert(hints[0]!.includes("labels, addresses and digests"), hints[0]);
    });
  },
);

kernelTest(
  "without a user's service the first alert has what the files of that user tell",
  async () => {
    await using podman = await UsersPodman.create(IMAGE);
    const { folder, passwd, userId } = podman;
    const ids: string[] = [];
    for (const name of NAMES) {
      ids.push(await podman.run(`run --detach ${DETAILS} --name ${name} ${IMAGE} sleep 1000`));
    }
    // Nobody gives a user here a cgroup: the programs are put into one by another's hand.
    const cgroups = ids.map((id) => `/user.slice/user-${userId}.slice/libpod-${id}.scope`);
    const others = ids.map((id) => `/user.slice/user-1.slice/libpod-${id}.scope`);
    const marked = (cgroup: string) =>
      `(for each in /sys/fs/cgroup/*/; do mkdir -p $each${cgroup}; echo 0 > $each${cgroup}/cgroup.procs
      done; exec /bin/true ${MARK}) 2>/dev/null`;
    try {
      await withFalcod(optionsIn(folder, `mount --bind ${passwd} /etc/passwd`), async (falcod) => {
        const alerts = await falcod.alertsOf(`${cgroups.map(marked).join("\n")}\nsleep 0.5`);
        assertEquals(shownIn(alerts), AS_THEY_ARE);
        const ofOthers = await falcod.alertsOf(`${others.map(marked).join("\n")}\nsleep 0.5`);
        assertEquals(shownIn(ofOthers), ids.map(() => SHOWN.map(() => null)));
      });
    } finally {
      await removeCgroups([...cgroups, ...others]);
    }
  },
);
