/** Deliveries through a spool, ended at random by a copy of its folder: what a killed falcod leaves. */
import { setImmediate } from "node:timers/promises";
import type { FormattedAlert } from "../../core/mod.ts";
import { Delivery, REPEATED_FIELD, Spool } from "../../core/delivery/mod.ts";
import { alert, byMessage, inFolder, Log } from "../../core/delivery/testing.ts";
import { assert, assertEquals } from "../assert.ts";
import { FickleSink } from "./fickle_sink.ts";
import { Random } from "./random.ts";

const ROUNDS = 40;
const LIVES = 4;

/** The folder as it was at one moment, though files come and go meanwhile. */
function copy(from: string, to: string): void {
  Deno.mkdirSync(to, { mode: 0o700 });
  for (let tries = 0; tries < 1000; tries++) {
    try {
      const before = listing(from);
      for (const { name } of Deno.readDirSync(from)) {
        Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
      }
      if (listing(from) === before) return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    for (const { name } of Deno.readDirSync(to)) Deno.removeSync(`${to}/${name}`);
  }
  throw new Error(`${from} changes all the time`);
}

function listing(folder: string): string {
  return [...Deno.readDirSync(folder)].map(({ name }) => {
    const { ino, size, mtime } = Deno.statSync(`${folder}/${name}`);
    return `${name} ${ino} ${size} ${mtime?.getTime()}`;
  }).sort().join("\n");
}

/** Numbers that arrived in a life, and which of them with a mark. */
function told(arrived: readonly FormattedAlert[]) {
  return arrived.map(({ line, alert }) => ({
    number: Number(line),
    isMarked: alert.fields.has(REPEATED_FIELD),
  }));
}

async function judge(seed: number, folder: string): Promise<void> {
  const dice = new Random(seed);
  let sent = 0;
  /** Every number below has arrived. */
  let complete = 0;
  for (let life = 0; life < LIVES; life++) {
    const isLast = life === LIVES - 1;
    const own = `${folder}/${life}`;
    const spool = await Spool.open({
      folder: own,
      maxBytes: 1 << 20,
      sync: false,
      log: new Log(),
    });
    const watch = watchWrites(spool);
    const sink = new FickleSink(dice);
    const delivery = new Delivery({
      targets: [{
        name: "a",
        sink,
        formatter: byMessage,
        retry: { attempts: 1, firstMs: 1, mostMs: 1 },
        spool,
        limits: { batchSize: 1 + dice.below(9) },
      }],
      log: new Log(),
    });
    const before = complete;
    for (let turns = dice.below(30); turns > 0; turns--) {
      for (let i = dice.below(12); i > 0; i--) delivery.enqueue(alert(String(sent++)));
      await setImmediate();
      if (dice.below(20) === 0) await delivery.flush(60_000);
    }
    if (isLast) assert(await delivery.flush(60_000), `seed ${seed}: it does not end`);
    else copy(own, `${folder}/${life + 1}`);
    const { written } = watch;
    const arrivals = told(sink.arrived);
    await delivery.close();
    for (const { number, isMarked } of arrivals) {
      const where = `seed ${seed}, life ${life}: ${number}`;
      assert(number <= complete, `${where} arrives, ${complete} is missing`);
      if (number < complete) assert(number < before && isMarked, `${where} came before`);
      complete = Math.max(complete, number + 1);
    }
    if (isLast) return assertEquals(complete, sent, `seed ${seed}`);
    // What the disk does not have is gone with the process.
    sent = Math.max(complete, await endOf(`${folder}/${life + 1}`));
    assert(sent >= written, `seed ${seed}, life ${life}: ${sent} of ${written} are on disk`);
  }
}

/** Notes what the disk has got for sure. */
function watchWrites(spool: Spool): { readonly written: number } {
  const seen = { written: 0 };
  const append = spool.append.bind(spool);
  spool.append = async (entries) => {
    await append(entries);
    seen.written = Number(JSON.parse(entries.at(-1)!.text).message) + 1;
  };
  return seen;
}

/** The number behind the last one that a spool has; 0 where there is none. */
async function endOf(folder: string): Promise<number> {
  const looked = `${folder}.looked`;
  copy(folder, looked);
  const spool = await Spool.open({
    folder: looked,
    maxBytes: 1 << 20,
    sync: false,
    log: new Log(),
  });
  const entries = await spool.take(Infinity);
  await spool.close();
  const text = entries.at(-1)?.entry?.text;
  return text === undefined ? 0 : Number(JSON.parse(text).message) + 1;
}

Deno.test("through any trouble alerts arrive in order and none that is on disk is lost", async () => {
  for (let seed = 1; seed <= ROUNDS; seed++) {
    await inFolder(async (folder) => {
      await Deno.mkdir(`${folder}/0`, { mode: 0o700 });
      await judge(seed, folder);
    });
  }
});
