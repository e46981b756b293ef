/**
 * Upstream's 25 stable rules, the file unchanged, each fired by doing what it is about. Containers are
 * real ones; what would be harmful is done so that the kernel refuses it.
 */
import { assert } from "../assert.ts";
import { corpusPath, corpusTest } from "../corpus.ts";
import { type Falcod, kernelTest, withFalcod } from "./harness.ts";
import { Podman } from "./podman.ts";

const RULES = "rules/current/falco_rules.yaml";

interface Case {
  readonly rule: string;
  /** Run by sh on the stage, in a folder of its own that is in $D. */
  readonly script: string;
}

/** A program under another name: its `comm` is what rules go by. */
const named = (name: string, program: string) => `cp ${program} $D/${name}`;

const ON_HOST: readonly Case[] = [
  {
    rule: "Directory traversal monitored file read",
    script: `perl -e 'system {"/bin/cat"} "cat", "/tmp/../tmp/../etc/passwd"' >/dev/null`,
  },
  {
    // the rule spares what programs read in their first five seconds
    rule: "Read sensitive file trusted after startup",
    script: `${named("nginx", "/usr/bin/perl")}
      $D/nginx -e 'sleep 6; open my $f, "<", "/etc/shadow"'`,
  },
  { rule: "Read sensitive file untrusted", script: "cat /etc/shadow >/dev/null" },
  {
    rule: "Run shell untrusted",
    script: `${named("nginx", "/usr/bin/perl")}
      $D/nginx -e 'system {"/bin/sh"} "sh", "-c", "exit 0"'`,
  },
  {
    rule: "System user interactive",
    script: `${named("sshd", "/usr/bin/perl")}
      $D/sshd -e 'if (!fork) { $) = "33 33"; $( = 33; $< = $> = 33; exec "/usr/bin/id" } wait' >/dev/null`,
  },
  {
    rule: "Search Private Keys or Passwords",
    script: "grep 'BEGIN RSA PRIVATE' /etc/hostname; find $D -name id_rsa",
  },
  { rule: "Clear Log Activities", script: ": >$D/access_log" },
  { rule: "Remove Bulk Data from Disk", script: "echo x >$D/f; shred -u $D/f" },
  { rule: "Create Symlink Over Sensitive Files", script: "ln -s /etc/shadow $D/s" },
  { rule: "Create Hardlink Over Sensitive Files", script: "ln /etc/shadow $D/h" },
  {
    rule: "PTRACE attached to process",
    script: `perl -e 'my $p = fork; if (!$p) { sleep 5; exit }
      syscall(101, 16, $p, 0, 0); waitpid $p, 2; syscall(101, 17, $p, 0, 0); kill 9, $p'`,
  },
  { rule: "PTRACE anti-debug attempt", script: "perl -e 'syscall(101, 0, 0, 0, 0)'" },
  { rule: "Find AWS Credentials", script: "grep aws_secret_access_key /etc/hostname" },
  {
    rule: "Execution from /dev/shm",
    script: "F=/dev/shm/falcod-test-$$; cp /bin/true $F; $F; rm $F",
  },
  {
    // a network of its own: 203.0.113.0/24 is for documentation, RFC 5737
    rule: "Disallowed SSH Connection Non Standard Port",
    script: `${named("ssh", "/usr/bin/perl")}
      unshare -n sh -c 'ip link set lo up; ip addr add 203.0.113.1/32 dev lo
        $D/ssh -MIO::Socket::INET -e "
          @both = (IO::Socket::INET->new(LocalAddr => q(203.0.113.1:443), Listen => 1),
            IO::Socket::INET->new(q(203.0.113.1:443)))"'`,
  },
  {
    rule: "Fileless execution via memfd_create",
    script: `perl -e 'my $n = "x"; my $m = syscall(319, $n, 0); open my $o, ">&=", $m; binmode $o;
      open my $i, "<", "/bin/true"; binmode $i; local $/; syswrite $o, scalar <$i>;
      system {"/proc/$$/fd/$m"} "true"'`,
  },
];

/** Perl in the container comes from the host, read-only. */
const HOST_PROGRAMS = "-v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro";
const IMAGE = "docker.io/library/tool:1.0";

const inContainer = (command: string, options = "") =>
  `run --rm --network host ${options} ${IMAGE} ${command}`;

interface ContainerCase {
  readonly rule: string;
  /** Arguments of podman. */
  readonly arguments: string;
  readonly terminal?: boolean;
}

