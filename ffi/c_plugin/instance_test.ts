import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { builtPlugin } from "../../tests/c_plugin/build.ts";
import {
  CPlugin,
  type CPluginLibrary,
  EventInput,
  type FieldValue,
  openCPlugin,
  openParamsIn,
  Tables,
} from "./mod.ts";

const SOURCE = "falcod_test";

async function started(
  config = "{}",
  log: string[] = [],
  { library = "source", tables = new Tables() } = {},
): Promise<CPlugin> {
  return await CPlugin.init(openCPlugin(builtPlugin(library)), {
    name: SOURCE,
    source: SOURCE,
    config,
    tables,
    log: (level, message) => log.push(`${level} ${message}`),
  });
}

function fieldOf({ fields }: CPluginLibrary, name: string) {
  return fields.find((field) => field.name === name)!;
}

async function firstEvent(plugin: CPlugin, openParams: string): Promise<EventInput> {
  const input = new EventInput(SOURCE);
  await plugin.open(openParams);
  const { events } = await plugin.nextBatch();
  assert(events!.read(0, input, 1));
  return input;
}

Deno.test("CPlugin delivers batches until its source ends", async () => {
  const plugin = await started();
  await plugin.open("250");
  const input = new EventInput(SOURCE);
  const lengths: (number | undefined)[] = [];
  const outcomes: string[] = [];
  for (let outcome = ""; outcome !== "end";) {
    const next = await plugin.nextBatch();
    outcomes.push(outcome = next.outcome);
    lengths.push(next.events?.length);
    assert(next.events?.read(0, input, 1) ?? true);
  }
  assertEquals(outcomes, ["more", "more", "more", "end"]);
  assertEquals(lengths, [100, 100, 50, undefined]);
  assertEquals(plugin.progress(), "100.00 %");
  await plugin.close();
  await plugin.destroy();
});

Deno.test("CPlugin has values of all types of fields, lists and arguments", async () => {
  const plugin = await started('{"greeting":"hi"}');
  const input = await firstEvent(plugin, "7");
  const ask = (name: string, argument?: number | string): FieldValue =>
    plugin.extract(input, fieldOf(plugin.library, name), argument);
  assertEquals(ask("test.text"), "7 hello odd");
  assertEquals(ask("test.number"), 7);
  assertEquals(ask("test.is_even"), false);
  assertEquals(ask("test.since"), 1_500_000_000n);
  assertEquals(ask("test.when"), 1_700_000_000_123_456_789n);
  assertEquals(ask("test.address"), Uint8Array.of(192, 168, 7, 9));
  assertEquals(ask("test.address", 6), Uint8Array.of(0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1));
  assertEquals(ask("test.net"), Uint8Array.of(192, 168, 7, 9));
  assertEquals(ask("test.words"), ["7", "hello", "odd"]);
  assertEquals(ask("test.lengths"), [1, 5, 3]);
  assertEquals(ask("test.given", "a b"), "a b");
  assertEquals(ask("test.either"), "0 - -1");
  assertEquals(ask("test.either", 12), "1 12 12");
  assertEquals(ask("test.either", "x"), "1 x -1");
  assertEquals(ask("test.config"), '{"greeting":"hi"}');
  assertEquals(plugin.eventText(input), "<7 hello odd>");
  await plugin.destroy();
});

Deno.test("CPlugin takes what makes no sense for nothing", async () => {
  const plugin = await started();
  const input = await firstEvent(plugin, "1");
  const odd = (argument: string) =>
    plugin.extract(input, fieldOf(plugin.library, "test.odd"), argument);
  assertEquals(odd("null value"), ["fine"]);
  assertEquals(odd("bytes"), ["fine", "\udcff\udcfe t"]);
  for (const what of ["huge", "null", "fail", "nothing"]) assertEquals(odd(what), undefined);
  const address = (index: number) =>
    plugin.extract(input, fieldOf(plugin.library, "test.address"), index);
  assertEquals([address(3), address(0)], [undefined, undefined]);
  assertEquals(plugin.failures, { extracting: 1, parsing: 0 });
  await plugin.destroy();
});

Deno.test("CPlugin refuses batches that cannot be", async () => {
  for (const mode of ["huge", "null"]) {
    const plugin = await started();
    await plugin.open(`5 ${mode}`);
    await assertRejects(() => plugin.nextBatch(), /plugin_next_batch/);
    await plugin.destroy();
  }
  const plugin = await started();
  await plugin.open("6 odd");
  const { events } = await plugin.nextBatch();
  const input = new EventInput(SOURCE);
  const good = Array.from({ length: 7 }, (_, index) => events!.read(index, input, 1));
  assertEquals(good, [false, true, false, false, true, true, false]);
  await plugin.destroy();
});

