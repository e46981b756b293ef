import { assert, assertEquals } from "../assert.ts";
import { falcod, falcodCommand, falcodProgram } from "./program.ts";

Deno.test("falcod --help names every command and gives examples", async () => {
  const { code, out, error } = await falcod(["--help"]);
  assertEquals([code, error], [0, ""]);
  for (const word of ["run", "validate", "list", "explain-code", "probe", "version", "Examples:"]) {
    assert(out.includes(word), word);
  }
});

Deno.test("falcod explains a command with help and with --help alike", async () => {
  const [asked, flagged] = await Promise.all([
    falcod(["help", "run"]),
    falcod(["run", "--help"]),
  ]);
  assertEquals(asked, flagged);
  for (const flag of ["-c", "-r", "-o", "-M", "-U", "--scope", "Examples:"]) {
    assert(asked.out.includes(flag), flag);
  }
  const [inner, own] = await Promise.all([
    falcod(["help", "list", "fields"]),
    falcod(["list", "fields", "--help"]),
  ]);
  assertEquals(inner, own);
});

Deno.test("falcod validate --help says what it does not try, and who does", async () => {
  const { out } = await falcod(["validate", "--help"]);
  assert(/is not tried[^]*falcod run --dry-run tries it/.test(out), out);
});

Deno.test("falcod refuses what it does not understand, with exit code 1 and a hint", async () => {
  const cases: [string[], RegExp][] = [
    [["vaildate"], /unknown command 'vaildate'[^]*validate/],
    [["--frobnicate"], /unknown option '--frobnicate'/],
    [["run", "--scop", "pid:1"], /unknown option '--scop'[^]*--scope/],
    [["run", "--scope", "12"], /pid:1234/],
    [["--scope", "pid:0"], /pid:1234/],
    [["-M", "soon"], /number of seconds/],
    [["run", "stray"], /too many arguments/],
    [["list", "bogus"], /unknown command 'bogus'/],
    [["-c"], /argument missing/],
    [["validate", "--frob"], /falcod validate --help/],
    [["validate", "--color", "alway"], /Did you mean "always"\?/],
    [["validate", "--color=red"], /There are: auto, always, never\./],
    [["replay", "x", "--source", "k8saudit"], /Did you mean "k8s_audit"\?/],
    [["list", "rules", "--frob"], /falcod list rules --help/],
    [
      ["artifact", "install", "falco-rules:3"],
      /falcod plugin add oci:\/\/ghcr\.io\/falcosecurity\/rules\/falco-rules:3 /,
    ],
    [
      ["falcoctl", "artifact", "install", "-v", "okta"],
      /falcod plugin add --trusted oci:\/\/ghcr\.io\/falcosecurity\/plugins\/plugin\/okta /,
    ],
    [["driver", "config", "--type", "kmod"], /falcod probe .*needs no driver/],
    [["my.yaml"], /unknown command[^]*falcod run -r my\.yaml [^]*falcod validate my\.yaml /],
    [["run", "-o", "a=1", "b.c=2", "d[]=3"], /own: -o b\.c=2 -o d\[\]=3/],
    [["run", "my.yml"], /too many arguments[^]*falcod run -r my\.yml [^]*falcod validate my\.yml /],
    [["/x/falco.yaml"], /falcod run -c \/x\/falco\.yaml /],
    [["-M", "1", "an event.scap"], /falcod replay 'an event\.scap' /],
    [["deno.json"], /falcod validate deno\.json /],
    [["help", "vaildate"], /unknown command 'vaildate'[^]*Did you mean validate\?/],
    [["help", "list", "felds"], /unknown command 'felds'[^]*falcod list --help/],
    [["validate", "-V", "x.yaml"], /flag of Falco, and goes without a command: falcod -V …/],
    [["replay", "-e", "x.scap"], /flag of Falco, and goes without a command: falcod -e …/],
    [["replay", "-r", "x.scap"], /Of a capture only the path is written: falcod replay <path>/],
    [["replay", "x.scap", "-p", "%evt.num"], /unknown option '-p'\n\(Did you mean --print\?\)/],
    [["replay", "x.scap", "proc.name=cat"], /written behind --filter: --filter proc\.name=cat\n/],
    [
      ["proc.name=cat"],
      /record -w - --filter proc\.name=cat \| falcod replay - --print '%evt\.time/,
    ],
    [["-M", "1", "fd.num", "<", "3"], /got fd\.num, <, 3\.\nTo see[^]*--filter 'fd\.num < 3' \|/],
    [["run", "-o", "a=1", "evt.type=open"], /own: -o evt\.type=open\n/],
    [["replay", "x.scap", "-c", "spy_users"], /There are no chisels: --filter picks events/],
    [["record", "-w", "x.scap", "all"], /record takes no 'all'/],
    [["record", "-w", "x.scap", "fd.num", "<", "3"], /behind --filter: --filter 'fd\.num < 3'\n/],
    [["--rules", "x.yaml"], /unknown option '--rules'\n\(Did you mean -r\?\)/],
    [["--json"], /JSON is asked for with -o json_output=true/],
    [["-o", "json_output", "true"], /-o takes one word: -o json_output=true/],
    [["version", "-r", "x"], /unknown option '-r'\nfalcod version --help/],
  ];
  for (const [args, expected] of cases) {
    const { code, out, error } = await falcod(args);
    assertEquals(code, 1, args.join(" "));
    assertEquals(out, "");
    assert(expected.test(error), error);
  }
});

