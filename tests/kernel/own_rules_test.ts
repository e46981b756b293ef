/**
 * Our own rules, each fired by doing what it is about, and kept quiet by what it excepts. What is
 * written below /etc and in binary directories lands in layers over them that only the stage sees.
 */
import { assertEquals } from "../assert.ts";
import { type Falcod, kernelTest, ownMounts, type SeenAlert, withFalcod } from "./harness.ts";
import { Podman } from "./podman.ts";

const FILE = "rules/falco_rules.yaml";
const RULES = [FILE];

interface Case {
  /** What is done, for the message when it comes out differently. */
  readonly about: string;
  /** Run by sh on the stage; $D is a folder of its own. */
  readonly script: string;
  /** All that alert, each once, in alphabetical order. */
  readonly rules: readonly string[];
}

const READ = "Sensitive file read";
const LINK = "Link to sensitive file";
const ETC = "Write below etc";
const BINARY = "Write below binary directory";
const MODE = "Owner or mode changed";
const SHELL = "Shell with terminal in container";
const WATCHED = "New process in watched image";
const SUDO = "Sudo in container";
const KUBERNETES = "Contact with Kubernetes API from container";
const MODULE = "Kernel module loaded";
const PTRACE = "Ptrace attach";
const MEMORY = "Execution from memory";

const ON_HOST: readonly Case[] = [
  { about: "read of shadow", script: "cat /etc/shadow >/dev/null", rules: [READ] },
  { about: "read below sudoers.d", script: "cat /etc/sudoers.d/f >/dev/null", rules: [READ] },
  { about: "symbolic link to shadow", script: "ln -s /etc/shadow $D/s", rules: [LINK] },
  { about: "hard link to shadow", script: "ln /etc/shadow /etc/f.hard", rules: [LINK, ETC] },
  { about: "new file below etc", script: ": >/etc/f", rules: [ETC] },
  {
    about: "creat below etc",
    script: `perl -e 'my $p = "/etc/f.creat"; syscall(85, $p, 0644)'`,
    rules: [ETC],
  },
  { about: "append below etc", script: "echo >>/etc/f", rules: [ETC] },
  { about: "rename below etc", script: "mv /etc/f /etc/f.moved", rules: [ETC] },
  { about: "link below etc", script: "ln /etc/f.moved /etc/f.linked", rules: [ETC] },
  { about: "symbolic link below etc", script: "ln -s nowhere /etc/f.symbolic", rules: [ETC] },
  { about: "removal below etc", script: "rm /etc/f.linked", rules: [ETC] },
  {
    about: "removal of a directory below etc",
    script: "mkdir /etc/f.directory; rmdir /etc/f.directory",
    rules: [ETC],
  },
  {
    about: "relative path to etc",
    script: "cd /tmp; : >../etc/f",
    rules: [ETC],
  },
  {
    about: "new program",
    script: "cat /bin/true >/usr/local/bin/f",
    rules: [BINARY],
  },
  {
    about: "program moved into a binary directory",
    script: ": >/usr/local/f; mv /usr/local/f /usr/local/bin/f.moved",
    rules: [BINARY],
  },
  { about: "chmod of a program", script: "chmod u+s /usr/local/bin/f", rules: [MODE] },
  { about: "chown of a program", script: "chown 1:1 /usr/local/bin/f", rules: [MODE] },
  { about: "chown of a link", script: "chown -h 1:1 /etc/f.symbolic", rules: [MODE] },
  {
    about: "chmod of an open file",
    script: `perl -e 'open my $f, "<", "/etc/f"; chmod 0600, $f'`,
    rules: [MODE],
  },
  {
    about: "chown of an open file",
    script: `perl -e 'open my $f, "<", "/usr/local/bin/f"; chown 2, 2, $f'`,
    rules: [MODE],
  },
  {
    // no module at all: the kernel refuses both
    about: "module from memory",
    script: `perl -e 'my ($x, $o) = ("no module", ""); syscall(175, $x, 9, $o)'`,
    rules: [MODULE],
  },
  {
    about: "module from a file",
    script: `perl -e 'my $o = ""; open my $f, "<", "/bin/true"; syscall(313, fileno $f, $o, 0)'`,
    rules: [MODULE],
  },
  {
    about: "attach to a process",
    script: `perl -e 'my $p = fork; if (!$p) { sleep 5; exit }
      syscall(101, 16, $p, 0, 0); waitpid $p, 2; syscall(101, 17, $p, 0, 0); kill 9, $p'`,
    rules: [PTRACE],
  },
  {
    about: "seizure of a process",
    script: `perl -e 'my $p = fork; if (!$p) { sleep 5; exit }
      syscall(101, 16902, $p, 0, 0); kill 9, $p'`,
    rules: [PTRACE],
  },
  {
    about: "program in memory",
    script: `perl -e 'my $n = "x"; my $m = syscall(319, $n, 0); open my $o, ">&=", $m; binmode $o;
      open my $i, "<", "/bin/true"; binmode $i; local $/; syswrite $o, scalar <$i>;
      system {"/proc/$$/fd/$m"} "true"'`,
    rules: [MEMORY],
  },
];

