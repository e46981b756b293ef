import { assertEquals } from "../../tests/assert.ts";
import { bytesText, showProgress } from "./progress.ts";

function watched(isTerminal: boolean) {
  const seen = { text: "", nowMs: 0 };
  const output = { write: (more: string) => void (seen.text += more), isTerminal };
  return { seen, progress: showProgress("reading \x1b[31mx", output, () => seen.nowMs) };
}

Deno.test("showProgress() writes a line now and then, and takes it away", () => {
  const { seen, progress } = watched(true);
  progress.tell("1");
  seen.nowMs = 600;
  progress.tell("2");
  progress.tell("3");
  seen.nowMs = 900;
  progress.tell("4");
  progress.end();
  progress.end();
  const line = (text: string) => `reading \\u001b[31mx: ${text}\x1b[K\r`;
  assertEquals(seen.text, `${line("2")}${line("4")}\x1b[K`);
});

Deno.test("showProgress() is silent in files, and about work that is soon done", () => {
  const file = watched(false), short = watched(true);
  file.seen.nowMs = 10_000;
  for (const { progress } of [file, short]) {
    progress.tell("1");
    progress.end();
  }
  assertEquals([file.seen.text, short.seen.text], ["", ""]);
});

Deno.test("bytesText() says how much of what, where that is known", () => {
  assertEquals(bytesText(5_000_000, 20_000_000), "25 % of 20.0 MB");
  assertEquals(bytesText(5_250_000, undefined), "5.3 MB");
  assertEquals(bytesText(11, 10), "100 % of 0.0 MB");
});