Deno.test("falcod takes the arguments of Falco's image, whose first one is the program", async () => {
  const [own, ...ofImage] = await Promise.all([
    falcod(["--list", "-N"]),
    falcod(["/usr/bin/falco", "--list", "-N"]),
    falcod(["falco", "--list", "-N"]),
  ]);
  assertEquals([own.code, own.out.includes("proc.name\n")], [0, true]);
  assertEquals(ofImage, [own, own]);
});

Deno.test("arguments that falcod refuses cannot act on the terminal", async () => {
  const evil = "x\x1b[31m\x9b2J\u202e";
  for (
    const args of [[evil], [`--${evil}`], ["-M", evil], ["list", evil], ["-r", evil, "-o", evil]]
  ) {
    const { code, out, error } = await falcod(args);
    assertEquals([code, out], [1, ""]);
    assert(!/[^\n\P{C}]/u.test(error), error);
  }
});

Deno.test("falcod version says what it is made of, as text and as JSON", async () => {
  const [text, short, json] = await Promise.all([
    falcod(["version"]),
    falcod(["--version"]),
    falcod(["version", "--json"]),
  ]);
  const versions = JSON.parse(json.out);
  assert(text.out.startsWith(`falcod ${versions.falcod}\n`));
  assert(short.out.startsWith(`Falco version: ${versions.falcod} (falcod)\n`));
  assert(text.out.includes(versions.engine));
  assertEquals([text.code, short.code, json.code], [0, 0, 0]);
});

Deno.test("what only falcod itself starts refuses arguments of others, and says whose they are", async () => {
  const policy = JSON.stringify({ permissions: {}, userId: 1, memoryBytes: 1, runtimeFolders: [] });
  for (
    const args of [
      ["isolated-plugin", "confine", "y"],
      ["isolated-plugin", "elsewhere", "{}"],
      ["isolated-plugin", "guest", policy],
      ["isolated-plugin", "confine", "{}", "zz"],
    ]
  ) {
    const { code, out, error } = await falcod(args);
    assertEquals([code, out], [1, ""]);
    assert(error.startsWith('falcod: "falcod isolated-plugin" is what falcod itself'), error);
  }
  const { code, error } = await falcod(["helper", "x\x1b[2J"]);
  assertEquals(code, 1);
  assert(/^falcod: no sink is called .*\n {2}falcod itself starts helpers/.test(error), error);
});

Deno.test("falcod says nothing of a reader that has gone, and ends as with one that has not", async () => {
  for (const args of [["list", "fields"], ["-L"], ["completion", "bash"], ["--config-schema"]]) {
    const process = falcodCommand(args).spawn();
    await process.stdout.cancel();
    const error = await new Response(process.stderr).text();
    assertEquals([(await process.status).code, error], [0, ""], args.join(" "));
  }
});

Deno.test("falcod says that what it prints has no place", async () => {
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", '"$@" > /dev/full', "sh", ...falcodProgram(), "list", "fields"],
    env: { FALCOD_DEBUG: "" },
  }).output();
  const error = new TextDecoder().decode(stderr);
  assertEquals(
    [code, error],
    [1, "falcod: Cannot write to standard output: No space left on device\n"],
  );
});
