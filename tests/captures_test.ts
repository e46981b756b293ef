/**
 * Upstream's captures: each is read to its end, holds what was recorded of it, and comes out again
 * byte by byte.
 */
import { assert, assertEquals } from "./assert.ts";
import { eventType } from "../core/event/mod.ts";
import {
  faultText,
  memoryInput,
  MemoryOutput,
  openCapture,
  type ScapDescriptor,
  type ScapEvent,
  type ScapGroup,
  type ScapInput,
  type ScapInterface,
  type ScapItem,
  type ScapProcess,
  ScapReader,
  type ScapUser,
  ScapWriter,
} from "../core/scap/mod.ts";
import { corpusFiles, corpusPath, corpusTest, parseLines, readCorpus } from "./corpus.ts";

const EVENT_BLOCKS = new Set([0x216, 0x217, 0x221, 0x222]);
const OLD_EVENT_BLOCKS = new Set([0x204, 0x208]);
const DESCRIPTORS = 0x218;
/** Of a thread that has nothing open; there is nothing to read in it, so it is not written. */
const EMPTY_DESCRIPTORS_BYTES = 20;

interface GoldenCapture {
  readonly capture: string;
  readonly summary: {
    /** Events shown, and their numbers by `type<` or `type>`. */
    readonly events: number;
    readonly types: Readonly<Record<string, number>>;
  };
}

interface GoldenEvents {
  readonly capture: string;
  readonly events: readonly {
    /** Absent where upstream showed nothing of an event. */
    readonly fields?: Readonly<Record<string, string>>;
  }[];
}

/** Where this is, the captures are. */
const GOLDEN = "event-fields-golden.jsonl";

/** The unit tests' captures were written by the version of today, block for block. */
const todays = capturesIn("ut-captures");
const captures = [
  ...["captures/falco", "captures/libs", "captures/falco-history", "captures/falco-history/psp"]
    .flatMap(capturesIn),
  ...todays,
];

corpusTest("captures hold as many events of each type as upstream counts", [
  "captures-golden.jsonl",
], async () => {
  for (
    const { capture, summary } of parseLines<GoldenCapture>(readCorpus("captures-golden.jsonl"))
  ) {
    const counts: Record<string, number> = {};
    await visit(await open(capture), (item) => {
      if (item.kind !== "event") return;
      const { name, direction } = eventType(item.type)!;
      const key = `${name}${direction === "enter" ? ">" : "<"}`;
      counts[key] = (counts[key] ?? 0) + 1;
    });
    const found = Object.fromEntries(Object.keys(summary.types).map((key) => [key, counts[key]]));
    assertEquals(found, { ...summary.types }, capture);
  }
});

corpusTest("events of upstream's unit tests come with their time, processor and order", [
  GOLDEN,
], async () => {
  for (const golden of parseLines<GoldenEvents>(readCorpus(GOLDEN))) {
    const found: string[] = [];
    await visit(await open(golden.capture), (item) => {
      if (item.kind === "event") found.push(`${item.timeNs} ${item.cpu}`);
    });
    let at = 0;
    for (const { fields } of golden.events) {
      if (!fields) continue;
      const wanted = `${fields["evt.rawtime"]} ${fields["evt.cpu"]}`;
      at = found.indexOf(wanted, at) + 1;
      assert(at > 0, `${golden.capture} has ${wanted} in its place`);
    }
  }
});

corpusTest("captures of today are written block by block as they were", [GOLDEN], async () => {
  for (const capture of todays) {
    const original = await decompressed(capture);
    const wanted = blocksOf(original).filter(({ type, bytes }) =>
      type !== DESCRIPTORS || bytes.length > EMPTY_DESCRIPTORS_BYTES
    );
    assertEquals(blocksOf(await rewritten(original)), wanted, capture);
  }
});

