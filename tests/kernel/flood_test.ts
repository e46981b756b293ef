/**
 * Floods of events: what is lost is counted and told, and it is never a change of the process table.
 * Nothing here depends on how quick the machine is: losses are asserted, speeds are printed.
 */
import { assert, assertEquals } from "../assert.ts";
import { buildProgram } from "./build_program.ts";
import { kernelTest, type SeenAlert, withFalcod } from "./harness.ts";
import { ancestorsOf } from "./process_tree.ts";
import { summaryOf } from "./summary.ts";

const UPSTREAM = "../shared/conformance/rules/current/falco_rules.yaml";
const PATHS = "/etc/passwd /etc/hostname /usr/bin/env /etc/ssl/openssl.cnf /etc/hosts /bin/sh";
const OPENS_PER_SECOND = 200_000;
const EXECS_PER_SECOND = 500;
const SECONDS = 20;
const WORD = "falcod-mark";

const MARKED = `
- rule: Marked program
  desc: A program that the load generator ran
  condition: evt.type = execve and proc.args contains ${WORD}-
  output: "%proc.args | %proc.pname | %proc.aname[2]"
  priority: NOTICE
`;
const SHADOW = `
- rule: Shadow read
  desc: Somebody reads the file, and who stands above
  condition: evt.type in (open, openat) and fd.name = /etc/shadow
  output: >
    %proc.name %proc.pname %proc.aname[2] %proc.aname[3] |
    %proc.pid %proc.ppid %proc.apid[2] %proc.apid[3] | %proc.cmdline | %user.name
  priority: NOTICE
`;
const OPENED = `
- rule: Opened
  desc: Every call of a kind that only the load generator makes
  condition: evt.type = open
  output: opened %fd.name
  priority: NOTICE
`;

interface Made {
  readonly made: number;
  readonly failed: number;
  readonly milliseconds: number;
}

/** What a load generator printed. */
function made(path: string): Made {
  return JSON.parse(Deno.readTextFileSync(path));
}

/** The numbers behind the word, as often as they came. */
function marks(alerts: readonly SeenAlert[]): number[] {
  return alerts.filter(({ rule }) => rule === "Marked program")
    .map(({ output }) => Number(/falcod-mark-(\d+)/.exec(output)?.[1]))
    .sort((a, b) => a - b);
}

