/** Every flag that Falco has or had, with its exit code and the shape of what is printed. */
import { FALCO_FLAGS } from "../../core/app/falco_flags.ts";
import { describeProgram } from "../../core/app/cli/program.ts";
import { denoHost } from "../../core/app/mod.ts";
import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { falcod, Folder, type Result } from "./program.ts";

const RULES = `- rule: Cat runs
  desc: Somebody runs cat
  condition: evt.type = execve and proc.name = cat
  output: cat %proc.cmdline
  priority: NOTICE
  tags: [one]
`;

function files(): Folder {
  const folder = new Folder({ "rules.yaml": RULES, "bad.yaml": "- rule: x\n" });
  Deno.writeTextFileSync(
    folder.file("falco.yaml"),
    `rules_files: [${folder.file("rules.yaml")}]\nstdout_output: {enabled: true}\n` +
      `engine: {kind: nodriver}\nplugins: [{name: k8saudit, library_path: libk8saudit.so, ` +
      `open_params: ${folder.file("audit.log")}}]\n`,
  );
  Deno.writeTextFileSync(folder.file("audit.log"), "");
  return folder;
}

/** userspace/falco/app/options.cpp of 0.33 to 0.45, falco.cpp of 0.18 to 0.32. */
const ALL =
  "-h --help -c --config-schema --rule-schema --disable-source --dry-run --enable-source " +
  "-i --ignored-events -L -l --list --list-events --list-syscall-events --list-plugins -M " +
  "--markdown --format -N -o --option --plugin-info -p --print -P --pidfile -r --support -U " +
  "--unbuffered -V --validate -v --version --page-size -A -b --print-base64 --cri " +
  "--disable-cri-async -D -d --daemon -e -g --gvisor-config --gvisor-generate-config " +
  "--gvisor-root -k --k8s-api -K --k8s-api-cert --k8s-node -m --mesos-api --modern-bpf " +
  "--nodriver -S --snaplen -s --stats-interval -T -t -u --userspace -w --writefile " +
  "--alternate-lua-dir --udig";

Deno.test("falcod takes every flag that Falco ever had", () => {
  const program = describeProgram(denoHost([], ""), () => {});
  const run = program.commands.find((command) => command.name() === "run")!;
  const known = [...program.options, ...run.options].flatMap(({ short, long }) => [short, long]);
  assertEquals(ALL.split(" ").filter((flag) => !known.includes(flag)), ["-h", "--help"]);
  assert(FALCO_FLAGS.length > 30);
});

/** A command line, its exit code, and what has to be in the output; or in the log, behind `!`. */
type Case = readonly [args: string, code: number, ...patterns: RegExp[]];

