/** What falcod gives up once it watches, and that it goes on watching without it. */
import { runtimeNeeds } from "../../core/app/guests.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { type Falcod, type FalcodOptions, kernelTest, ownMounts, withFalcod } from "./harness.ts";

interface Thread {
  readonly user: number;
  readonly capabilities: bigint;
  readonly bounding: bigint;
  readonly isBarred: boolean;
}

/** From linux include/uapi/linux/capability.h: DAC_READ_SEARCH and SYS_PTRACE. */
const KEPT = (1n << 2n) | (1n << 19n);
/** The right to end processes of other users. */
const KILL = 1n << 5n;

function threadsOf(processId: number): readonly Thread[] {
  return [...Deno.readDirSync(`/proc/${processId}/task`)].map(({ name }) => {
    const status = Deno.readTextFileSync(`/proc/${processId}/task/${name}/status`);
    const read = (key: string) => new RegExp(`^${key}:\\s*(\\w+)`, "m").exec(status)![1]!;
    return {
      user: Number(read("Uid")),
      capabilities: BigInt(`0x${read("CapEff")}`) | BigInt(`0x${read("CapPrm")}`),
      bounding: BigInt(`0x${read("CapBnd")}`),
      isBarred: read("NoNewPrivs") === "1",
    };
  });
}

function childrenOf(processId: number): readonly number[] {
  const threads = [...Deno.readDirSync(`/proc/${processId}/task`)].map(({ name }) => name);
  return threads.flatMap((thread) =>
    Deno.readTextFileSync(`/proc/${processId}/task/${thread}/children`).trim().split(" ")
  ).filter((child) => child !== "").map(Number);
}

const rule = (name: string, condition: string) =>
  `- rule: ${name}\n  desc: For a test\n  condition: ${condition}\n` +
  "  output: exe=%proc.exepath user=%user.name parent=%proc.pname\n  priority: NOTICE\n";

interface Theatre {
  readonly falcod: Falcod;
  readonly folder: string;
}

