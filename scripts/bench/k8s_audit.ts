/**
 * What taking audit events costs falcod: EventLists of 60 to 400 events, as real API servers sent them,
 * posted over 8 connections to falcod with the rules of RULES.
 *
 *     deno run -A scripts/bench/k8s_audit.ts [RULES] [SHARE] [ROUNDS]
 *
 * RULES: upstream's 48, unless given. SHARE: of the events, how many are of scenarios in which
 * something notable was done (0.02); the others are a cluster's own. ROUNDS: how often each of 64 lists
 * is posted (40). First as fast as it goes: events for each second of CPU. Then at half that rate: how
 * long answers take, counted from when a list should have been sent. Alerts have to be those of one
 * list after the other. Needs the conformance cases, and one processor for falcod to itself.
 */
import { Running } from "../../tests/cli/running.ts";
import { Folder } from "../../tests/cli/program.ts";
import { corpusFiles, corpusPath, readCorpus } from "../../tests/corpus.ts";
import { freePort } from "../../tests/free_port.ts";

const CONNECTIONS = 8;
const LISTS = 64;
/** USER_HZ, which is 100 on every Linux. */
const TICKS_PER_SECOND = 100;

interface List {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly events: number;
}

/** The same every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** As in an EventList, where items have no kind of their own. */
function withoutKind(line: string): object {
  const { kind: _kind, apiVersion: _version, ...item } = JSON.parse(line);
  return item;
}

function makeLists(share: number): readonly List[] {
  const usual = JSON.parse(readCorpus("k8s_audit/real/eventlist-batch2.json")).items as object[];
  const notable = corpusFiles("k8s_audit/real")
    .filter((name) => name.endsWith(".jsonl") && !name.endsWith("expected-fields.jsonl"))
    .flatMap((name) => readCorpus(name).trim().split("\n").map(withoutKind));
  const next = random(1);
  const pick = (from: readonly object[]) => from[Math.floor(next() * from.length)]!;
  return Array.from({ length: LISTS }, () => {
    const count = 60 + Math.floor(next() * 341);
    const items = Array.from({ length: count }, () => pick(next() < share ? notable : usual));
    const list = { kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {}, items };
    return { body: new TextEncoder().encode(JSON.stringify(list)), events: count };
  });
}

class Falcod implements AsyncDisposable {
  readonly #folder: Folder;
  readonly #running: Running;
  readonly #url: string;

  private constructor(folder: Folder, running: Running, port: number) {
    this.#folder = folder;
    this.#running = running;
    this.#url = `http://127.0.0.1:${port}/k8s-audit`;
  }

  static async start(rules: string): Promise<Falcod> {
    const port = freePort();
    const folder = new Folder({
      "falco.yaml": `
stdout_output: {enabled: true}
json_output: true
plugins:
  - {name: k8saudit, library_path: libk8saudit.so, open_params: "http://127.0.0.1:${port}/k8s-audit"}
`,
    });
    const files = ["-c", folder.file("falco.yaml"), "-r", rules];
    const running = await Running.start("run", ...files, "--disable-source", "syscall");
    return new Falcod(folder, running, port);
  }

