/** What an event of a capture costs before anybody looks at it: read from memory, plain and compressed. */
import { gzipSync } from "node:zlib";
import {
  captureInput,
  memoryInput,
  MemoryOutput,
  type ScapInput,
  ScapReader,
  ScapWriter,
} from "../../core/scap/mod.ts";
import { writeBusyHost } from "../../scripts/bench/busy_host.ts";

const EVENTS = 200_000;

const output = new MemoryOutput();
await writeBusyHost(output, { events: EVENTS, seed: 1 });
const capture = output.bytes;
const packed = gzipSync(capture);

function packedInput(): Promise<ScapInput> {
  const { read, close } = memoryInput(packed);
  return captureInput({ read: async (into) => await read(into) || null, close });
}

/** Answers something that depends on every event, so that none can be left out. */
async function readEvents(input: ScapInput, look: (reader: ScapReader) => number): Promise<number> {
  using reader = new ScapReader(input);
  let sum = 0;
  for (;;) {
    const item = reader.next();
    if (item.kind === "event") sum += look(reader);
    else if (item.kind === "more") await reader.fill();
    else if (item.kind === "end" || item.kind === "fault") return sum;
  }
}

const type = ({ event }: ScapReader) => event.type;
const header = ({ event }: ScapReader) =>
  event.type + event.threadId + event.timeLow + event.paramLength(0) + event.paramStart(2);

Deno.bench(`ScapReader: ${EVENTS} events, from memory`, async () => {
  await readEvents(memoryInput(capture), type);
});
Deno.bench(`ScapReader: ${EVENTS} events, and a look at header and parameters`, async () => {
  await readEvents(memoryInput(capture), header);
});
Deno.bench(`ScapReader: ${EVENTS} events, compressed`, async () => {
  await readEvents(await packedInput(), type);
});
Deno.bench(`ScapWriter.copy: ${EVENTS} events, read and written`, async () => {
  const writer = new ScapWriter(new MemoryOutput(), { pendingLimitBytes: Infinity });
  await readEvents(memoryInput(capture), ({ event }) => writer.copy(event) === "written" ? 1 : 0);
});
