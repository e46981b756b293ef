/**
 * Live = replay: what falcod records of a workload raises, replayed, the alerts that the workload raised
 * live, field by field.
 */
import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { falcod } from "../cli/program.ts";
import { corpusPath, corpusTest } from "../corpus.ts";
import { kernelTest, ownMounts, withFalcod } from "./harness.ts";
import { comparedFields } from "./compared_fields.ts";
import { comparable, isOfResolvedName, replayDifferences } from "./live_replay.ts";
import { Podman } from "./podman.ts";
import { Recording, replayOf } from "./recording.ts";

const UPSTREAM = "rules/current/falco_rules.yaml";
const OWN = "rules/falco_rules.yaml";

const named = (name: string, program: string) => `cp ${program} $D/${name}`;

/** Run by sh on the stage; $D is a folder of its own, /etc a layer that only the stage sees. */
const DEEDS: readonly string[] = [
  "cat /etc/shadow",
  "cd /etc && cat shadow",
  "cd / && perl -e 'opendir my $d, q(/etc); syscall(257, fileno $d, q(shadow), 0)'",
  "exec 9</etc && cat <&9; cat /proc/self/fd/9/../etc/shadow",
  `perl -e 'system {"/bin/cat"} "cat", "/tmp/../tmp/../etc/passwd"'`,
  `${named("nginx", "/usr/bin/perl")}; $D/nginx -e 'system {"/bin/sh"} "sh", "-c", "exit 0"'`,
  `${named("sshd", "/usr/bin/perl")}
   $D/sshd -e 'if (!fork) { $) = "33 33"; $( = 33; $< = $> = 33; exec "/usr/bin/id" } wait'`,
  "grep 'BEGIN RSA PRIVATE' /etc/hostname; find $D -name id_rsa",
  ": >$D/access_log; echo x >$D/f; shred -u $D/f",
  "ln -s /etc/shadow $D/s; ln /etc/shadow /etc/f.hard",
  "perl -e 'syscall(101, 0, 0, 0, 0)'",
  `perl -e 'my $p = fork; if (!$p) { sleep 5; exit }
    syscall(101, 16, $p, 0, 0); waitpid $p, 2; syscall(101, 17, $p, 0, 0); kill 9, $p'`,
  "F=/dev/shm/falcod-test-$$; cp /bin/true $F; $F; rm $F",
  `${named("ssh", "/usr/bin/perl")}
   unshare -n sh -c 'ip link set lo up; ip addr add 203.0.113.1/32 dev lo
     $D/ssh -MIO::Socket::INET -e "
       @both = (IO::Socket::INET->new(LocalAddr => q(203.0.113.1:443), Listen => 1),
         IO::Socket::INET->new(q(203.0.113.1:443)))"'`,
  `perl -e 'my $n = "x"; my $m = syscall(319, $n, 0); open my $o, ">&=", $m; binmode $o;
    open my $i, "<", "/bin/true"; binmode $i; local $/; syswrite $o, scalar <$i>;
    system {"/proc/$$/fd/$m"} "true"'`,
  ": >/etc/f; echo >>/etc/f; mv /etc/f /etc/f.moved; ln -s nowhere /etc/f.symbolic; rm /etc/f.moved",
  "cd /tmp; : >../etc/g; mkdir /etc/f.directory",
  ": >/etc/h; perl -e 'open my $f, q(<), q(/etc/h); chmod 0600, $f; chown 2, 2, $f'",
  // a thread of Perl's reads
  "perl -Mthreads -e 'threads->create(sub { open my $f, q(<), q(/etc/shadow) })->join'",
];

