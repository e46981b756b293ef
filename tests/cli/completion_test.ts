/** Completions, by the shells themselves. */
import { assertEquals } from "../assert.ts";
import { falcod, falcodProgram, Folder } from "./program.ts";

function isThere(program: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

const RULES = ["Shell started", "Sensitive thing", "shell's end"].map((name) => `
- rule: ${name}
  desc: one of three
  condition: evt.type = execve
  output: x
  priority: NOTICE
`).join("");

/** A folder with falcod as a program of that name, its completions and some rules. */
function prepared(shell: string, script: string): Folder {
  const folder = new Folder({
    "falcod": `#!/bin/sh\nexec ${falcodProgram().map((word) => `"${word}"`).join(" ")} "$@"\n`,
    [`script.${shell}`]: script,
    "rules.yaml": RULES,
    "a_file.yaml": "",
  });
  Deno.chmodSync(folder.file("falcod"), 0o755);
  return folder;
}

async function runShell(args: readonly string[], folder: Folder): Promise<string> {
  const [program, ...rest] = args;
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args: rest,
    cwd: folder.path,
    env: { PATH: `${folder.path}:${Deno.env.get("PATH")}`, HOME: folder.path, TERM: "dumb" },
    stdin: "null",
  }).output();
  const error = new TextDecoder().decode(stderr);
  assertEquals([code, error], [0, ""]);
  return new TextDecoder().decode(stdout);
}

async function scriptOf(shell: string): Promise<string> {
  const { code, out } = await falcod(["completion", shell]);
  assertEquals(code, 0);
  return out;
}

/** Words of a command line, the last at the cursor, and what shells should offer for it. */
const CASES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["list", ""], ["fields", "events", "operators", "transformers", "rules"]],
  [["valid"], ["validate"]],
  [["list", "rules", "-r", "rules.yaml", "Sh"], ["Shell started"]],
  [["replay", "--so"], ["--source"]],
  [["-o", "engine.kind=m"], ["engine.kind=modern_ebpf", "engine.kind=module"]],
  [["-o", "engine.falcod"], ["engine.falcod.kernel_filter="]],
  [["list", "fields", "proc.is_exe_w"], ["proc.is_exe_writable"]],
  [["run", "-c", "a_f"], ["a_file.yaml"]],
  [["explain-code", "F012"], ["F012"]],
  [["show", "falco_rules.y"], ["falco_rules.yaml"]],
  [["list", "operators", "pm"], ["pmatch"]],
];

Deno.test({
  name: "bash completes commands, options, names and files",
  fn: async () => {
    using folder = prepared("bash", await scriptOf("bash"));
    for (const [words, expected] of CASES) {
      // As bash cuts words: at = and :, which are words of their own.
      const cut = words.flatMap((word) => word.split(/(?=[=:])|(?<=[=:])/));
      const quoted = ["falcod", ...cut].map((word) => `'${word}'`).join(" ");
      const out = await runShell([
        "bash",
        "-c",
        `source script.bash; compopt() { :; }
COMP_WORDS=(${quoted}); COMP_CWORD=${cut.length}
_falcod; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ], folder);
      const kept = cut.at(-1)!;
      const before = words.at(-1)!.slice(0, words.at(-1)!.length - kept.length);
      const offered = out.trimEnd().split("\n").map((word) => before + word);
      assertEquals(offered, expected, words.join(" "));
    }
  },
});

Deno.test({
  name: "fish completes commands, options, names and files",
  ignore: !isThere("fish"),
  fn: async () => {
    using folder = prepared("fish", await scriptOf("fish"));
    for (const [words, expected] of CASES) {
      const line = ["falcod", ...words].join(" ");
      const out = await runShell([
        "fish",
        "--no-config",
        "-c",
        `source script.fish; complete -C '${line}'`,
      ], folder);
      const offered = out.trimEnd().split("\n").map((line) => line.split("\t")[0]!);
      assertEquals(offered.sort(), [...expected].sort(), line);
    }
  },
});

Deno.test({
  name: "zsh completes commands, options, names and files",
  ignore: !isThere("zsh"),
  fn: async () => {
    using folder = prepared("zsh", await scriptOf("zsh"));
    for (const [words, expected] of CASES) {
      const quoted = ["falcod", ...words].map((word) => `'${word}'`).join(" ");
      // Its own functions work in an editor only; in their place stands what they are given.
      const out = await runShell([
        "zsh",
        "-f",
        "-c",
        `compdef() { : }; compset() { : }
_files() { print -l -- \${words[CURRENT]}*(N) }
compadd() { print -rl -- \${(P)@[-1]} }
source script.zsh
words=(${quoted}); CURRENT=\${#words}; PREFIX=\${words[CURRENT]}
_falcod`,
      ], folder);
      assertEquals(out.trimEnd().split("\n").sort(), [...expected].sort(), words.join(" "));
    }
  },
});

Deno.test("falcod complete offers nothing that would act on a terminal", async () => {
  using folder = new Folder({
    "rules.yaml": `- rule: "good"\n  desc: "a\\tb\\e[31m"\n  condition: evt.type = open\n` +
      `  output: x\n  priority: NOTICE\n- rule: "evil\\e[31m\\n"\n  desc: x\n` +
      "  condition: evt.type = open\n  output: x\n  priority: NOTICE\n",
  });
  const { code, out } = await falcod(["complete", "--", "-r", folder.file("rules.yaml"), "-l", ""]);
  assertEquals([code, out], [0, "words\ngood\ta\\tb\\u001b[31m\n"]);
});

Deno.test("falcod complete says nothing where files are broken or words are many", async () => {
  using folder = new Folder({ "rules.yaml": "- rule: [" });
  const rules = folder.file("rules.yaml");
  const results = await Promise.all([
    falcod(["complete", "--", "list", "rules", "-r", rules, ""]),
    falcod(["complete", "--", ...Array(500).fill("x"), "-"]),
    falcod(["complete"]),
  ]);
  assertEquals(results.map(({ code, error }) => [code, error]), [[0, ""], [0, ""], [0, ""]]);
  assertEquals(results[0]!.out, "words\n");
});
