/** Plugins that break, hang, or send nonsense: falcod goes on, and starts them again. */
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { runtimeNeeds } from "../../core/app/guests.ts";
import { alert } from "../../core/delivery/testing.ts";
import { TO_GUEST } from "../../core/plugin/isolated/frames.ts";
import { GuestFormatter } from "../../core/plugin/third_party/formatter.ts";
import { attempting, TestGuest } from "./guest.ts";

const SOON = { hangMs: 1000, pingMs: 200, lookMs: 50, openMs: 5000 };

/** Ways to go while it is opened, and what is said of it. */
const ENDS: Readonly<Record<string, readonly [module: string, reason: RegExp]>> = {
  "throws when it is loaded": [`throw new Error("bad day")`, /cannot be used: bad day/],
  "is no JavaScript": [`this is no module`, /cannot be used/],
  "exports nothing": [`export const x = 1`, /cannot be used: its default export/],
  "exports another kind": [
    `export default { kind: "source", definition: {} }`,
    /its default export is not what defineSink\(\) gives/,
  ],
  "has an export that throws": [
    `export default new Proxy({}, { get() { throw new Error("trap"); } })`,
    /cannot be used: trap/,
  ],
  "throws what is no error": [
    `throw { toString() { throw 1; }, get message() { throw 2; } }`,
    /cannot be used|it ended/,
  ],
  "imports what is not there": [
    `import "./other.js"`,
    // deno-lint-ignore no-control-regex
    /cannot be used: [^\x1b]* its module[^\x1b]* tells how to bundle/,
  ],
  "exits": [`Deno.exit(0)`, /cannot be used|not ready/],
  "exits as node does": [
    `import process from "node:process"; process.exit(3)`,
    /cannot be used|not ready/,
  ],
  "aborts": [`import process from "node:process"; process.abort()`, /cannot be used/],
  "closes its worker": [`self.close()`, /cannot be used|not ready/],
  "rejects later": [
    attempting(`setTimeout(() => Promise.reject(new Error("later"))); return "opened"`),
    /it ended with code 1/,
  ],
  "closes its worker when it is opened": [
    attempting(`self.close(); return "closed"`),
    /not ready|has not answered/,
  ],
  "takes all memory in objects": [
    attempting(`const all = []; for (;;) all.push(new Array(1000).fill({}))`),
    /MB of memory|it ended|ended by/,
  ],
  "takes all memory in buffers": [
    attempting(`const all = []; for (;;) all.push(new Uint8Array(1 << 24).fill(1))`),
    /MB of memory|it ended|ended by/,
  ],
  "takes all memory in workers": [
    attempting(`for (;;) { new Worker("data:text/javascript,for(;;){}", { type: "module" });
      await new Promise((go) => setTimeout(go)); }`),
    /MB of memory|it ended|ended by|has not answered/,
  ],
  "writes anything to where its answers go": [
    attempting(`const bytes = crypto.getRandomValues(new Uint8Array(60000));
      for (;;) { Deno.stdout.writeSync(bytes); await new Promise((go) => setTimeout(go)); }`),
    /it sent/,
  ],
  "announces a frame of four gigabytes": [
    `Deno.stdout.writeSync(new Uint8Array(9).fill(0xff))`,
    /it sent a frame of/,
  ],
  "says that it is confined": [
    `Deno.stdout.writeSync(new Uint8Array([7, 0, 0, 0, 64, 0, 0, 0, 0, 123, 125]))`,
    /it sent something that is no answer/,
  ],
  "answers without end": [
    attempting(`const frame = new Uint8Array(9 * 1000);
      for (let i = 0; i < 1000; i++) frame.set([5, 0, 0, 0, 66, 1, 0, 0, 0], 9 * i);
      for (;;) { Deno.stdout.writeSync(frame); await new Promise((go) => setTimeout(go)); }`),
    /it sent more than/,
  ],
  "sends events that nobody wants, without end": [
    attempting(`const frame = new Uint8Array(9 * 1000);
      for (let i = 0; i < 1000; i++) frame.set([5, 0, 0, 0, 69, 1, 0, 0, 0], 9 * i);
      for (;;) { Deno.stdout.writeSync(frame); await new Promise((go) => setTimeout(go)); }`),
    /it sent more than/,
  ],
  "answers with megabytes without end": [
    attempting(`const frame = new Uint8Array(1 << 20);
      frame.set([252, 255, 15, 0, 66, 1, 0, 0, 0]);
      for (;;) { for (let at = 0; at < frame.length;) at += Deno.stdout.writeSync(frame.subarray(at)); }`),
    /it sent more than|has not answered/,
  ],
  "stops itself": [
    attempting(
      `import("node:process").then(({ kill, pid }) => kill(pid, "SIGSTOP")); return "sent"`,
    ),
    /has not answered|REFUSED|not ready|cannot be used|it ended/,
  ],
};