async function compare(rules: readonly string[]): Promise<void> {
  const folder = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "falcod-record-" });
  const stageThrough = ownMounts(
    `mount -t tmpfs tmpfs ${folder}
     mkdir -p ${folder}/upper ${folder}/work ${folder}/d
     mount -t overlay overlay \
       -o lowerdir=/etc,upperdir=${folder}/upper,workdir=${folder}/work /etc`,
  );
  const file = `${folder}.scap`;
  try {
    await withFalcod({ rules, stageThrough }, async (falcod, stage) => {
      await using recording = await Recording.of(stage, file);
      for (const deed of DEEDS) {
        await falcod.alertsOf(`export D=${folder}/d\n(${deed}\n) >/dev/null 2>&1`);
      }
      await recording.stop();
      const replayed = await recording.replay(rules);
      // One that only the kernel's name of a file raised has no counterpart.
      const live = falcod.alerts.filter((alert) => !isOfResolvedName(alert));
      assert(live.length >= 10, `only ${live.length} alerts: ${live.map(({ rule }) => rule)}`);
      assertEquals(replayed.map(comparable), live.map(comparable));
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
    await Deno.remove(file).catch(() => {});
  }
}

kernelTest("a recording raises the alerts of our rules that were raised live", async () => {
  await compare([OWN]);
});

corpusTest(
  "a recording raises the alerts of upstream's rules that were raised live",
  [
    UPSTREAM,
  ],
  () => compare([corpusPath(UPSTREAM)!]),
  kernelTest,
);

kernelTest("a recording is full at its limit, and can be read", async () => {
  await withFalcod({ rules: [OWN] }, async (_falcod, stage) => {
    const file = await Deno.makeTempFile({ prefix: "falcod-record-", suffix: ".scap" });
    try {
      await using recording = await Recording.of(stage, file, ["--size-limit", "0.1"]);
      await stage.run("find /usr/lib -maxdepth 2");
      const { code, log } = await recording.ended();
      assertEquals(code, 0, log);
      assert(log.includes("size limit"), log);
      assert(Deno.statSync(file).size <= 0.1 * (1 << 20));
      await recording.replay([OWN]);
    } finally {
      Deno.removeSync(file);
    }
  });
});

kernelTest("recordings that follow each other tell what one would, each by itself", async () => {
  const folder = await Deno.makeTempDir({ prefix: "falcod-record-" });
  try {
    await withFalcod({ rules: [OWN] }, async (_falcod, stage) => {
      const rotating = ["--rotate-size", "0.3"];
      await using recording = await Recording.of(stage, `${folder}/x.scap`, rotating);
      await stage.run("exec 5</etc/hostname; for i in $(seq 300); do cat <&5 >/dev/null; done");
      const log = await recording.stop();
      assert(/recorded \d+ events into \d+ captures, the last one /.test(log), log);
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      assert(names.length > 3, `${names}`);
      const whole = names.filter((name) => log.includes(`events in ${folder}/${name}\n`));
      assertEquals(whole, names.slice(0, -1));
      const seen = await Promise.all(names.map(async (name) => {
        const filter = "proc.name = cat and evt.type = read and fd.num = 0";
        const fields = "fd.name,proc.cmdline,proc.pname,proc.aname[2]";
        const asked = ["--filter", filter, "--fields", fields];
        const { out, error } = await falcod(["replay", `${folder}/${name}`, ...asked]);
        assert(out !== "", `${name}: ${error}`);
        return out.split("\n").slice(0, -1);
      }));
      // Each cat reads twice, or once where the file has come to its end.
      assertEquals(seen.flat().length, 301);
      assertEquals(new Set(seen.flat()).size, 1, seen.flat()[0]);
      assert(seen[0]![0]!.startsWith("/etc/hostname\tcat\tsh\t"), seen[0]![0]);
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

kernelTest(
  "a recording that a full disk has no place for leaves the file that is there",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "falcod-record-" });
    const inside = `mount -t tmpfs -o size=64k tmpfs ${folder}
    printf '\\n\\r\\r\\nof yesterday' >${folder}/x.scap
    dd if=/dev/zero of=${folder}/fill bs=1k count=64 2>/dev/null
    "$@"; code=$?
    rm ${folder}/fill; ls -A ${folder}; cat ${folder}/x.scap; exit $code`;
    try {
      const { code, out, error } = await falcod(
        ["record", "-w", `${folder}/x.scap`, "--scope", `pid:${Deno.pid}`],
        { under: ["unshare", "--mount", "sh", "-c", inside, "sh"] },
      );
      assertEquals([code, out], [1, "x.scap\n\n\r\r\nof yesterday"], error);
      assert(error.includes("No space left on device"), error);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
);

kernelTest("a rule captures what comes after it, longer while rules match", async () => {
  const folder = await Deno.makeTempDir({ prefix: "falcod-capture-" });
  const rules = `${folder}/rules.yaml`;
  await Deno.writeTextFile(
    rules,
    `- rule: begins
  desc: for a test
  condition: evt.type = openat and fd.name = ${folder}/begin
  output: begins
  priority: NOTICE
  capture: true
  capture_duration: 60000
- rule: matches
  desc: for a test
  condition: evt.type in (openat, unlinkat) and fs.path.name startswith ${folder}/then
  output: "%evt.type %fs.path.name %proc.name"
  priority: NOTICE
`,
  );
  const capture = ["enabled=true", `path_prefix=${folder}/own`].flatMap((key) => [
    "-o",
    `capture.${key}`,
  ]);
  try {
    await withFalcod({ rules: [rules], args: capture }, async (falcod) => {
      await falcod.alertsOf(`touch ${folder}/then-before`);
      await falcod.alertsOf(
        `touch ${folder}/begin; cd ${folder}; touch then-1; rm then-1; cat then-none`,
      );
      const { code, log } = await falcod.stop();
      assertEquals(code, 0, log);
    });
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name.endsWith(".scap"));
    assertEquals(files.length, 1);
    assert(/^own_\d{20}_\d{20}\.scap$/.test(files[0]!), files[0]);
    const replayed = await replayOf(`${folder}/${files[0]}`, [rules]);
    assertEquals(replayed.map(({ output }) => output.replace(/^.*?: Notice /, "")), [
      "begins",
      `openat ${folder}/then-1 touch`,
      `unlinkat ${folder}/then-1 rm`,
      `openat ${folder}/then-none cat`,
    ]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** Fields about containers that engines fill. */
const TOLD = [
  ...["id", "full_id", "name", "type", "privileged", "labels", "mounts", "start_ts"],
  ...["image", "image.id", "image.repository", "image.tag"],
  ...["host_pid", "host_network", "host_ipc"],
];

kernelTest("a recording tells what its containers are called", async () => {
  const image = "docker.io/library/tool:1.0";
  await using podman = await Podman.create([image]);
  await podman.startService();
  const rules = `${podman.folder}/rules.yaml`;
  await Deno.writeTextFile(
    rules,
    `- rule: in container
  desc: for a test
  condition: evt.type = execve and container.name = falcod-test-recorded and proc.args = falcod-mark
  output: "%proc.name %user.name %group.name ${
      TOLD.map((field) => `%container.${field}`).join(" ")
    }"
  priority: NOTICE
`,
  );
  const args = podman.falcodArguments();
  await withFalcod({ rules: [rules], args }, async (falcod, stage) => {
    await using recording = await Recording.of(stage, `${podman.folder}/own.scap`, args);
    const alerts = await falcod.alertsOf(
      `${podman.command} run --rm --user alice -v /tmp:/mnt:ro --pid=host --label a=b --name falcod-test-recorded ${image} \\
         sh -c 'sleep 2; /bin/true falcod-mark' >/dev/null 2>&1`,
    );
    await recording.stop();
    const replayed = await recording.replay([rules]);
    assertEquals(replayed.map(comparable), alerts.map(comparable));
    assertEquals(alerts.length, 1);
    assertObjectMatch(alerts[0]!.output_fields, {
      "user.name": "alice",
      "group.name": "staff",
      "container.host_pid": true,
      "container.host_network": false,
      "container.labels": "a:b",
    });
    assertEquals(Object.values(alerts[0]!.output_fields).includes(null), false);
  });
});

kernelTest("every field of what a container does is the same in a replay", async () => {
  const image = "docker.io/library/tool:1.0";
  await using podman = await Podman.create([image]);
  await podman.startService();
  const rules = `${podman.folder}/rules.yaml`;
  const fields = [...comparedFields(), ...TOLD.map((field) => `container.${field}`)];
  await Deno.writeTextFile(
    rules,
    `- rule: in container
  desc: for a test
  condition: >
    container.name = falcod-test-recorded and
    (proc.cmdline contains falcod-mark or proc.acmdline contains falcod-mark)
  output: "${fields.map((field) => `%${field}`).join(" ")}"
  priority: NOTICE
`,
  );
  const args = podman.falcodArguments();
  await withFalcod({ rules: [rules], args }, async (falcod, stage) => {
    await using recording = await Recording.of(stage, `${podman.folder}/own.scap`, args);
    // By then both know the container's name; the mark is not on the outer command line, which is older.
    const deeds = "cd /etc; read x <passwd; echo x >/tmp/f; (exec /bin/true); exit 3";
    const alerts = await falcod.alertsOf(
      `${podman.command} run --rm --user alice --name falcod-test-recorded ${image} \\
         sh -c 'sleep 2; m=mark; /bin/sh -c "${deeds}" falcod-$m' >/dev/null 2>&1`,
    );
    await recording.stop();
    assert(alerts.length >= 10, `only ${alerts.length} events`);
    assertEquals(replayDifferences(alerts, await recording.replay([rules])), []);
  });
});
