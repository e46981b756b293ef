/** Plugins in falcod itself (`trusted`), where no process has to be waited for. */
import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import { ownProgram, Report, SourceText } from "../../base/mod.ts";
import { readManifest } from "../manifest.ts";
import { NO_PERMISSIONS } from "../permissions.ts";
import type { Formatter, Plugin, Sink } from "../plugin.ts";
import { Guests } from "./guests.ts";
import { entryOf } from "./plugin_of.ts";

const guests = () =>
  new Guests({
    program: ownProgram(),
    environment: () => undefined,
    runtimeFolders: [],
    runtimeEnvironment: {},
    starting: (start) => start(),
  });

async function pluginFrom(kind: string, module: string, all = guests()): Promise<Plugin> {
  const text = JSON.stringify({
    name: "test",
    version: "1.0.0",
    kind,
    description: "A test",
    api: "^1.0.0",
    entry: "mod.ts",
    sha256: "0".repeat(64),
  });
  const manifest = readManifest(new SourceText("falcod-plugin.json", text), new Report())!;
  const entry = entryOf({
    manifest,
    entry: new TextEncoder().encode(module),
    permissions: NO_PERMISSIONS,
    isTrusted: true,
    memoryBytes: 0,
    cpuShare: 1,
  }, all)!;
  return (await entry.load()).default;
}

const ALERT = {
  rule: "A rule",
  priority: "Warning",
  source: "syscall",
  tags: ["a"],
  timeNs: 1_700_000_000_000_000_001n,
  hostname: "h",
  message: "a \\u001b b",
  fields: new Map<string, bigint | string>([["big", 2n ** 60n], ["small", 5n], ["__proto__", "p"]]),
} as const;

function sinkOf(write: string): Promise<Sink> {
  const module = `
    class DeliveryError extends Error {
      constructor(readonly code: string, message: string, readonly more: object = {}) {
        super(message); Object.assign(this, more);
      }
    }
    export default { kind: "sink", definition: { open: () => ({ write(batch: unknown[]) { ${write} } }) } };`;
  return pluginFrom("sink", module).then((plugin) => plugin.create({}) as Sink);
}

Deno.test("a sink gets alerts as the SDK describes them", async () => {
  const sink = await sinkOf(`throw new DeliveryError("rejected", JSON.stringify(batch));`);
  const written = sink.write([{ alert: ALERT, line: "the line" }]);
  const { message } = await written.then(() => new Error("[]"), (error: Error) => error);
  const [alert] = JSON.parse(message);
  assertEquals(Object.entries(alert.fields), [
    ["big", "1152921504606846976"],
    ["small", 5],
    ["__proto__", "p"],
  ]);
  const { fields: _fields, ...rest } = alert;
  assertEquals(rest, {
    rule: "A rule",
    priority: "Warning",
    source: "syscall",
    tags: ["a"],
    time: "2023-11-14T22:13:20.000000001Z",
    hostname: "h",
    output: "a \u001b b",
    line: "the line",
  });
  await sink.close();
});

Deno.test("what a sink throws says what becomes of the batch", async () => {
  const batch = [{ alert: ALERT, line: "" }];
  const cases = [
    [`throw new Error("down")`, { code: "unavailable", message: "down" }],
    [`throw new DeliveryError("closed", "gone")`, { code: "closed" }],
    [
      `throw new DeliveryError("unavailable", "busy", { retryAfterMs: 5000, accepted: 1 })`,
      { code: "unavailable", retryAfterMs: 5000, accepted: 1 },
    ],
    [`throw new DeliveryError("what", "x", { retryAfterMs: -1 })`, {
      code: "unavailable",
      retryAfterMs: undefined,
    }],
    [`return Promise.reject(null)`, { code: "unavailable" }],
  ] as const;
  for (const [write, wanted] of cases) {
    const sink = await sinkOf(write);
    await assertRejects(() => sink.write(batch), { name: "SinkError", ...wanted });
    await sink.close();
  }
});

Deno.test("lines of a formatter are one line each, and do nothing to a terminal", async () => {
  const all = guests();
  const module = `let count = 0;
    const lines: unknown[] = ["fine\\t", "two\\nlines", "\\x1b[2J", 5];
    export default { kind: "formatter", definition: {
      open: () => ({ format: () => lines[count++ % lines.length] }) } };`;
  const plugin = await pluginFrom("formatter", module, all);
  const formatter = plugin.create({}) as Formatter;
  const lines = await formatter.formatAll!([ALERT, ALERT, ALERT, ALERT], undefined);
  assertEquals(lines[0], "fine\t");
  // deno-lint-ignore no-control-regex
  assertEquals(lines.some((line) => /[\n\x1b]/.test(line)), false);
  assertEquals(lines[3], "5");
  await all.stop();
});

Deno.test("a plugin that cannot be used leaves its alerts to another try", async () => {
  const plugin = await pluginFrom("sink", "export default 5");
  const sink = plugin.create({}) as Sink;
  const signal = AbortSignal.timeout(100);
  await assertRejects(() => sink.write([{ alert: ALERT, line: "" }], { signal }), {
    code: "unavailable",
  });
  await sink.close();
});