for (const [what, [module, reason]] of Object.entries(ENDS)) {
  Deno.test(`a plugin that ${what} is ended and started again`, async () => {
    await using guest = new TestGuest({ module, limits: SOON });
    guest.supervisor.running().catch(() => {});
    const said = await guest.restarts();
    assert(reason.test(said), said);
  });
}

Deno.test("a plugin that never ends is ended, and the write that waits for it is told", async () => {
  await using guest = new TestGuest({
    module:
      `export default { kind: "sink", definition: { open: () => ({ write() { for (;;); } }) } };`,
    limits: SOON,
  });
  const conversation = await guest.supervisor.running();
  await assertRejects(() => conversation.ask(TO_GUEST.write, "[]"), { name: "GuestGone" });
  const said = await guest.restarts();
  assert(/has not answered/.test(said), said);
  await guest.supervisor.running();
  assertEquals(guest.supervisor.status().state, "running");
});

Deno.test("a plugin whose server does not answer says why, and not where with which secret", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  await using guest = new TestGuest({
    module: `export default { kind: "sink", definition: { open: () => ({
      async write() { await fetch("http://${address}/token-of-mine"); } }) } };`,
    permissions: { net: [address] },
    limits: SOON,
  });
  const conversation = await guest.supervisor.running();
  await assertRejects(
    () => conversation.ask(TO_GUEST.write, "[]"),
    ({ message }: Error) =>
      /^fetch failed: .*Connection refused/.test(message) && !message.includes("token-of-mine"),
  );
});

Deno.test("a formatter that never answers and says that it is alive is ended", async () => {
  await using guest = new TestGuest({
    kind: "formatter",
    module: `export default { kind: "formatter", definition: { open: () => ({ format() {
      const pong = new Uint8Array([5, 0, 0, 0, 71, 0, 0, 0, 0]);
      const never = new Int32Array(new SharedArrayBuffer(4));
      for (;;) { Deno.stdout.writeSync(pong); Atomics.wait(never, 0, 0, 50); }
    } }) } };`,
    limits: SOON,
  });
  const formatter = new GuestFormatter(guest.supervisor, { portionMs: 2000 });
  await assertRejects(formatter.formatAll([alert("one")], undefined), {
    name: "GuestGone",
    message: "it has not formatted alerts for 2000 ms",
  });
});

Deno.test("a plugin that floods the log is cut short", async () => {
  await using guest = new TestGuest({
    module: attempting(`for (let i = 0; i < 5000; i++) log.info("line " + "x".repeat(100));
      return "done"`),
    limits: SOON,
  });
  await guest.supervisor.running();
  await guest.says("lines of its log are left out");
  const kept = guest.lines.filter((line) => line.startsWith("line ")).length;
  assert(kept <= 40, String(kept));
});

Deno.test("a plugin that floods its standard error does not fill falcod's memory", async () => {
  await using guest = new TestGuest({
    module: attempting(`const text = new TextEncoder().encode("e".repeat(50000));
      for (let i = 0; i < 200; i++) Deno.stderr.writeSync(text);
      Deno.stderr.writeSync(new TextEncoder().encode("\\n"));
      return "done"`),
    limits: SOON,
  });
  await guest.supervisor.running();
  await guest.says("GOT done");
  await guest.says("eeee");
  assert(guest.lines.every((line) => line.length <= 2000));
});

Deno.test("a plugin that floods its standard error with lines is cut short", async () => {
  await using guest = new TestGuest({
    module: attempting(`const text = new TextEncoder().encode("a line\\n".repeat(5000));
      for (let i = 0; i < 20; i++) Deno.stderr.writeSync(text);
      return "done"`),
    limits: SOON,
  });
  await guest.supervisor.running();
  await guest.says("GOT done");
  await guest.supervisor.stop();
  const kept = guest.lines.filter((line) => line === "a line").length;
  assert(kept > 0 && kept <= 100, String(kept));
  assert(guest.lines.some((line) => line.endsWith("more lines, which are left out")));
});

Deno.test("what a plugin prints is in the log", async () => {
  await using guest = new TestGuest({ module: attempting(`console.log("hello", 5); return ""`) });
  await guest.supervisor.running();
  await guest.says("hello 5");
});

Deno.test("a plugin that answers what nobody asked is not listened to", async () => {
  await using guest = new TestGuest({
    module: attempting(`
      const frame = (type, id, text) => {
        const payload = new TextEncoder().encode(text);
        const bytes = new Uint8Array(9 + payload.length);
        new DataView(bytes.buffer).setUint32(0, 5 + payload.length, true);
        bytes[4] = type;
        new DataView(bytes.buffer).setUint32(5, id, true);
        bytes.set(payload, 9);
        return bytes;
      };
      for (const text of ["", "{", "null", "[]", '{"__proto__":{"x":1}}', '{"code":"closed"}']) {
        for (const type of [65, 66, 67, 68, 69, 70, 71]) {
          for (const id of [0, 1, 99, 0xffffffff]) Deno.stdout.writeSync(frame(type, id, text));
        }
      }
      return "sent"`),
  });
  const conversation = await guest.supervisor.running();
  await guest.says("GOT sent");
  await conversation.ask(TO_GUEST.write, "[]");
  assertEquals(({} as Record<string, unknown>).x, undefined);
  assertEquals(guest.supervisor.status().restarts, 0);
});