/** A program under another name: its `comm` is what rules go by. */
const named = (name: string, program: string) => `cp ${program} $D/${name}`;

const QUIET_ON_HOST: readonly Case[] = [
  { about: "read of other files", script: "cat /etc/passwd /etc/group", rules: [] },
  {
    about: "read that is refused",
    script: `perl -e '$) = "65534 65534"; $> = 65534; open my $f, "<", "/etc/shadow"'`,
    rules: [],
  },
  {
    about: "account program",
    script: `${named("passwd", "/bin/cat")}; $D/passwd /etc/shadow`,
    rules: [],
  },
  {
    about: "account program that writes",
    script: `${named("usermod", "/bin/cp")}; $D/usermod /etc/passwd /etc/passwd.f`,
    rules: [],
  },
  {
    about: "package manager and its child",
    script: `${named("dpkg", "/bin/sh")}
      $D/dpkg -c ': >/etc/f.package; : >/usr/local/bin/f.package; ln -s /etc/shadow $D/package'
      $D/dpkg -c 'chmod 0600 /etc/f.package; cat /etc/shadow; rm /etc/f.package; exit 0'`,
    rules: [],
  },
  {
    about: "configuration program",
    script: `${named("ldconfig", "/bin/cp")}; $D/ldconfig /etc/hostname /etc/f.cache`,
    rules: [],
  },
  {
    about: "changes elsewhere, and those that fail",
    script: `: >/usr/local/g; mv /usr/local/g /usr/local/h; chmod 0600 /usr/local/h; rm /usr/local/h
      mv /etc/nothing /etc/nowhere; rm /etc/nothing; chmod 0600 /etc/nothing; rmdir /etc/nothing`,
    rules: [],
  },
  {
    about: "loader of modules",
    script: `${named("modprobe", "/usr/bin/perl")}
      $D/modprobe -e 'my ($x, $o) = ("no module", ""); syscall(175, $x, 9, $o)'`,
    rules: [],
  },
  {
    about: "attach that fails, and a wish to be traced",
    script: "perl -e 'syscall(101, 16, 0, 0, 0); syscall(101, 0, 0, 0, 0)'",
    rules: [],
  },
  {
    about: "memory that is not run",
    script: `perl -e 'my $n = "x"; syscall(319, $n, 0)'; true`,
    rules: [],
  },
];

const NGINX = "docker.io/library/nginx:1.0";
const OTHER = "docker.io/library/tool:1.0";
/** Perl in a container comes from the host, read-only. */
const HOST_PROGRAMS = "-v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro";
const WEB = "falcod-test-web";
const API = "127.0.0.2";

/** Scripts in which `podman` is the test's own, and somebody listens on $PORT everywhere; busybox runs a program for sure when given its path. */
const IN_CONTAINER: readonly Case[] = [
  {
    about: "shell with a terminal",
    script: `script -qec "podman run --rm -it ${OTHER} /bin/sh -c 'exit 0'" /dev/null`,
    rules: [SHELL],
  },
  {
    about: "shell with a terminal in a container that runs",
    script: `script -qec "podman exec -it falcod-test-other /bin/sh -c 'exit 0'" /dev/null`,
    rules: [SHELL],
  },
  { about: "program in nginx", script: `podman exec ${WEB} /bin/id`, rules: [WATCHED] },
  {
    about: "sudo",
    script:
      `podman exec falcod-test-other /bin/sh -c 'cp /bin/busybox /tmp/sudo; /tmp/sudo; exit 0'`,
    rules: [SUDO],
  },
  {
    about: "connection to the API server",
    script: `podman exec falcod-test-other /bin/nc -w 1 ${API} $PORT`,
    rules: [KUBERNETES],
  },
  {
    about: "loader of modules in a container",
    script: `podman run --rm ${HOST_PROGRAMS} ${OTHER} /bin/sh -c '
      cp /usr/bin/perl /tmp/modprobe
      /tmp/modprobe -e "syscall(175, 0, 0, 0)"; exit 0'`,
    rules: [MODULE],
  },
  {
    about: "shadow of a container, written and read",
    script:
      `podman exec falcod-test-other /bin/sh -c ': >/etc/shadow; /bin/cat /etc/shadow; exit 0'`,
    rules: [READ, ETC],
  },
  // quiet
  {
    about: "shell without a terminal",
    script: `podman exec falcod-test-other /bin/sh -c 'exit 0'`,
    rules: [],
  },
  {
    about: "program with a terminal",
    script: `script -qec "podman exec -it falcod-test-other /bin/id" /dev/null`,
    rules: [],
  },
  { about: "nginx in nginx", script: `podman exec ${WEB} /tmp/nginx`, rules: [] },
  { about: "program elsewhere", script: "podman exec falcod-test-other /bin/id", rules: [] },
  {
    about: "connection to another address",
    script: `podman exec falcod-test-other /bin/nc -w 1 127.0.0.1 $PORT`,
    rules: [],
  },
  {
    about: "connection to the API server from the host",
    script: `busybox nc -w 1 ${API} $PORT`,
    rules: [],
  },
];