Deno.test("CPlugin says in the plugin's words what failed", async () => {
  await assertRejects(() => started('{"fail":true}'), /plugin_init failed: told to fail/);
  const plugin = await started();
  await assertRejects(() => plugin.open("-1"), /there is no such thing as -1/);
  await plugin.open("0 fail");
  assertEquals((await plugin.nextBatch()).outcome, "failed");
  assert(plugin.batchFailure().message.includes("the source is broken"));
  await plugin.destroy();
});

Deno.test("CPlugin follows events, and is asked once an event for a field", async () => {
  const plugin = await started();
  const input = await firstEvent(plugin, "4");
  const seen = () => plugin.extract(input, fieldOf(plugin.library, "test.seen"), "hello");
  plugin.parse(input);
  assertEquals(seen(), 1);
  plugin.parse(input);
  assertEquals(seen(), 1);
  input.begin(input.bytes.length, 2);
  assertEquals(seen(), 2);
  await plugin.destroy();
});

Deno.test("CPlugin has events and messages of the plugin's threads, and ends them", async () => {
  const log: string[] = [];
  const plugin = await started("{}", log);
  const ticked = Promise.withResolvers<void>();
  let ticks = 0;
  // A thread of a plugin keeps nothing running.
  const running = setInterval(() => {}, 1000);
  await plugin.startAsync((bytes) => {
    const text = new TextDecoder().decode(bytes.subarray(42));
    if (!text.startsWith("test_tick\0")) return "that is unheard of";
    if (++ticks === 3) ticked.resolve();
    return undefined;
  });
  await ticked.promise;
  await plugin.stopAsync();
  clearInterval(running);
  assertEquals(log, ["info falcod_test: started", "warning thread: that is unheard of"]);
  await plugin.destroy();
});

Deno.test("CPlugin runs routines while it listens", async () => {
  const plugin = await started();
  const input = await firstEvent(plugin, "1");
  await plugin.startListening();
  for (let ran: FieldValue = false; ran !== true;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    input.begin(input.bytes.length, 1);
    ran = plugin.extract(input, fieldOf(plugin.library, "test.routine"), undefined);
  }
  await plugin.stopListening();
  await plugin.destroy();
});

Deno.test("CPlugin tells what it can be opened with", async () => {
  const plugin = await started();
  assertEquals(openParamsIn(await plugin.openParams()), [
    { value: "10", description: "ten events" },
    { value: "20 forever", description: "" },
  ]);
  await plugin.destroy();
});

Deno.test("CPlugin has what a plugin tells of itself in numbers, without what makes no sense", async () => {
  const plugin = await started();
  await plugin.open("250");
  await plugin.nextBatch();
  assertEquals(await plugin.metrics(), [
    { name: "delivered", isCounter: true, value: 100n },
    { name: "below_zero", isCounter: false, value: -5n },
    { name: "half", isCounter: false, value: 0.5 },
    { name: "line_break", isCounter: false, value: 7 },
    { name: "quarter", isCounter: false, value: 0.25 },
  ]);
  await plugin.close();
  const last = plugin.metrics();
  await plugin.destroy();
  assertEquals((await last).length, 5);
  assertEquals(await plugin.metrics(), []);
});

/** Whether a state of the plugin was taken away from a thread that was at work on it. */
async function isRobbed(): Promise<FieldValue> {
  const plugin = await started();
  const input = await firstEvent(plugin, "1");
  const robbed = plugin.extract(input, fieldOf(plugin.library, "test.robbed"), undefined);
  await plugin.destroy();
  return robbed;
}

Deno.test("CPlugin does not end while a call of it has not come back, nor is it called afterwards", async () => {
  const plugin = await started();
  await plugin.open("0 forever");
  const reading = plugin.nextBatch();
  assert(plugin.isAtWork);
  await assertRejects(() => plugin.destroy(), /it is still at work/);
  assertEquals((await reading).outcome, "nothing-yet");
  await plugin.startAsync(() => undefined);
  const stopping = plugin.stopAsync();
  await assertRejects(() => plugin.destroy(), /it is still at work/);
  await stopping;
  await plugin.destroy();
  await assertRejects(() => plugin.close(), /it has ended/);
  await assertRejects(() => plugin.nextBatch(), /it has ended/);
  assertEquals(plugin.progress(), undefined);
  assertEquals(await isRobbed(), false);
});

Deno.test("CPlugin does not end while a routine runs of a plugin that then would not listen", async () => {
  const plugin = await started('{"deaf":true}');
  await assertRejects(() => plugin.startListening(), /it hears nothing/);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await plugin.destroy();
  assertEquals(await isRobbed(), false);
});

Deno.test("a plugin that has ended has no tables any more for others", async () => {
  const tables = new Tables();
  const plugin = await started("{}", [], { tables });
  const observer = await started("{}", [], { library: "observer", tables });
  const input = await firstEvent(plugin, "1");
  plugin.parse(input);
  const words = () => {
    input.begin(input.bytes.length, 1);
    return observer.extract(input, fieldOf(observer.library, "obs.words"), "hello");
  };
  assertEquals(words(), 1);
  await plugin.destroy();
  assertEquals(words(), undefined);
  await observer.destroy();
});
