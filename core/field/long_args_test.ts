import { assertEquals } from "../../tests/assert.ts";
import { type Image, withWords, Words } from "../event/mod.ts";
import { eventOf, stateOf, valueOf } from "./fixture_test.ts";

class CountingWords extends Words {
  timesApart = 0;

  override get list(): readonly string[] {
    this.timesApart++;
    return super.list;
  }
}

Deno.test("fields show long arguments in a row without taking them apart", () => {
  const event = eventOf("execve");

  const args = new CountingWords("-n\0".repeat(3000)),
    env = new CountingWords("A=1\0".repeat(3000));
  const state = stateOf({ processId: 100 });
  const { image, credentials, membership } = state.processes.process(100)!;
  const line = Array(3000).fill("-n").join(" ");
  const long: Image = withWords(image, { args, env });
  state.apply({
    kind: "exec",
    ...{ threadId: 100, processId: 100, parentId: 1, comm: image.comm, cwd: "/", startClockNs: 0 },
    credentials,
    membership,
    image: long,
  }, 0);
  args.timesApart = env.timesApart = 0;
  for (let times = 0; times < 2; times++) {
    assertEquals(valueOf("proc.args", event, state), line);
    assertEquals(valueOf("proc.cmdline", event, state), `${image.comm} ${line}`);
    assertEquals(valueOf("proc.env", event, state), Array(3000).fill("A=1").join(" "));
  }
  assertEquals([args.timesApart, env.timesApart], [0, 0]);
  assertEquals(valueOf("proc.args[2999]", event, state), "-n");
  assertEquals(valueOf("proc.env[A]", event, state), "1");
  assertEquals(valueOf("proc.cmdnargs", event, state), 3000);
});