/** `RULES`, `BAD` and `PID` stand for files; `-c` is added. */
const QUESTIONS: readonly Case[] = [
  ["--version", 0, /^Falco version: \S+/m, /^Engine: {8}0\.\d+\.\d+$/m, /^ {2}Schema version: \d/m],
  ["--version -o json_output=true", 0, /^\{"falco_version":".*"engine_version_semver":"0\./],
  ["--help", 0, /^Usage: falcod/, /--enable-source/],
  ["-h", 0, /^Usage: falcod/],
  ["--list", 0, /^proc\.name\t/m, /^ka\.verb\t/m],
  ["--list=syscall -N", 0, /^proc\.name$/m],
  ["--list k8s_audit -N", 0, /^ka\.verb$/m],
  ["--list -N k8s_audit", 0, /^(?!.*proc\.name).*^ka\.verb$/ms],
  ["--list --format json k8s_audit", 0, /^(?!.*"proc\.name").*"name": "ka\.verb"/s],
  ["--list -N bogus", 1],
  ["--list -N syscall k8s_audit", 1],
  ["--list=syscall -N k8s_audit", 1],
  ["-L k8s_audit", 1],
  ["--list=bogus", 1],
  ["--list --format markdown", 0, /^\| field \|/],
  [
    "--list --format json",
    0,
    /^\{\n {2}"fieldclasses": \[/,
    /"event_sources": \[\n +"syscall",?\n/,
  ],
  ["--list=syscall -N --format json", 0, /^\{\n {2}"fieldnames": \[/, /^ +"proc\.name",$/m],
  ["--list=bogus --format json", 1],
  ["--list --format xml", 1],
  ["--list --format JSON", 0, /^\{\n {2}"fieldclasses": \[/],
  ["--list --markdown", 0, /^\| field \|/],
  ["--list --markdown --format json", 1],
  ["--list-events", 0, /^execve\t/m],
  ["--list-syscall-events --markdown", 0, /^\| event \|/],
  ["--list-events --format json", 0, /^\{\n {2}"schema_version": /, /^ {2}"Metaevents": \[/m],
  ["--list-plugins", 0, /^syscall\tsource\tbuilt in$/m],
  ["--list-plugins --format json", 0, /^\[\{"name":"syscall"/],
  ["--plugin-info k8saudit", 0, /^Name: k8saudit$/m, /^ {2}- Event Sourcing \(ID=1, /m],
  ["--plugin-info container", 0, /^Init config schema type: JSON$/m],
  ["--plugin-info /usr/share/falco/plugins/libjson.so", 0, /^Name: json$/m],
  ["--plugin-info stdout", 0, /^Capabilities:$/m],
  ["--plugin-info k8saudi", 1],
  ["-i", 0, /^Ignored/],
  ["--ignored-events -A", 0, /^Ignored/],
  ["--page-size", 0, /^Your system page size is: \d+ bytes$/m],
  ["-L", 0, /^rule Cat runs$/m],
  ["-l Cat\\ runs", 0, /^rule Cat runs$/m],
  ["-l Dog", 1],
  ["-L -o json_output=true", 0, /^\{"lists":|"rules":\[/],
  ["--support", 0, /"version":/, /"rules_files":/],
  ["-V RULES -o engine.kind=auto", 0, /^\S+rules\.yaml: Ok$/m],
  ["--validate RULES -V RULES", 0, /^\S+rules\.yaml: Ok, with warnings$/m],
  ["-V BAD", 1, /^\S+bad\.yaml: Invalid$/m, /error\[R/],
  ["-V RULES -o json_output=true", 0, /"successful":true/],
  ["-V RULES -L", 0, /^\S+rules\.yaml: Ok[^]*^rule Cat runs$/m],
  ["-V RULES -l Cat\\ runs -o json_output=true", 0, /"falco_describe_results":\{[^]*"rules":\[/],
  ["-V RULES -l Dog", 1],
  ["-V BAD -L", 1, /^\S+bad\.yaml: Invalid$/m],
  ["-V /nowhere.yaml", 1],
  ["--config-schema", 0, /^\{\n {2}"\$schema"/],
  ["--rule-schema", 0, /^\{\n {2}"\$schema"/],
];

const RUNS: readonly Case[] = [
  ["--dry-run", 0],
  ["--dry-run -r RULES -r RULES", 0],
  ["--dry-run=true --unbuffered=false", 0],
  ["--dry-run=maybe", 1],
  ["--dry-run -r BAD", 1],
  ["--dry-run -o json_output=true -o priority=error --option engine.kind=nodriver", 0],
  ["--dry-run -o nothing.like=this", 0],
  ["--dry-run --enable-source k8s_audit", 0],
  ["--dry-run --disable-source k8s_audit", 1],
  ["--dry-run --enable-source bogus", 1],
  ["--dry-run --enable-source k8s_audit --disable-source syscall", 1],
  ["--dry-run -p %proc.name -b -v -S 200", 0],
  ["--dry-run -pc", 0],
  ["--dry-run -pk -U", 0],
  ["--dry-run -D Cat", 0],
  ["--dry-run -T one", 0],
  ["--dry-run -t one", 0],
  ["--dry-run -t one -T two", 1],
  ["--dry-run -A --cri /run/c.sock --disable-cri-async", 0],
  ["--dry-run -d -u --udig --modern-bpf -k http://x -K y --k8s-node z -m w -w file", 0],
  ["--dry-run --alternate-lua-dir /x --gvisor-root /y", 0],
  ["--dry-run --nodriver -s PID.stats --stats-interval 5000", 0],
  ["-M 0.2 -P PID -U", 0],
  ["-M 0.2 --pidfile PID --unbuffered", 0],
  ["-M soon", 1],
  ["-g /nowhere.json --dry-run", 1],
  ["-e /nowhere.scap", 1],
];

async function ask(args: string, folder: Folder): Promise<Result> {
  const words = args.split(/(?<!\\) /).map((word) =>
    word.replace("\\ ", " ").replace("RULES", folder.file("rules.yaml"))
      .replace("BAD", folder.file("bad.yaml")).replace("PID", folder.file("pid"))
  );
  return await falcod(["-c", folder.file("falco.yaml"), ...words]);
}

for (const [what, cases] of [["questions", QUESTIONS], ["runs", RUNS]] as const) {
  Deno.test(`falcod answers as Falco does: ${what}`, async () => {
    using folder = files();
    const wrong: string[] = [];
    for (const [args, code, ...patterns] of cases) {
      const result = await ask(args, folder);
      if (result.code !== code) wrong.push(`${args}: ${result.code}\n${result.error}`);
      for (const pattern of patterns) {
        if (!pattern.test(result.out)) wrong.push(`${args}: no ${pattern} in\n${result.out}`);
      }
      if (code !== 0 && result.error + result.out === "") wrong.push(`${args}: no reason`);
    }
    assertEquals(wrong, []);
    if (what === "runs") assert(/^\d+\n$/.test(Deno.readTextFileSync(folder.file("pid"))));
  });
}

Deno.test("falcod --support is what Falco's is, with the same keys", async () => {
  using folder = files();
  const { out } = await ask("--support", folder);
  const versions = await ask("--version -o json_output=true", folder);
  assertObjectMatch(JSON.parse(out), {
    system_info: { sysname: "Linux" },
    engine_info: JSON.parse(versions.out),
    rules_files: [{ name: folder.file("rules.yaml") }],
  });
});

Deno.test("falcod --support shows no secrets of outputs", async () => {
  using folder = files();
  const { out } = await ask(
    "--support -o http_output.enabled=true " +
      "-o http_output.url=http://bob:hunter22@127.0.0.1:1/s3cr3tpath?token=s3cr3tquery " +
      '-o sinks[]={"type":"slack","webhook_url":"https://127.0.0.1/services/s3cr3thook"} ' +
      '-o sinks[]={"type":"loki","host_port":"http://127.0.0.1:1","user":"u","api_key":"s3cr3tword"} ' +
      "-o program_output.program=curl\\ http://ann:s3cr3tpass@127.0.0.1/",
    folder,
  );
  const { config, cmdline } = JSON.parse(out);
  assert(!/s3cr3t|hunter22/.test(out), out);
  assert(cmdline.includes("127.0.0.1:1/[secret]?token=[secret]"), cmdline);
  assertEquals(config.http_output.enabled, true);
  assertEquals(config.sinks[1].host_port, "http://127.0.0.1:1");
});