const namesOf = (alerts: readonly SeenAlert[]) =>
  [...new Set(alerts.map((alert) => alert.rule))].sort();

async function check({ about, script, rules }: Case, falcod: Falcod, setup: string): Promise<void> {
  const alerts = await falcod.alertsOf(`${setup}\n(${script}\n) >/dev/null 2>&1`);
  const found = JSON.stringify(alerts.map((alert) => alert.output), null, 1);
  assertEquals(namesOf(alerts), rules, `${about}: ${found}\n${falcod.log}`);
}

/** What runs before the engine has said which image it is cannot be judged by it. */
async function imageIsKnown(falcod: Falcod, setup: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const alerts = await falcod.alertsOf(`${setup}\npodman exec ${WEB} /bin/true`);
    if (namesOf(alerts).includes(WATCHED)) return;
  }
  throw new Error(`the image of ${WEB} does not become known\n${falcod.log}`);
}

Deno.test("every one of our rules is fired here", () => {
  const text = Deno.readTextFileSync(FILE);
  const names = [...text.matchAll(/^- rule: (.*)$/gm)].map((match) => match[1]!);
  const fired = new Set([...ON_HOST, ...IN_CONTAINER].flatMap(({ rules }) => rules));
  assertEquals([...fired].sort(), names.sort());
});

kernelTest("our rules fire on the host, and not for what they except", async () => {
  const folder = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "falcod-own-" });
  const layers = ["/etc", "/usr/local"].map((lower, index) => {
    const own = `${folder}/${index}`;
    return `mkdir -p ${own}/upper ${own}/work
      mount -t overlay overlay -o lowerdir=${lower},upperdir=${own}/upper,workdir=${own}/work ${lower}`;
  });
  const stageThrough = ownMounts(
    `mount -t tmpfs tmpfs ${folder}\n${layers.join("\n")}
     mkdir -p ${folder}/d /etc/sudoers.d; : >/etc/sudoers.d/f`,
  );
  try {
    await withFalcod({ rules: RULES, stageThrough }, async (falcod) => {
      for (const each of [...ON_HOST, ...QUIET_ON_HOST]) {
        await check(each, falcod, `export D=${folder}/d`);
      }
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

kernelTest("our rules fire in containers, and not for what they except", async () => {
  await using podman = await Podman.create([OTHER, NGINX]);
  await podman.startService();
  using listener = Deno.listen({ port: 0 });
  const hangUp = async () => {
    for await (const connection of listener) connection.close();
  };
  void hangUp();
  const hosts = `${podman.folder}/hosts`;
  Deno.writeTextFileSync(
    hosts,
    `127.0.0.1 localhost\n${API} kubernetes.default.svc.cluster.local\n`,
  );
  const options = {
    rules: RULES,
    through: ownMounts(`mount --bind ${hosts} /etc/hosts`),
    args: podman.falcodArguments(),
  };
  await withFalcod(options, async (falcod) => {
    const setup = `PATH=${podman.programs}:$PATH PORT=${listener.addr.port}`;
    await falcod.alertsOf(`${setup}
      podman run -d --network host --name falcod-test-other ${OTHER} /bin/sleep 300
      podman run -d --name ${WEB} ${NGINX} /bin/sleep 300
      podman exec ${WEB} /bin/cp /bin/busybox /tmp/nginx`);
    await imageIsKnown(falcod, setup);
    for (const each of IN_CONTAINER) await check(each, falcod, setup);
  });
});