  /** Until it is taken. */
  async post({ body }: List): Promise<void> {
    for (;;) {
      const headers = { "content-type": "application/json" };
      const reply = await fetch(this.#url, { method: "POST", body, headers });
      const text = await reply.text();
      if (reply.status === 200) return;
      if (reply.status !== 429 && reply.status !== 503) throw new Error(text);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** User and system time of all threads so far. */
  get cpuSeconds(): number {
    const stat = Deno.readTextFileSync(`/proc/${this.#running.process.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  get mostMemoryMiB(): number {
    const status = Deno.readTextFileSync(`/proc/${this.#running.process.pid}/status`);
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024;
  }

  /** How often each rule alerted, once it has ended. */
  async alerts(): Promise<ReadonlyMap<string, number>> {
    await this.#running.end();
    const counts = new Map<string, number>();
    for (const line of this.#running.out.trim().split("\n")) {
      const rule = line === "" ? "" : JSON.parse(line).rule as string;
      if (rule !== "") counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.end();
    this.#folder[Symbol.dispose]();
  }
}

/** Every list so often, as fast as it goes. */
async function flood(falcod: Falcod, lists: readonly List[], rounds: number) {
  const turns = Array.from({ length: rounds }, () => lists).flat();
  let next = 0;
  const cpu = falcod.cpuSeconds, startMs = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    for (let list; (list = turns[next++]);) await falcod.post(list);
  }));
  const seconds = (performance.now() - startMs) / 1000;
  const events = turns.reduce((sum, { events }) => sum + events, 0);
  return { seconds, events, cpuSeconds: falcod.cpuSeconds - cpu };
}

/** One after the other at a rate; how long each took from when it was due, in ms, sorted. */
async function pace(
  falcod: Falcod,
  lists: readonly List[],
  options: { rate: number; seconds: number },
) {
  const waits: number[] = [];
  const startMs = performance.now();
  let dueMs = startMs, next = 0;
  const cpu = falcod.cpuSeconds;
  let events = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    while (dueMs - startMs < options.seconds * 1000) {
      const list = lists[next++ % lists.length]!;
      const ownMs = dueMs;
      dueMs += list.events / options.rate * 1000;
      events += list.events;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, ownMs - performance.now())));
      await falcod.post(list);
      waits.push(performance.now() - ownMs);
    }
  }));
  const seconds = (performance.now() - startMs) / 1000;
  waits.sort((a, b) => a - b);
  return { waits, rate: events / seconds, load: (falcod.cpuSeconds - cpu) / seconds };
}

function isMultiple(
  of: ReadonlyMap<string, number>,
  times: number,
  counts: ReadonlyMap<string, number>,
): boolean {
  return of.size === counts.size &&
    [...of].every(([rule, count]) => counts.get(rule) === count * times);
}

if (import.meta.main) {
  const upstream = corpusPath("k8s_audit/upstream/k8s_audit_rules.yaml");
  const [rules = upstream, share = "0.02", rounds = "40"] = Deno.args;
  if (!rules) throw new Error("upstream's rules are not there; name others");
  const lists = makeLists(Number(share));
  const events = lists.reduce((sum, { events }) => sum + events, 0);
  const bytes = lists.reduce((sum, { body }) => sum + body.length, 0);
  console.log(`${LISTS} lists, ${events} events of ${Math.round(bytes / events)} bytes`);

  const sequential = await Falcod.start(rules);
  for (const list of lists) await sequential.post(list);
  const expected = await sequential.alerts();
  const alerts = [...expected.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${alerts} alerts, of ${(alerts / events * 100).toFixed(1)} % of the events`);

  await using falcod = await Falcod.start(rules);
  await flood(falcod, lists, 4);
  const most = await flood(falcod, lists, Number(rounds));
  const perCpu = most.events / most.cpuSeconds;
  console.log(
    `flood: ${Math.round(most.events / most.seconds)} events/s, ${Math.round(perCpu)} for each ` +
      `second of CPU; most memory ${Math.round(falcod.mostMemoryMiB)} MiB`,
  );
  const flooded = await falcod.alerts();
  const isSame = isMultiple(expected, 4 + Number(rounds), flooded);
  console.log(isSame ? "alerts are those of one list after the other" : "ALERTS DIFFER");

  await using paced = await Falcod.start(rules);
  await flood(paced, lists, 4);
  const half = Math.min(perCpu, most.events / most.seconds) / 2;
  const { waits, rate, load } = await pace(paced, lists, { rate: half, seconds: 15 });
  const at = (share: number) => waits[Math.floor(waits.length * share)]!.toFixed(1);
  console.log(
    `${Math.round(rate)} events/s at ${(load * 100).toFixed(0)} % of a CPU: answers after ` +
      `${at(.5)} ms (p50), ${at(.99)} ms (p99), ${at(.999)} ms (p99.9); ` +
      `most memory ${Math.round(paced.mostMemoryMiB)} MiB`,
  );
  if (!isSame) Deno.exit(1);
}
