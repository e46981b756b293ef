/** What programs call themselves, their files and their arguments never breaks a line of the log. */
import { assert, assertEquals } from "../assert.ts";
import { kernelTest, Stage, withFalcod } from "./harness.ts";

const FORGED = "12:00:00.000000000: Critical Forged rule (user=root)";
const FORGED_JSON = '{"rule":"Forged rule","priority":"Critical"}';

/** A name, an argument and a path with a line end, an escape sequence, bytes that are no UTF-8, a C1 control. */
const ACTOR = String.raw`
  my $evil = "x\n${FORGED}\n" . q(${FORGED_JSON}) . "\n\e[2J\e]0;title\a\xff\xfe\xc2\x9b31m\x7f\xed\xa0\x80";
  (my $file = $evil) =~ s(/)()g;
  my ($n, $comm) = (15, "e\n12:\e[1m\xff"); syscall 157, $n, $comm;
  open F, ">", "$ENV{D}/$file"; close F; unlink "$ENV{D}/$file"; mkdir "$ENV{D}/$file"; rmdir "$ENV{D}/$file";
  symlink $evil, "$ENV{D}/l"; unlink "$ENV{D}/l";
  $ENV{$evil} = $evil; system {"/bin/true"} $evil, $evil, "--", $evil;
  exec {"/none/$evil"} $evil;
`;

const RULE = `
- rule: Hostile
  desc: Shows names as programs choose them
  condition: >
    evt.type in (open, openat, mkdir, unlink, symlink, execve, rmdir) and
    (proc.args contains Forged or evt.args contains Forged)
  output: >
    Seen (name=%proc.name cmdline=%proc.cmdline exe=%proc.exe file=%fd.name path=%fs.path.name args=%evt.args
    parent=%proc.pname env=%proc.env)
  priority: WARNING
- rule: End
  desc: Says that the events before it have been judged
  condition: evt.type = execve and proc.args = "the end"
  output: the end
  priority: DEBUG
`;

async function withRules(body: (rules: string, folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-hostile-" });
  try {
    Deno.writeTextFileSync(`${folder}/rules.yaml`, RULE);
    Deno.writeTextFileSync(`${folder}/actor.pl`, ACTOR);
    await body(`${folder}/rules.yaml`, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/;

kernelTest("hostile names cannot forge a line of JSON", async () => {
  await withRules(async (rules, folder) => {
    await withFalcod({ rules: [rules] }, async (falcod) => {
      // the harness reads every line of standard output as an alert of a rule it knows
      const alerts = await falcod.alertsOf(`export D=${folder}; perl ${folder}/actor.pl`);
      assert(alerts.length >= 5, JSON.stringify(alerts.map(({ output }) => output)));
      assertEquals(alerts.filter(({ rule }) => rule !== "Hostile"), []);
      assert(alerts.some(({ output }) => output.includes(FORGED)));
    });
  });
});

kernelTest("hostile names cannot forge a line of text", async () => {
  await withRules(async (rules, folder) => {
    await using stage = new Stage();
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--allow-all", "main.ts", "run", "-r", rules],
        ...["--scope", `pid:${stage.processId}`, "-o", "json_output=false"],
        ...["-o", "rule_matching=all"],
      ],
      stdout: "piped",
      stderr: "piped",
    });
    await using falcod = command.spawn();
    const log = falcod.stderr.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    for (let said = ""; !said.includes("falcod: watching");) {
      const { value, done } = await log.next();
      assert(!done, said);
      said += value;
    }
    await stage.run(`export D=${folder}; perl ${folder}/actor.pl; /bin/true the end`);
    let bytes = "";
    for await (
      const text of falcod.stdout.pipeThrough(new TextDecoderStream("utf-8", { fatal: true }))
    ) {
      bytes += text;
      if (/: Debug the end\n$/.test(bytes)) break;
    }
    const lines = bytes.split("\n").slice(0, -1);
    assert(lines.length >= 6, bytes);
    for (const line of lines) {
      assert(/^\d\d:\d\d:\d\d\.\d{9}: (Warning Seen \(|Debug the end$)/.test(line), line);
      assert(!CONTROLS.test(line), JSON.stringify(line));
    }
  });
});