/** 1, 2, … count */
function counted(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** The rules stand in `rules.yaml` of the folder. */
async function inFolder(rules: string, body: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-flood-" });
  try {
    Deno.writeTextFileSync(`${folder}/rules.yaml`, rules);
    await body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

kernelTest(
  "a flood of opens hides no program, and the process table is right after it",
  async () => {
    const load = await buildProgram("load");
    await inFolder(MARKED + SHADOW, async (folder) => {
      const rules = [UPSTREAM, `${folder}/rules.yaml`];
      // Nobody wants these files: only what leaves the kernel is a flood.
      const args = ["-o", "engine.falcod.kernel_filter=false"];
      await withFalcod({ rules, args }, async (falcod, stage) => {
        await stage.run(
          `${load} open ${OPENS_PER_SECOND} ${SECONDS} ${PATHS} >${folder}/opens &
         ${load} exec ${EXECS_PER_SECOND} ${SECONDS} ${WORD} >${folder}/execs & wait`,
        );
        const opens = made(`${folder}/opens`), execs = made(`${folder}/execs`);
        await falcod.settle();
        assertEquals(marks(falcod.alerts), counted(execs.made));
        const wrong = falcod.alerts.filter(({ rule, output }) =>
          rule === "Marked program" && !/^none falcod-mark-\d+ \| load \| sh$/.test(message(output))
        );
        assertEquals(wrong, []);

        for (const name of ["outer", "inner"]) Deno.copyFileSync("/bin/sh", `${folder}/${name}`);
        await stage.run(`chmod 755 ${folder}/outer ${folder}/inner`);
        const before = falcod.alerts.length;
        const script = `cat /etc/shadow >/dev/null & echo $! $$ >${folder}/inner.id; wait; :`;
        Deno.writeTextFileSync(`${folder}/script`, script);
        await stage.run(
          `${folder}/outer -c 'echo $$ >${folder}/outer.id; ${folder}/inner ${folder}/script; :'`,
        );
        await falcod.settle();
        const reads = falcod.alerts.slice(before).filter(({ rule }) => rule === "Shadow read");
        const [cat, inner] = Deno.readTextFileSync(`${folder}/inner.id`).trim().split(" ");
        const outer = Deno.readTextFileSync(`${folder}/outer.id`).trim();
        assertEquals(reads.map(({ output }) => message(output).trim()), [
          `cat inner outer sh | ${cat} ${inner} ${outer} ${stage.processId} | cat /etc/shadow | root`,
        ]);

        const sleepers =
          (await stage.run("for i in 1 2 3; do sleep 300 >/dev/null & echo $!; done"))
            .split("\n").map(Number);
        try {
          await falcod.settle();
          const { code, log } = await falcod.stop();
          const summary = summaryOf(log);
          tell(opens, execs, summary);
          assertEquals(code, 0, log);
          assertEquals(opens.failed + execs.failed, 0);
          const known = ancestorsOf(stage.processId) + 1 + sleepers.length;
          assertEquals(
            [summary.get("processes known"), summary.get("threads")],
            [known, known],
            log,
          );
          // one exec, one fork and one exit each, and those of the stage
          assert(summary.get("syscall events.lifecycle")! >= 3 * execs.made, log);
          assertEquals(summary.get("syscall drops.lifecycle"), undefined, log);
          assertEquals(summary.get("syscall unreadable.lifecycle"), undefined, log);
          assertEquals(summary.get("syscall corrupt_records"), undefined, log);
          assertEquals(summary.get("changes of processes nobody knew"), undefined, log);
          assertEquals(summary.get("processes whose end was missed"), undefined, log);
          const seen = summary.get("syscall events.file")!;
          const lost = summary.get("syscall drops.file") ?? 0;
          assert(seen + lost >= opens.made, `${seen} seen, ${lost} lost of ${opens.made}`);
          assertEquals(
            lost > 0,
            /events were lost before any rule saw them: \d+ file/.test(log),
            log,
          );
        } finally {
          for (const id of sleepers) Deno.kill(id, "SIGKILL");
        }
      });
    });
  },
);

function tell(opens: Made, execs: Made, summary: ReadonlyMap<string, number>): void {
  const perSecond = ({ made, milliseconds }: Made) => Math.round(made * 1000 / milliseconds);
  const lost = summary.get("syscall drops.file") ?? 0;
  console.log(
    `${perSecond(opens)} opens/s and ${perSecond(execs)} execs/s made, ${lost} file events lost`,
  );
}

/** An alert's line without time and priority. */
function message(output: string): string {
  return output.slice(output.indexOf("Notice ") + "Notice ".length);
}

kernelTest(
  "what a full ring refuses is counted and told; programs are still all seen",
  async () => {
    const load = await buildProgram("load");
    await inFolder(MARKED + OPENED, async (folder) => {
      const options = {
        rules: [`${folder}/rules.yaml`],
        args: ["-o", "engine.modern_ebpf.buf_size_preset=1"],
      };
      await withFalcod(options, async (falcod, stage) => {
        // While falcod stands still nothing leaves the rings, on machines of any speed.
        Deno.kill(falcod.processId, "SIGSTOP");
        try {
          await stage.run(
            `${load} open 50000 1 ${PATHS} >${folder}/opens & ${load} exec 200 1 ${WORD} >${folder}/execs & wait`,
          );
        } finally {
          Deno.kill(falcod.processId, "SIGCONT");
        }
        await falcod.settle();
        const opens = made(`${folder}/opens`), execs = made(`${folder}/execs`);
        assertEquals(marks(falcod.alerts), counted(execs.made));
        await falcod.logged(/events were lost before any rule saw them/);
        const { code, log } = await falcod.stop();
        assertEquals(code, 0, log);
        const summary = summaryOf(log);
        const seen = summary.get("syscall events.file")!, lost = summary.get("syscall drops.file")!;
        assert(seen > 0 && lost > 0, log);
        assertEquals(seen + lost, opens.made);
        assertEquals(summary.get('alerts of "Opened"'), seen);
        assertEquals(falcod.alerts.filter(({ rule }) => rule === "Opened").length, seen);
        assertEquals(summary.get("syscall drops.lifecycle"), undefined, log);
        assert(log.includes(`: ${lost} file; a larger engine.modern_ebpf.buf_size_preset`), log);
      });
    });
  },
);

kernelTest("names that change without end and long arguments hide no program", async () => {
  const flood = `my @names = ("one", "two"); syscall 157, 15, $names[$_ & 1] for 1 .. 60000`;
  const start = `for (1 .. 100) { system "/bin/true", "${WORD}-$_", "y" x 60000 }`;
  await inFolder(MARKED, async (folder) => {
    Deno.writeTextFileSync(`${folder}/start`, start);
    await withFalcod({ rules: [`${folder}/rules.yaml`] }, async (falcod, stage) => {
      // Whoever is quicker than falcod fills the ring; so does whoever comes while it stands still.
      Deno.kill(falcod.processId, "SIGSTOP");
      try {
        await stage.run(`perl -e '${flood}'; perl ${folder}/start`);
      } finally {
        Deno.kill(falcod.processId, "SIGCONT");
      }
      await falcod.settle();
      assertEquals(marks(falcod.alerts), counted(100));
      const { log } = await falcod.stop();
      assert(summaryOf(log).get("syscall drops.lifecycle")! > 10_000, log);
    });
  });
});
