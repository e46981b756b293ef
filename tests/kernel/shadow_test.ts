/** One file, every way to name it: the reader of /etc/shadow is seen, and both names are shown. */
import { assert, assertEquals } from "../assert.ts";
import { corpusPath, corpusTest } from "../corpus.ts";
import { kernelTest, type SeenAlert, withFalcod } from "./harness.ts";

const OURS = ["rules/falco_rules.yaml"];
const UPSTREAM = "rules/current/falco_rules.yaml";
const READ = "Sensitive file read";
const LINK = "Link to sensitive file";

function only(alerts: readonly SeenAlert[]): SeenAlert {
  assertEquals(alerts.length, 1, JSON.stringify(alerts, null, 1));
  return alerts[0]!;
}

kernelTest("cat /etc/shadow gives one alert that says who did what to which file", async () => {
  await withFalcod({ rules: OURS }, async (falcod, stage) => {
    const alert = only(await falcod.alertsOf("cat /etc/shadow >/dev/null"));
    assertEquals(alert.rule, READ);
    const fields = alert.output_fields;
    assertEquals(fields["fd.name"], "/etc/shadow");
    assertEquals(fields["user.name"], "root");
    assertEquals(fields["user.uid"], 0);
    assertEquals(fields["proc.name"], "cat");
    assertEquals(fields["proc.pname"], "sh");
    assertEquals(fields["proc.cmdline"], "cat /etc/shadow");
    assertEquals(fields["container.id"], "host");
    const late = Date.now() - Date.parse(alert.time);
    assert(late >= 0, `the alert's time is ${late} ms in the past`);
    assert(stage.processId > 0);
  });
});

const WAYS: readonly (readonly [string, string, string])[] = [
  ["a symbolic link", "ln -s /etc/shadow $D/l; cat $D/l", "$D/l"],
  ["/proc/self/root", "cat /proc/self/root/etc/shadow", "/proc/self/root/etc/shadow"],
  [
    "openat2",
    `perl -e '$p = "$ENV{D}/l"; symlink "/etc/shadow", $p; $how = pack "QQQ", 0, 0, 0;
      syscall(437, -100, $p, $how, 24) >= 0 or die'`,
    "$D/l",
  ],
  ["a link to its directory", "ln -s /etc $D/e; cat $D/e/shadow", "$D/e/shadow"],
];

for (const [way, script, given] of WAYS) {
  kernelTest(`/etc/shadow read through ${way} alerts with both names`, async () => {
    const folder = Deno.makeTempDirSync({ prefix: "falcod-shadow-" });
    try {
      await withFalcod({ rules: OURS }, async (falcod) => {
        const alerts = await falcod.alertsOf(`export D=${folder}; (${script}) >/dev/null`);
        const alert = only(alerts.filter((alert) => alert.rule === READ));
        assertEquals(alert.output_fields["fd.nameraw"], given.replace("$D", folder));
        assertEquals(alert.output_fields["fd.realpath"], "/etc/shadow");
        assert(alert.output.includes("/etc/shadow"));
        assert(alert.output.includes(given.replace("$D", folder)));
      });
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

kernelTest("/etc/shadow read by a relative path from /etc alerts under its full name", async () => {
  await withFalcod({ rules: OURS }, async (falcod) => {
    const alert = only(await falcod.alertsOf("cd /etc; cat shadow >/dev/null"));
    assertEquals(alert.rule, READ);
    assertEquals(alert.output_fields["fd.name"], "/etc/shadow");
  });
});

kernelTest("a symbolic or hard link to /etc/shadow alerts, relative or not", async () => {
  // the hard link has to be on the file system of /etc
  const folder = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "falcod-link-" });
  try {
    await withFalcod({ rules: OURS }, async (falcod) => {
      const alerts = await falcod.alertsOf(
        `ln -s /etc/shadow ${folder}/a; ln /etc/shadow ${folder}/b; cd /etc; ln shadow ${folder}/c;
         cd ${folder}; ln -s ../../../etc/shadow d`,
      );
      assertEquals(alerts.map((alert) => alert.rule), [LINK, LINK, LINK, LINK]);
      const last = alerts[3]!.output_fields;
      assertEquals(last["evt.rawarg.target"], "../../../etc/shadow");
      assertEquals(last["evt.arg.target"], "/etc/shadow");
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

corpusTest("upstream's rule file sees the same reads, through a link too", [UPSTREAM], async () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-shadow-" });
  try {
    await withFalcod({ rules: [corpusPath(UPSTREAM)!] }, async (falcod) => {
      const alerts = await falcod.alertsOf(
        `cat /etc/shadow >/dev/null; ln -s /etc/shadow ${folder}/l; cat ${folder}/l >/dev/null`,
      );
      assertEquals(alerts.map((alert) => alert.rule), [
        "Read sensitive file untrusted",
        "Create Symlink Over Sensitive Files",
        "Read sensitive file untrusted",
      ]);
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}, kernelTest);

kernelTest("a tree that does nothing of interest fires nothing", async () => {
  await withFalcod({ rules: [...OURS] }, async (falcod) => {
    const alerts = await falcod.alertsOf(
      "ls / >/dev/null; cat /etc/hostname /etc/passwd >/dev/null; date >/dev/null; id >/dev/null;" +
        " T=$(mktemp); echo x > $T; mv $T $T.2; chmod 600 $T.2; rm $T.2; (sleep 0.1 &) ; uname -a >/dev/null",
    );
    assertEquals(alerts, []);
  });
});