const IN_CONTAINER: readonly ContainerCase[] = [
  {
    rule: "Terminal shell in container",
    arguments: inContainer("sh -c 'exit 0'", "-it"),
    terminal: true,
  },
  {
    rule: "Netcat Remote Code Execution in Container",
    // as the first process of a container nc would not end by a signal
    arguments: inContainer("sh -c 'timeout 1 /bin/nc -l -p 18001 -e /bin/true; exit 0'"),
  },
  {
    rule: "Packet socket created in container",
    arguments: inContainer(
      "/usr/bin/perl -e 'socket my $s, 17, 3, 0'",
      `${HOST_PROGRAMS} --cap-add NET_RAW`,
    ),
  },
  {
    rule: "Redirect STDOUT/STDIN to Network Connection in Container",
    arguments: inContainer(
      `/usr/bin/perl -MIO::Socket::INET -e 'my $l = IO::Socket::INET->new(LocalAddr => "127.0.0.1:18002", Listen => 1);
        my $s = IO::Socket::INET->new("127.0.0.1:18002"); open STDIN, "<&", $s'`,
      HOST_PROGRAMS,
    ),
  },
  {
    // no module at all: the kernel refuses it
    rule: "Linux Kernel Module Injection Detected",
    arguments: inContainer(
      `/usr/bin/perl -e 'my $x = "no module"; my $o = ""; syscall(175, $x, 9, $o)'`,
      `${HOST_PROGRAMS} --cap-add SYS_MODULE`,
    ),
  },
  {
    rule: "Detect release_agent File Container Escapes",
    arguments: inContainer("sh -c 'echo >/tmp/release_agent'", "--cap-add SYS_ADMIN"),
  },
  {
    rule: "Drop and execute new binary in container",
    arguments: inContainer("sh -c 'cp /bin/busybox /tmp/true; /tmp/true'"),
  },
  {
    // the name of the API server is given to falcod as 127.0.0.1, below
    rule: "Contact K8S API Server From Container",
    arguments: inContainer("sh -c 'echo | timeout 1 nc 127.0.0.1 18003; exit 0'"),
  },
];

function fires(rule: string, caused: readonly { readonly rule: string }[], falcod: Falcod): void {
  assert(
    caused.some((alert) => alert.rule === rule),
    `"${rule}" did not fire, but ${
      JSON.stringify(caused.map((alert) => alert.rule))
    }\n${falcod.log}`,
  );
}

corpusTest("upstream's stable rules fire on the host", [RULES], async () => {
  const folder = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "falcod-upstream-" });
  try {
    await withFalcod({ rules: [corpusPath(RULES)!] }, async (falcod) => {
      for (const { rule, script } of ON_HOST) {
        const alerts = await falcod.alertsOf(`export D=${folder}\n(${script}) 2>/dev/null`);
        fires(rule, alerts, falcod);
      }
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}, kernelTest);

corpusTest("upstream's stable rules fire in containers", [RULES], async () => {
  await using podman = await Podman.create([IMAGE]);
  await podman.startService();
  const hosts = `${podman.folder}/hosts`;
  Deno.writeTextFileSync(hosts, "127.0.0.1 localhost kubernetes.default.svc.cluster.local\n");
  const through = [
    "unshare",
    "-m",
    "sh",
    "-c",
    `mount --bind ${hosts} /etc/hosts && exec "$@"`,
    "sh",
  ];
  const args = podman.falcodArguments();
  await withFalcod({ rules: [corpusPath(RULES)!], through, args }, async (falcod) => {
    for (const { rule, arguments: words, terminal } of IN_CONTAINER) {
      const command = `${podman.command} ${words}`;
      const script = terminal
        ? `script -qec ${shellQuote(command)} /dev/null >/dev/null`
        : `${command} >/dev/null 2>&1`;
      fires(rule, await falcod.alertsOf(script), falcod);
    }
    const name = "falcod-privileged";
    // a container that is already known: its metadata comes from the engine, a moment after its start
    const alerts = await falcod.alertsOf(
      `exec >/dev/null 2>&1
       ${podman.command} run -d --rm --privileged --name ${name} ${IMAGE} sh -c 'cp /bin/busybox /tmp/debugfs; sleep 30'
       sleep 2
       ${podman.command} exec ${name} sh -c 'exec /bin/busybox sh -c "ln -s /bin/busybox /bin/debugfs; debugfs"'
       ${podman.command} rm -f -t 0 ${name}`,
    );
    fires("Debugfs Launched in Privileged Container", alerts, falcod);
    const debugfs = alerts.find((alert) => alert.rule.startsWith("Debugfs"))!;
    assert(debugfs.output.includes("process=debugfs"));
  });
}, kernelTest);

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
