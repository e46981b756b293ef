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
      assertEquals(summaryOf(log).get("syscall drops.lifecycle"), undefined, log);
    });
  });
});

const LOOKED = `
- rule: Looked
  desc: Who looks for a file that is not there, and where from
  condition: evt.type = openat and fd.nameraw startswith look-
  output: "%fd.nameraw %container.id %user.uid %proc.cwd %proc.name"
  priority: NOTICE
`;

kernelTest(
  "what processes change while others flood is known when it matters, and hides nobody",
  async () => {
    const id = "0123456789ab".padEnd(64, "c");
    await inFolder(MARKED + LOOKED, async (folder) => {
      const script = `
        use POSIX; my ($d, $none, $fs, $name, $me) = ("${folder}", "none", "cgroup2", "renamed", "0");
        sub look { syscall 257, -100, "look-$_[0]", 0, 0 }
        sub move { syscall 1, $_[0], $me, 1 }
        mkdir "$d/cg";
        if (syscall(165, $none, "$d/cg", $fs, 0, 0)) { print "unsupported: $!"; exit }
        my @files = map { mkdir "$d/cg/$_"; POSIX::open("$d/cg/$_/cgroup.procs", 1) }
          "${"n".repeat(200)}", "docker-${id}.scope";
        my ($away, $home) = @files;
        unless (fork) {
          for (1 .. 30000) { move($away); move($home) }
          look("moved");
          unless (fork) { look("born"); exit }
          wait; move($away); chdir "/etc"; look("elsewhere"); exit
        }
        wait;
        unless (fork) {
          for (1 .. 30000) { chdir "/usr"; chdir "/tmp" }
          syscall(157, 15, $name); POSIX::setgid(2); POSIX::setuid(1); look("changed");
          unless (fork) { look("child"); exit }
          wait; exit
        }
        wait;
        unless (fork) {
          for (1 .. 300) { system "/bin/true", "${WORD}-$_", "y" x 4000 }
          chdir "/var";
          unless (fork) { select undef, undef, undef, 0.02 until -e "$d/go"; look("late"); mkdir "$d/done" }
          exit
        }
        wait;
        rmdir "$d/cg/$_" for "${"n".repeat(200)}", "docker-${id}.scope";
        syscall 166, "$d/cg", 0`;
      Deno.writeTextFileSync(`${folder}/script`, script);
      await withFalcod({ rules: [`${folder}/rules.yaml`] }, async (falcod, stage) => {
        let printed: string;
        Deno.kill(falcod.processId, "SIGSTOP");
        try {
          printed = await stage.run(`exec unshare --mount perl ${folder}/script`);
        } finally {
          Deno.kill(falcod.processId, "SIGCONT");
        }
        if (printed.startsWith("unsupported")) return console.log(`left out: ${printed}`);
        await falcod.settle();
        await stage.run(`touch ${folder}/go; until [ -e ${folder}/done ]; do sleep 0.02; done`);
        await falcod.settle();
        assertEquals(marks(falcod.alerts), counted(300));
        const looks = falcod.alerts.filter(({ rule }) => rule === "Looked");
        const inside = id.slice(0, 12), here = Deno.cwd();
        assertEquals(looks.map(({ output }) => message(output)), [
          `look-moved ${inside} 0 ${here}/ perl`,
          `look-born ${inside} 0 ${here}/ perl`,
          "look-elsewhere host 0 /etc/ perl",
          "look-changed host 1 /tmp/ perl",
          "look-child host 1 /tmp/ renamed",
          "look-late host 0 /var/ perl",
        ]);
        const { log } = await falcod.stop();
        assertEquals(summaryOf(log).get("syscall drops.lifecycle"), undefined, log);
      });
    });
  },
);
