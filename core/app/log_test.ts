import { assertEquals } from "../../tests/assert.ts";
import { createLogger, type LogOptions } from "./log.ts";

function logged(options: Partial<LogOptions>, say: (log: ReturnType<typeof createLogger>) => void) {
  let text = "";
  const output = { write: (more: string) => void (text += more), isTerminal: false };
  const now = () => new Date(2026, 0, 5, 7, 8, 9);
  say(createLogger(output, { level: "info", isoTime: false, now, ...options }));
  return text;
}

Deno.test("createLogger() writes local time in Falco's form in front of a message", () => {
  assertEquals(logged({}, (log) => log.info("hello")), "Mon Jan 05 07:08:09 2026: hello\n");
});

Deno.test("createLogger() writes UTC with isoTime", () => {
  const now = () => new Date(Date.UTC(2026, 0, 5, 7, 8, 9));
  const text = logged({ isoTime: true, now }, (log) => log.warning("careful"));
  assertEquals(text, "2026-01-05T07:08:09+0000: warning: careful\n");
});

Deno.test("createLogger() leaves out what is less severe than its level", () => {
  const text = logged({ level: "warning" }, (log) => {
    log.debug("1");
    log.info("2");
    log.error("3");
  });
  assertEquals(text, "Mon Jan 05 07:08:09 2026: error: 3\n");
});

Deno.test("createLogger() goes by what its options are at the time", () => {
  const options: { level: LogOptions["level"]; isoTime: boolean } = {
    level: "warning",
    isoTime: false,
  };
  let text = "";
  const log = createLogger({ write: (more) => void (text += more) }, options);
  log.info("1");
  options.level = "info";
  options.isoTime = true;
  log.info("2");
  assertEquals(/^\d{4}-\S+: 2\n$/.test(text), true, text);
});

Deno.test("createLogger() keeps a message on one line, whatever it quotes", () => {
  const text = logged({}, (log) => log.info("a\nb\u001b[31m"));
  assertEquals(text.indexOf("\n"), text.length - 1);
  assertEquals(text.includes("\u001b"), false);
});
