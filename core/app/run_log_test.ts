import * as z from "zod";
import { assertEquals } from "../../tests/assert.ts";
import { type FormattedAlert, Registry, type SinkPlugin } from "../plugin/mod.ts";
import { type LogConfig, RunLog } from "./run_log.ts";

const CONFIG: LogConfig = {
  log_stderr: true,
  log_syslog: false,
  log_level: "warning",
  time_format_iso_8601: false,
};

Deno.test("RunLog writes where the latest configuration says, and as much", async () => {
  const daemon: string[] = [];
  const plugin: SinkPlugin = {
    kind: "sink",
    name: "syslog",
    summary: "For tests",
    schema: z.strictObject({}),
    create: () => ({
      write: (batch: readonly FormattedAlert[]) =>
        Promise.resolve(void daemon.push(...batch.map(({ line }) => line))),
      close: () => Promise.resolve(),
    }),
  };
  const registry = new Registry([
    { kind: "sink", name: "syslog", load: () => Promise.resolve({ default: plugin }) },
  ]);
  const first: string[] = [], second: string[] = [];
  const to = (lines: string[]) => ({
    write: (line: string) => void lines.push(line.trimEnd().replace(/^.*\d: /, "")),
  });
  const runLog = await RunLog.open(registry, CONFIG);
  const [one, other] = [runLog.to(to(first)), runLog.to(to(second))];
  one.info("too little");
  one.warning("1");
  await runLog.adapt({ ...CONFIG, log_syslog: true, log_level: "info" });
  other.info("2");
  await runLog.adapt({ ...CONFIG, log_syslog: true, log_stderr: false });
  one.warning("3");
  await runLog.adapt({ ...CONFIG, log_stderr: false });
  one.error("nowhere");
  await runLog.adapt({ ...CONFIG, time_format_iso_8601: true });
  other.error("4");
  await runLog.close();
  assertEquals(first, ["warning: 1"]);
  assertEquals(second, ["2", "error: 4"]);
  assertEquals(daemon, ["2", "3"]);
});
