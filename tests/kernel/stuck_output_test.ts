/** Those who should take what falcod says do not: it goes on watching, and ends when told to. */
import { assert, assertEquals } from "../assert.ts";
import { kernelTest, Stage } from "./harness.ts";

const RULE = `
- rule: Opened
  desc: Every open of a file that is not there
  condition: evt.type in (open, openat) and fd.nameraw startswith /none/
  output: "%fd.nameraw"
  priority: NOTICE
`;
/** More alerts, and longer ones, than a pipe and the queue of the output hold. */
const FLOOD = `perl -e 'for (1..40000) { open F, "<", "/none/" . "x" x 1000 }'`;

function falcod(stage: Stage, rules: string, redirection: string): Deno.ChildProcess {
  const command = [
    ...[Deno.execPath(), "run", "--no-prompt", "--allow-all", "main.ts", "run"],
    ...["-r", rules, "--scope", `pid:${stage.processId}`],
  ];
  return new Deno.Command("sh", {
    args: ["-c", `exec "$@" ${redirection}`, "sh", ...command],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Reads until the text has come and leaves the rest where it is. */
async function readUntil(child: Deno.ChildProcess, text: string): Promise<void> {
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let said = ""; !said.includes(text);) {
    const { value, done } = await reader.read();
    assert(!done, said);
    said += value;
  }
}

async function withRules(body: (rules: string) => Promise<void>): Promise<void> {
  const rules = Deno.makeTempFileSync({ prefix: "falcod-stuck-", suffix: ".yaml" });
  try {
    Deno.writeTextFileSync(rules, RULE);
    await body(rules);
  } finally {
    Deno.removeSync(rules);
  }
}

kernelTest(
  "falcod ends when told to, although nobody reads its alerts and its log any more",
  async () => {
    await withRules(async (rules) => {
      await using stage = new Stage();
      await using child = falcod(stage, rules, "2>&1");
      await readUntil(child, "falcod: watching");
      await stage.run(FLOOD);
      await new Promise((resolve) => setTimeout(resolve, 500));
      child.kill("SIGTERM");
      // by itself, and with the exit code that says that alerts were lost
      const { code, signal } = await child.status;
      assertEquals({ code, signal }, { code: 1, signal: null });
    });
  },
);

kernelTest("a log on a full disk keeps no alert from coming", async () => {
  await withRules(async (rules) => {
    await using stage = new Stage();
    await using child = falcod(stage, rules, "2>/dev/full");
    let stopped = false;
    const openings = (async () => {
      while (!stopped) {
        await stage.run(`cat /none/here 2>/dev/null`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    await readUntil(child, "/none/here");
    stopped = true;
    await openings;
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 0);
  });
});
