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
  const log = await openSyslogLog(registry, { config: { address } });
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

Deno.test("openSyslogLog() leaves messages out until a daemon comes", async () => {
  const folder = await Deno.makeTempDir(), address = `${folder}/log`;
  const told: string[] = [];
  const tell = (message: string) => void told.push(message);
  const log = await openSyslogLog(registry, { config: { address }, tell });
  assert(log);
  log.write("info", "too early");
  using listener = Deno.listen({ transport: "unix", path: address });
  const accepting = listener.accept();
  log.write("info", "here");
  using connection = await accepting;
  await log.close(5000);
  const bytes = new Uint8Array(1000);
  const text = new TextDecoder().decode(bytes.subarray(0, (await connection.read(bytes))!));
  assert(/^<14>[^\0]* falco: here\0$/.test(text), text);
  assertEquals(told, []);
  assertEquals(await openSyslogLog(new Registry([])), undefined);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openSyslogLog() tells why a daemon that is there gets nothing, once", async () => {
  const address = await Deno.makeTempFile();
  const told: string[] = [];
  const tell = (message: string) => void told.push(message);
  const log = await openSyslogLog(registry, { config: { address }, tell });
  assert(log);
  log.write("info", "1");
  log.write("info", "2");
  await log.close(5000);
  assertEquals(told.length, 1);
  assert(told[0]!.startsWith(`Log messages do not reach syslog: Cannot write to ${address}: `));
  await Deno.remove(address);
});
