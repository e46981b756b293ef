import { assert, assertEquals } from "../assert.ts";
import { falcod, falcodProgram, Folder, root } from "./program.ts";

async function refused(args: readonly string[]): Promise<string> {
  using folder = new Folder({});
  const { code, out, error } = await falcod(["record", ...args], { folder: folder.path });
  assertEquals([code, out], [1, ""], error);
  assertEquals([...Deno.readDirSync(folder.path)], []);
  return error;
}

Deno.test("falcod record says what is wrong with its arguments, and writes nothing", async () => {
  assert((await refused([])).includes("-w <file>"));
  assert((await refused(["-w", "x.scap", "--size-limit", "0"])).includes("megabytes"));
  assert((await refused(["-w", "x.scap", "--scope", "me"])).includes("pid:1234"));
  assert((await refused(["-w", "x.scap", "--rotate-every", "0.5"])).includes("one second"));
  assert((await refused(["-w", "x.scap", "--keep", "3"])).includes("wants --rotate-size or"));
  for (const output of ["-", "/dev/stdout"]) {
    const args = ["-w", output, "--rotate-size", "3"];
    assert((await refused(args)).includes("standard output is one capture"));
  }
  const both = await refused(["-w", "x.scap", "--rotate-size", "3", "--size-limit", "9"]);
  assert(both.includes("'--size-limit <megabytes>' cannot be used with"), both);
  assert((await refused(["-w", "x.scap", "-W", "3"])).includes("(Did you mean --keep?)"));
  const filter = await refused(["-w", "x.scap", "--filter", "proc.nme = cat"]);
  assert(filter.includes('unknown field "proc.nme"'), filter);
});

Deno.test("falcod record tells of keys that nobody knows", async () => {
  const nobody = ["-w", "x.scap", "--scope", "pid:2147483647"];
  const error = await refused([...nobody, "-o", "engine.modern_epbf.buf_size_preset=8"]);
  assert(error.includes('did you mean "modern_ebpf"?'), error);
});

Deno.test("falcod record tells of a variable that is not set, and of what comes of it as a note", async () => {
  using folder = new Folder({
    "falco.yaml": "metrics:\n  enabled: true\n  output_rule: true\n  interval: ${NO_INTERVAL}\n",
  });
  const config = folder.file("falco.yaml");
  const error = await refused(["-w", "x.scap", "-c", config]);
  assertEquals(error.match(/(?:error|warning)\[\w+\]/g), ["error[C033]"], error);
  assert(error.includes(`${config}:4:13: `), error);
  assert(error.includes('note: "metrics.interval" wants a duration'), error);
});

Deno.test("falcod record does not tell that alerts have nowhere to go", async () => {
  const nobody = ["-w", "x.scap", "--scope", "pid:2147483647"];
  const silent = await refused([...nobody, "-o", "stdout_output.enabled=false"]);
  assert(!silent.includes("alerts"), silent);
  const missing = await refused([...nobody, "-c", "missing.yaml"]);
  assert(missing.includes('cannot read "missing.yaml"'), missing);
  assert(!missing.includes("alerts"), missing);
});

Deno.test("falcod record tells of no variable that only outputs have", async () => {
  using folder = new Folder({
    "falco.yaml": "config_files: [more.yaml]\nhttp_output:\n  enabled: true\n" +
      "  url: http://127.0.0.1:1/${NO_PATH}\nlog_level: ${NO_LEVEL}\n",
    "more.yaml": "sinks:\n  - {type: file, filename: /tmp/${NO_NAME}}\n",
  });
  const nobody = ["-w", "x.scap", "--scope", "pid:2147483647"];
  const { error } = await falcod(["record", ...nobody, "-c", "falco.yaml"], {
    folder: folder.path,
  });
  assertEquals(error.match(/NO_\w+(?=: nothing)/g), ["NO_LEVEL"], error);
});

Deno.test("falcod record says which file it cannot create", async () => {
  const error = await refused(["-w", "no/such/folder.scap"]);
  assert(error.includes('Cannot create capture "no/such/folder.scap"'), error);
});

Deno.test("falcod record leaves the file that is there when it cannot begin", async () => {
  using folder = new Folder({ "x.scap": "\n\r\r\nof yesterday" });
  const args = ["record", "-w", "x.scap", "--scope", "pid:2147483647"];
  const { code, error } = await falcod(args, { folder: folder.path });
  assertEquals(code, 1);
  assert(error.includes("Cannot watch process 2147483647"), error);
  assertEquals(Deno.readTextFileSync(folder.file("x.scap")), "\n\r\r\nof yesterday");
  assertEquals([...Deno.readDirSync(folder.path)].length, 1);
});

Deno.test("falcod record does not replace what is no capture, and says what to do", async () => {
  using folder = new Folder({ "falco.yaml": "json_output: true\n" });
  const args = ["record", "-w", "falco.yaml", "-M", "0.1", "--scope", `pid:${Deno.pid}`];
  const { code, error } = await falcod(args, { folder: folder.path });
  assertEquals([code, error], [
    1,
    'falcod: Cannot replace "falco.yaml": it is no capture\n' +
    "  choose another name, or remove that file\n",
  ]);
  assertEquals(Deno.readTextFileSync(folder.file("falco.yaml")), "json_output: true\n");
  assertEquals([...Deno.readDirSync(folder.path)].length, 1);
});

Deno.test("falcod record and replay have no use for a terminal in place of a capture", async () => {
  using folder = new Folder({});
  // script(1) gives its command a terminal for input and output.
  for (
    const [args, wanted] of [
      ["record -w -", "standard output is a terminal"],
      [`replay ${root}rules/demo.scap.gz -w -`, "standard output is a terminal"],
      [
        "replay - --fields evt.num",
        "Cannot open the capture on standard input: it is a terminal",
      ],
    ] as const
  ) {
    const program = `${falcodProgram().join(" ")} ${args}`;
    const { code, stdout } = await new Deno.Command("script", {
      args: ["-qec", program, "/dev/null"],
      cwd: folder.path,
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout);
    assertEquals(code, 1, said);
    assert(said.includes(wanted), said);
  }
});