async function withRules(
  rules: string,
  options: Omit<FalcodOptions, "rules">,
  play: (theatre: Theatre) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
  Deno.chmodSync(folder, 0o755);
  Deno.writeTextFileSync(`${folder}/rules.yaml`, rules);
  // Only root may read them, and whoever may read everything.
  Deno.chmodSync(`${folder}/rules.yaml`, 0o600);
  try {
    await withFalcod(
      { ...options, rules: [`${folder}/rules.yaml`] },
      (falcod) => play({ falcod, folder }),
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

kernelTest(
  "falcod keeps two capabilities, in all threads, and none of its programs more",
  async () => {
    const rules = rule("Runs", "evt.type = execve and proc.name = uname");
    await withRules(rules, {}, async ({ falcod }) => {
      assertEquals((await falcod.alertsOf("uname >/dev/null")).map(({ rule }) => rule), ["Runs"]);
      const threads = threadsOf(falcod.processId);
      assert(threads.length > 2, `${threads.length} threads`);
      for (const { capabilities, bounding, isBarred } of threads) {
        assertEquals([capabilities, bounding, isBarred], [KEPT, KEPT, true]);
      }
      // Nobody but root may look into its memory, and no core dump has it.
      assertEquals(Deno.statSync(`/proc/${falcod.processId}/mem`).uid, 0);
      assert(
        /privileges: kept CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, as user 0/.test(falcod.log),
        falcod.log,
      );
    });
  },
);

kernelTest("plugins that are listed and not loaded leave falcod no capability more", async () => {
  const listed = ["pager", "cloudtrail"].flatMap((name, index) => [
    ...["-o", `plugins[${index}].name=${name}`],
    ...["-o", `plugins[${index}].library_path=${index === 0 ? name : `lib${name}.so`}`],
  ]);
  const args = [...listed, "-o", "load_plugins=[container]"];
  await withRules(rule("Runs", "evt.type = execve"), { args }, async ({ falcod }) => {
    await falcod.alertsOf("uname >/dev/null");
    const [first] = threadsOf(falcod.processId);
    assertEquals([first!.capabilities, first!.bounding, first!.isBarred], [KEPT, KEPT, true]);
  });
});

kernelTest(
  "rules that want more of the kernel are taken in without the right to load it",
  async () => {
    const rules = rule("Runs", "evt.type = execve and proc.name = uname");
    await withRules(rules, {}, async ({ falcod, folder }) => {
      await falcod.alertsOf("uname >/dev/null");
      Deno.writeTextFileSync(
        `${folder}/rules.yaml`,
        rule("Closes", "evt.type = close and fd.name = /etc/hostname and proc.name = cat") +
          rule("Switches", "evt.type = switch and proc.name = sleep"),
      );
      falcod.kill("SIGHUP");
      await falcod.logged(/rules? (is|are) in effect/);
      const alerts = await falcod.alertsOf("cat /etc/hostname >/dev/null; sleep 0.05");
      const seen = new Set(alerts.map(({ rule }) => rule));
      assertEquals([...seen].sort(), ["Closes", "Switches"]);
      assertEquals(threadsOf(falcod.processId)[0]!.capabilities, KEPT);
    });
  },
);

kernelTest(
  "falcod becomes the user it is to be, and still knows other users' programs",
  async () => {
    const rules = rule("Runs", "evt.type = execve and proc.name = uname");
    const args = ["-o", "privileges.user=65534:65534"];
    await withRules(rules, { args }, async ({ falcod }) => {
      const [alert] = await falcod.alertsOf("uname >/dev/null");
      assert(alert?.output.includes("exe=/usr/bin/uname user=root parent=sh"), alert?.output);
      for (const { user, capabilities } of threadsOf(falcod.processId)) {
        assertEquals([user, capabilities], [65534, KEPT]);
      }
      for (const { name } of Deno.readDirSync(`/proc/${falcod.processId}/task`)) {
        const status = Deno.readTextFileSync(`/proc/${falcod.processId}/task/${name}/status`);
        assertEquals(/^Groups:[ \t]*(.*?)[ \t]*$/m.exec(status)![1], "");
      }
      falcod.kill("SIGHUP");
      await falcod.logged(/rules? (is|are) in effect/);
    });
  },
);

kernelTest("programs that get alerts have all that root has", async () => {
  const rules = rule("Runs", "evt.type = execve and proc.name = uname");
  const file = Deno.makeTempFileSync({ prefix: "falcod-test-" });
  const args = [
    ...["-o", "program_output.enabled=true", "-o", "program_output.keep_alive=false"],
    ...["-o", `program_output.program=grep CapEff /proc/self/status >${file}`],
  ];
  try {
    await withRules(rules, { args }, async ({ falcod }) => {
      await falcod.alertsOf("uname >/dev/null");
      const own = threadsOf(falcod.processId);
      assert(own.every(({ capabilities, isBarred }) => capabilities === KEPT && !isBarred));
      for (let look = 0; Deno.readTextFileSync(file) === "" && look < 200; look++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const [, effective] = /CapEff:\s*(\w+)/.exec(Deno.readTextFileSync(file))!;
      assertEquals(BigInt(`0x${effective}`), own[0]!.bounding);
    });
  } finally {
    Deno.removeSync(file);
  }
});

/** Installs a sink that takes everything, and gives the arguments that have it used. */
async function withSink(folder: string): Promise<readonly string[]> {
  const plugins = `${folder}/plugins`;
  const pager = `${folder}/pager`;
  for (
    const args of [
      ["plugin", "new", "sink", "pager", "--folder", pager],
      ["plugin", "add", pager, "--yes", "--dir", plugins],
    ]
  ) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "main.ts", ...args],
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  }
  return ["-o", `plugins_dir=${plugins}`, "-o", "sinks[0].type=pager"];
}

for (const program of [[], ["-o", "sinks[1].type=program", "-o", "sinks[1].program=cat"]]) {
  const beside = program.length > 0 ? ", beside a program" : "";
  kernelTest(
    `an installed sink that no key but sinks names ends with falcod${beside}`,
    async () => {
      const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
      try {
        const args = [...await withSink(folder), ...program];
        await withRules(rule("Runs", "evt.type = execve"), { args }, async ({ falcod }) => {
          await falcod.logged(/plugin pager: alerts go to/);
          const [{ capabilities }] = threadsOf(falcod.processId) as [Thread];
          assertEquals(capabilities, KEPT | KILL);
          const { log } = await falcod.stop();
          assert(!log.includes("did not close in time"), log);
        });
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  );
}

kernelTest("plugins that falcod may not kill do not keep it from ending", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
  try {
    const options = { args: await withSink(folder), through: ["setpriv", "--bounding-set=-kill"] };
    await withRules(rule("Runs", "evt.type = execve"), options, async ({ falcod }) => {
      await falcod.logged(/plugin pager: alerts go to/);
      const { code, log } = await falcod.stop();
      assertEquals([code, log.includes("did not close in time")], [0, false], log);
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

kernelTest("a plugin that cannot be another user has no capability all the same", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
  try {
    const through = ["setpriv", "--bounding-set=-setuid,-setpcap"];
    const options = { args: await withSink(folder), through };
    await withRules(rule("Runs", "evt.type = execve"), options, async ({ falcod }) => {
      await falcod.logged(/plugin pager: alerts go to/);
      const [plugin] = childrenOf(falcod.processId);
      for (const { user, capabilities } of threadsOf(plugin!)) {
        assertEquals([user, capabilities], [0, 0n]);
      }
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

kernelTest(
  "a plugin is nobody's when it is started again by a falcod that is not root",
  async () => {
    const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
    Deno.chmodSync(folder, 0o755);
    try {
      const args = [...await withSink(folder), "-o", "privileges.user=65534:65534"];
      // What the runtime reads to start may be in a folder of root's; a binary has it in itself.
      const packages = runtimeNeeds((name) => Deno.env.get(name)).runtimeEnvironment["DENO_DIR"]!;
      const cache = `${folder}/cache`;
      Deno.mkdirSync(cache);
      const options = {
        args,
        through: ownMounts(`mount --bind '${packages}' '${cache}'`),
        env: { DENO_DIR: cache },
      };
      await withRules(rule("Runs", "evt.type = execve"), options, async ({ falcod }) => {
        await falcod.logged(/plugin pager: alerts go to/);
        const [first] = childrenOf(falcod.processId);
        const users = threadsOf(first!).map(({ user }) => user);
        Deno.kill(first!, "SIGKILL");
        await falcod.logged(/started again/);
        while (falcod.log.split("alerts go to").length < 3) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const [second] = childrenOf(falcod.processId);
        assert(second !== first);
        for (const { user, capabilities, isBarred } of threadsOf(second!)) {
          assertEquals([user, capabilities, isBarred], [users[0], 0n, true]);
        }
        assert(users[0]! > 1_000_000_000, String(users[0]));
        const { code, log } = await falcod.stop();
        assertEquals([code, log.includes("did not close in time")], [0, false], log);
      });
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
);

kernelTest("what a container was given is enough, and less of it is kept", async () => {
  const given = "-all,+bpf,+perfmon,+sys_ptrace,+dac_read_search";
  const options = { through: ["setpriv", `--bounding-set=${given}`] };
  const rules = rule("Runs", "evt.type = execve and proc.name = uname");
  await withRules(rules, options, async ({ falcod }) => {
    assertEquals((await falcod.alertsOf("uname >/dev/null")).length, 1);
    for (const { capabilities, isBarred } of threadsOf(falcod.processId)) {
      assertEquals([capabilities, isBarred], [KEPT, true]);
    }
    assert(!falcod.log.includes("privileges are kept"), falcod.log);
  });
});

kernelTest("falcod does not go on as a user that it was not to be", async () => {
  const args = ["-o", "privileges.user=65534:65534"];
  const through = ["setpriv", "--bounding-set=-setuid"];
  const rules = rule("Runs", "evt.type = execve and proc.name = uname");
  await assertRejects(
    () => withRules(rules, { args, through }, async () => {}),
    /Cannot become user 65534/,
  );
});

kernelTest("privileges.drop: false leaves everything as it is", async () => {
  const rules = rule("Runs", "evt.type = execve and proc.name = uname");
  await withRules(rules, { args: ["-o", "privileges.drop=false"] }, async ({ falcod }) => {
    const [own] = threadsOf(Deno.pid), [its] = threadsOf(falcod.processId);
    assertEquals(its, own);
    assertEquals((await falcod.alertsOf("uname >/dev/null")).length, 1);
  });
});
