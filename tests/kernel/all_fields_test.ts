/**
 * Live = replay, of all that programs do to be hard to follow: every field of every event that they cause
 * is held against what a recording of them tells.
 */
import { assert } from "../assert.ts";
import { withActor } from "./actor.ts";
import { buildProgram } from "./build_program.ts";
import { comparedFields } from "./compared_fields.ts";
import { DEEDS } from "./deeds.ts";
import { kernelTest } from "./harness.ts";
import { replayDifferences } from "./live_replay.ts";

/** A process of before the recording, that acts when it is woken, and ends when nobody does. */
const EARLY =
  `alarm 120; POSIX::mkfifo("wake", 0600); POSIX::mkfifo("done", 0600); fact(ready => 1);
  open W, "<", "wake"; open F, "<", "early.pl"; system "true"; open D, ">", "done"`;
const WAKE = `open W, ">", "wake"; close W; open D, "<", "done"; <D>;`;

/** As many deeds as falcod's output takes the events of without a pause. */
const AT_ONCE = 6;

/** One after the other, each in a process of its own. */
function* scripts(): Generator<string> {
  const deeds = Object.entries(DEEDS).map(([name, perl]) =>
    `if (!fork) { mkdir "${name}"; chdir "${name}"; ${perl};\n exit } wait;`
  );
  yield `open S, ">", "file"; print S "text\\n"; close S; ${WAKE}`;
  for (let i = 0; i < deeds.length; i += AT_ONCE) yield deeds.slice(i, i + AT_ONCE).join("\n");
}

kernelTest("every field of what programs do is the same in a replay", async () => {
  const condition = "(proc.name = actor or proc.aname = actor) and " +
    // What happens all the time, and what loads libraries.
    "not evt.type in (page_fault, switch, rt_sigaction, rt_sigprocmask, mprotect, fstat) and " +
    "not (fd.name startswith /usr or fd.name startswith /lib or fd.name startswith /etc/ld.so)";
  const fields = comparedFields();
  assert(fields.length > 180, `${fields.length} fields`);
  await withActor({ condition, allFields: fields, early: EARLY }, async (theatre) => {
    Deno.copyFileSync(await buildProgram("uring"), `${theatre.folder}/uring`);
    await using recording = await theatre.record();
    for (const script of scripts()) await theatre.perform(script);
    await recording.stop();
    const live = theatre.falcod.alerts;
    const types = new Set(live.map(({ output_fields: fields }) => fields["evt.type"]));
    assert(types.size > 80, `${types.size} types of events: ${[...types]}`);
    const wrong = replayDifferences(live, await recording.replay([theatre.rules]));
    assert(wrong.length === 0, `${wrong.length} differ\n${wrong.slice(0, 50).join("\n")}`);
  });
});