const BUSY = `new Worker("data:text/javascript,for(;;);", { type: "module" });
  new Worker("data:text/javascript,for(;;);", { type: "module" })`;

Deno.test("a plugin that computes without end gets its share of a CPU, and goes on", async () => {
  await using guest = new TestGuest({
    module: attempting(`${BUSY}; return "busy"`),
    limits: { ...SOON, lookMs: 100 },
    cpuShare: 0.1,
  });
  await guest.supervisor.running();
  const said = await guest.says("held back");
  assertEquals(
    said,
    "it wants more CPU time than max_cpu_percent (10) gives it, and is held back",
  );
  // For long enough to have been ended as one that hangs.
  let usage = guest.supervisor.status().usage!;
  while (usage.heldBackMs < 2500) {
    await new Promise((go) => setTimeout(go, 100));
    usage = guest.supervisor.status().usage!;
  }
  assertEquals(guest.supervisor.status().restarts, 0);
  assert(usage.memoryBytes > 2 ** 24, String(usage.memoryBytes));
});

Deno.test("a plugin that hangs is ended, also when it is held back meanwhile", async () => {
  await using guest = new TestGuest({
    module: attempting(`setTimeout(() => { for (;;); }, 300); return "opened"`),
    limits: { ...SOON, lookMs: 50 },
    cpuShare: 0.5,
  });
  await guest.supervisor.running();
  assertEquals(await guest.restarts(), "it has not answered for 1000 ms");
});

Deno.test("events of a source that computes without a pause arrive", async () => {
  await using guest = new TestGuest({
    kind: "source",
    module: `export default { kind: "source", definition: { async run({ ready, emit }) {
      ready();
      for (let n = 0;; n++) {
        for (const began = Date.now(); Date.now() - began < 100;);
        await emit([{ value: { n } }]);
      }
    } } };`,
    limits: SOON,
  });
  const conversation = await guest.supervisor.running();
  const arrived = Promise.withResolvers<void>();
  conversation.onEvents = () => arrived.resolve();
  conversation.ask(TO_GUEST.run).catch(() => {});
  await arrived.promise;
  assertEquals(guest.supervisor.status().restarts, 0);
});

for (const [wrong, said] of [["{ value: {} }", "a sequence"], ["[{ n: 1 }]", "with a value"]]) {
  Deno.test(`a source that emits ${wrong} is told what emit() wants`, async () => {
    await using guest = new TestGuest({
      kind: "source",
      module: `export default { kind: "source", definition: { async run({ ready, emit }) {
        ready(); await emit(${wrong}); } } };`,
      limits: SOON,
    });
    const conversation = await guest.supervisor.running();
    await assertRejects(
      () => conversation.ask(TO_GUEST.run),
      ({ message }: Error) => message.startsWith("emit() wants") && message.includes(said!),
    );
  });
}

Deno.test("a plugin that is held back closes in time", async () => {
  await using guest = new TestGuest({
    module: attempting(`${BUSY}; return "busy"`),
    limits: { ...SOON, lookMs: 50, closeMs: 20_000 },
    cpuShare: 0.1,
  });
  await guest.supervisor.running();
  await guest.says("held back");
  await guest.supervisor.stop();
  assert(!guest.lines.some((line) => line.includes("did not close")), guest.lines.join("\n"));
});

Deno.test("memory of programs that a plugin has started counts as its own", async () => {
  await using guest = new TestGuest({
    module: attempting(`new Deno.Command("/usr/bin/perl", {
      args: ["-e", "$x = 'a' x 4e8; sleep 60"], stdin: "null", stdout: "null", stderr: "null" }).spawn(); return "started"`),
    permissions: { run: ["/usr/bin/perl"] },
    limits: SOON,
  });
  guest.supervisor.running().catch(() => {});
  const said = await guest.restarts();
  assert(/it took \d+ MB of memory, 256 are allowed/.test(said), said);
});

Deno.test("programs of a plugin end when falcod is killed", async () => {
  const { runtimeEnvironment } = runtimeNeeds((name) => Deno.env.get(name));
  const owner = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("killed_owner.ts", import.meta.url).pathname],
    env: { ...runtimeEnvironment },
    stdout: "piped",
  }).spawn();
  const reader = owner.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) text += (await reader.read()).value ?? "\n";
  const pid = Number(text);
  const isThere = () => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("sleep");
    } catch {
      return false;
    }
  };
  assert(isThere(), text);
  owner.kill("SIGKILL");
  await owner.status;
  await reader.cancel();
  while (isThere()) await new Promise((go) => setTimeout(go, 20));
});