corpusTest("events of all captures are written as they were", [GOLDEN], async () => {
  for (const capture of captures) {
    const original = await decompressed(capture);
    if (blocksOf(original).some(({ type }) => OLD_EVENT_BLOCKS.has(type))) continue;
    const events = (bytes: Uint8Array) =>
      blocksOf(bytes).filter(({ type }) => EVENT_BLOCKS.has(type));
    assertEquals(events(await rewritten(original)), events(original), capture);
  }
});

corpusTest(
  "captures of all versions read the same when they were written again",
  [GOLDEN],
  async () => {
    for (const capture of captures) {
      const original = await decompressed(capture);
      const [wanted, found] = [await contents(original), await contents(await rewritten(original))];
      assertEquals(found, wanted, capture);
    }
  },
);

function capturesIn(folder: string): string[] {
  return corpusFiles(folder).filter((path) => path.endsWith(".scap"));
}

async function visit(input: ScapInput, look: (item: ScapItem) => void): Promise<void> {
  using reader = new ScapReader(input);
  for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
    if (item.kind === "fault") throw new Error(faultText(item));
    if (item.kind === "more") await reader.fill();
    else look(item);
  }
  assertEquals([reader.unknownBlocks, reader.unknownEvents], [0, 0]);
}

async function open(capture: string): Promise<ScapInput> {
  return await openCapture(corpusPath(capture)!);
}

async function decompressed(capture: string): Promise<Uint8Array> {
  const input = await open(capture);
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = new Uint8Array(1 << 16);
    const got = await input.read(part);
    if (got === 0) break;
    parts.push(part.subarray(0, got));
  }
  input.close();
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** The same capture as falcod writes it. */
async function rewritten(capture: Uint8Array): Promise<Uint8Array> {
  const output = new MemoryOutput();
  const writer = new ScapWriter(output);
  const list: ListItem[] = [];
  const groupOf = (item: ListItem) =>
    item.kind === "descriptor" ? `of ${item.threadId}` : item.kind === "group" ? "user" : item.kind;
  const endList = () => {
    if (list.length > 0) writeList(writer, list.splice(0));
  };
  await visit(memoryInput(capture), (item) => {
    if (item.kind === "section" || item.kind === "more" || item.kind === "end") return;
    if (item.kind === "fault") return;
    if (item.kind === "event") {
      endList();
      assertEquals(writer.copy(item), "written");
      return;
    }
    if (list.length > 0 && groupOf(list[0]!) !== groupOf(item)) endList();
    list.push(item);
  });
  endList();
  await writer.close();
  return output.bytes;
}

type ListItem = Exclude<
  ScapItem,
  ScapEvent | { kind: "section" | "more" | "end" | "fault" }
>;

function writeList(writer: ScapWriter, list: readonly ListItem[]): void {
  const [first] = list;
  switch (first?.kind) {
    case "machine":
      return writer.machine(first);
    case "interface":
      return writer.interfaces(list as ScapInterface[]);
    case "user":
    case "group":
      return writer.accounts(list as (ScapUser | ScapGroup)[]);
    case "process":
      return writer.processes(list as ScapProcess[]);
    case "descriptor":
      return writer.descriptors(first.threadId, list as ScapDescriptor[]);
  }
}

/** All there is to know of a capture, as values. */
async function contents(capture: Uint8Array): Promise<unknown[]> {
  const items: unknown[] = [];
  await visit(memoryInput(capture), (item) => {
    // The version is that of whoever wrote the file.
    if (item.kind === "section") return;
    if (item.kind !== "event") return void items.push(item);
    const { type, timeNs, threadId, cpu, flags, paramCount } = item;
    const params = Array.from(
      { length: paramCount },
      (_, index) => String(item.paramBytes(index)),
    );
    items.push({ type, timeNs, threadId, cpu, flags, params });
  });
  return items;
}

function blocksOf(capture: Uint8Array): { readonly type: number; readonly bytes: Uint8Array }[] {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const blocks: { type: number; bytes: Uint8Array }[] = [];
  for (let at = 0; at < capture.length;) {
    const length = view.getUint32(at + 4, true);
    blocks.push({ type: view.getUint32(at, true), bytes: capture.subarray(at, at + length) });
    at += length;
  }
  return blocks;
}
