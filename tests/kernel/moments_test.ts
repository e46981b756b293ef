/** What happens to threads between system calls is seen when rules name it, and only then. */
import { assert, assertEquals } from "../assert.ts";
import { differences, find, withActor } from "./actor.ts";
import { kernelTest } from "./harness.ts";
import { replayDifferences } from "./live_replay.ts";

kernelTest("a switch to another thread tells what the one used that ran", async () => {
  const condition = "evt.type = switch and proc.name = actor";
  const fields = ["evt.arg.next", "evt.rawarg.vm_rss"];
  await withActor({ condition, fields }, async (theatre) => {
    const { facts, events } = await theatre.perform(
      "fact(me => $$); select undef, undef, undef, 0.01 for 1 .. 3",
    );
    assert(events.length >= 3, `${events.length} switches`);
    const last = events.at(-1)!;
    assertEquals(differences(last, { "proc.pid": "{me}", "evt.category": "scheduler" }, facts), []);
    assert(Number(last.output_fields["evt.rawarg.vm_rss"]) > 500);
  });
});

kernelTest("a page fault tells where", async () => {
  const condition = "evt.type = page_fault and proc.name = actor";
  await withActor({ condition }, async (theatre) => {
    const { events } = await theatre.perform('$a = "x" x 1_000_000');
    const write = find(events, {
      "evt.args": /PAGE_NOT_PRESENT.*WRITE_ACCESS|WRITE_ACCESS.*NOT_PRES/,
    });
    assert(
      write !== undefined,
      `${events.length} faults: ${events.at(-1)?.output_fields["evt.args"]}`,
    );
    assert(/^addr=[0-9A-F]+ ip=[0-9A-F]{6,} error=\d+\(.*USER_FAULT.*\)$/.test(
      String(write.output_fields["evt.args"]),
    ));
  });
});

kernelTest("a rule about nearly every event does not mean what happens all the time", async () => {
  const condition = "proc.name = actor and evt.type != openat";
  await withActor({ condition }, async (theatre) => {
    await using recording = await theatre.record();
    const { events } = await theatre.perform("select undef, undef, undef, 0.01 for 1 .. 3");
    await recording.stop();
    const types = new Set(events.map(({ output_fields: fields }) => fields["evt.type"]));
    assert(types.has("execve") && types.has("select") || types.has("pselect6"), `${[...types]}`);
    assert(!types.has("switch") && !types.has("page_fault"));
    assertEquals(replayDifferences(events, await recording.replay([theatre.rules])), []);
  });
});
