/** Outputs that are exchanged at random while alerts come, by sinks that nobody can rely on. */
import { setImmediate } from "node:timers/promises";
import type { FormattedAlert } from "../../core/mod.ts";
import { Delivery, REPEATED_FIELD, Spool, type WantedTarget } from "../../core/delivery/mod.ts";
import { alert, byMessage, inFolder, Log, Moody } from "../../core/delivery/testing.ts";
import { assert, assertEquals } from "../assert.ts";
import { FickleSink } from "./fickle_sink.ts";
import { Random } from "./random.ts";

const ROUNDS = 30;

async function judge(seed: number, folder: string): Promise<void> {
  const dice = new Random(seed);
  const log = new Log();
  const arrived: FormattedAlert[] = [];
  const isSpooled = dice.below(2) === 0;
  let version = 0;
  const target = (): WantedTarget => ({
    name: "a",
    key: String(version),
    open: async () => ({
      name: "a",
      sink: new FickleSink(dice, arrived),
      formatter: byMessage,
      retry: { attempts: 1e9, firstMs: 1, mostMs: 1 },
      limits: { batchSize: 1 + dice.below(9) },
      ...isSpooled && {
        spool: await Spool.open({ folder, maxBytes: 1 << 20, sync: false, log }),
      },
    }),
  });
  const beside = new Moody();
  const other = {
    name: "b",
    key: "",
    open: () => Promise.resolve({ name: "b", sink: beside, formatter: byMessage }),
  };
  const delivery = new Delivery({ targets: [], log });
  await delivery.change({ targets: [target(), other] });
  let sent = 0;
  const send = () => {
    for (let i = dice.below(12); i > 0; i--) delivery.enqueue(alert(String(sent++)));
  };
  for (let turns = dice.below(30); turns > 0; turns--) {
    send();
    await setImmediate();
    if (dice.below(4) > 0) continue;
    version += dice.below(2);
    const targets = dice.below(2) === 0 ? [target(), other] : [other, target()];
    const changing = delivery.change({ targets });
    send();
    await setImmediate();
    send();
    await changing;
  }
  assert(await delivery.flush(60_000), `seed ${seed}`);
  await delivery.close();

  const seen = new Set<number>();
  for (const { line, alert } of arrived) {
    const number = Number(line);
    if (seen.has(number)) assert(alert.fields.has(REPEATED_FIELD), `seed ${seed}: ${line} twice`);
    else assertEquals(number, seen.size, `seed ${seed}: not in order`);
    seen.add(number);
  }
  assertEquals([seen.size, beside.lines.length], [sent, sent], `seed ${seed}`);
  for (const { name, failed, dropped, kept } of delivery.counters()) {
    assertEquals([failed, dropped, kept], [0, 0, 0], `seed ${seed}, ${name}`);
  }
}

Deno.test("whatever is exchanged when, all alerts arrive in order, and twice only with a mark", async () => {
  for (let seed = 1; seed <= ROUNDS; seed++) await inFolder((folder) => judge(seed, folder));
});
