import { createSocket } from "node:dgram";
import syslog from "../plugins/sinks/syslog/mod.ts";
import { assert, assertEquals } from "./assert.ts";
import { Registry } from "../core/mod.ts";
import { createLogger } from "../core/app/log.ts";
import { openSyslogLog } from "../core/app/syslog_log.ts";

const registry = new Registry([
  { kind: "sink", name: "syslog", load: () => Promise.resolve({ default: syslog }) },
]);

Deno.test("openSyslogLog() sends messages with their severity, as Falco's go out", async () => {
  const arrived: string[] = [];
  const enough = Promise.withResolvers<void>();
  const server = createSocket("udp4", (bytes) => {
    if (arrived.push(bytes.toString()) === 3) enough.resolve();
  });
  await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${server.address().port}`;
  const log = await openSyslogLog(registry, { address });
  assert(log);
  const logger = createLogger(undefined, { level: "info", isoTime: false }, log.write);
  logger.debug("too little");
  logger.info("an info");
  logger.warning("a\nwarning");
  logger.error("an error");
  await log.close(5000);
  await enough.promise;
  server.close();
  const parts = arrived.map((text) => /^<(\d+)>\S+ +\d+ [\d:]+ \S+ falco: (.*)$/.exec(text)!);
  assertEquals(parts.map(([, priority, text]) => [Number(priority), text]), [
    [8 + 6, "an info"],
    [8 + 4, "a\\nwarning"],
    [8 + 3, "an error"],
  ]);
});

Deno.test("openSyslogLog() is absent where there is no daemon", async () => {
  const folder = await Deno.makeTempDir();
  assertEquals(await openSyslogLog(registry, { address: `${folder}/log` }), undefined);
  assertEquals(await openSyslogLog(new Registry([])), undefined);
  await Deno.remove(folder);
});
