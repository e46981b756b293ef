import { assertEquals } from "../../../tests/assert.ts";
import { LossHistory } from "./loss_history.ts";

Deno.test("LossHistory tells what had been lost by a time", () => {
  const history = new LossHistory();
  history.note(10n, { "events.file": 5, "drops.file": 0 });
  history.note(20n, { "events.file": 6, "drops.file": 1, "drops.other": 0 });
  history.note(30n, { "events.file": 7, "drops.file": 3 });
  assertEquals([19n, 20n, 29n, 99n].map((timeNs) => [...history.by(timeNs)]), [
    [],
    [["drops.file", 1]],
    [["drops.file", 1]],
    [["drops.file", 3]],
  ]);
});

Deno.test("LossHistory is bounded", () => {
  const history = new LossHistory();
  for (let time = 1; time <= 5000; time++) history.note(BigInt(time), { "drops.file": time });
  assertEquals(history.by(4000n).size, 0);
  assertEquals(history.by(5000n).get("drops.file"), 5000);
});
