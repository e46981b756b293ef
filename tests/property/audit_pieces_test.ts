/** Bodies of audit events that come in pieces and are judged in parts: as if they had come at once. */
import { encodeUtf8, type Event } from "../../core/mod.ts";
import { AuditEvent } from "../../plugins/sources/k8s_audit/audit_event.ts";
import { type AuditIntake, Intake, type Taken } from "../../plugins/sources/k8s_audit/intake.ts";
import { auditEvents, type PayloadProblem } from "../../plugins/sources/k8s_audit/payload.ts";
import { k8sAuditSchema } from "../../plugins/sources/k8s_audit/schema.ts";
import { Webhook } from "../../plugins/sources/k8s_audit/webhook.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const ROUNDS = 100;
const LIMITS = { maxEventBytes: 900, maxDepth: 16 };
const MAX_BODY_BYTES = 2000;
/** As many as are told one by one. */
const TOLD = 16;

type Shape = "kind first" | "kind last" | "array" | "one after the other";
const SHAPES: readonly Shape[] = ["kind first", "kind last", "array", "one after the other"];

function bodyOf(shape: Shape, random: Random): string {
  const items = Array.from({ length: random.below(40) }, (_, id) => itemOf(id, random));
  const blank = random.pick(["", " ", "\n\t"]);
  const list = items.join(`${blank},${blank}`);
  switch (shape) {
    case "kind first":
      return `{${blank}"kind":"EventList","metadata":{"a":[1]},"items"${blank}:[${list}]${blank}}`;
    case "kind last":
      return `{"metadata":{},${blank}"items":${blank}[${list}],"kind"${blank}:"EventList"}`;
    case "array":
      return `[${blank}${list}]`;
    case "one after the other":
      return items.join(blank);
  }
}

/** An event, or what is none, too large or too deep. */
function itemOf(id: number, random: Random): string {
  const event = { kind: "Event", auditID: String(id), stageTimestamp: "2020-10-25T13:58:49Z" };
  switch (random.below(12)) {
    case 0:
      return JSON.stringify({ ...event, more: "x".repeat(1000) });
    case 1:
      return JSON.stringify({ ...event, stageTimestamp: "yesterday" });
    case 2:
      return `{"kind":"Event","auditID":"${id}","a":${"[".repeat(20)}${"]".repeat(20)}}`;
    default:
      return JSON.stringify({ ...event, more: ['"]}{,[\\', "ü".repeat(random.below(100))] });
  }
}

const GARBAGE = ["\0", "\xff", '"', "\\", "]", "}", "[", "{", ",", ":", "]}", "1", "nul", "  "];

/** Behind the first bracket, where everybody knows already what it is. */
function withGarbage(body: Uint8Array, random: Random): Uint8Array {
  const at = body.indexOf(0x5b) + 1 + random.below(body.length);
  const garbage = Uint8Array.from(random.pick(GARBAGE), (unit) => unit.charCodeAt(0));
  return new Uint8Array([...body.subarray(0, at), ...garbage, ...body.subarray(at)]);
}

function pieces(body: Uint8Array, random: Random): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  const most = random.pick([1, 10, 300, 3000]);
  return new ReadableStream({
    pull(to) {
      if (at >= body.length) return to.close();
      const size = 1 + random.below(most);
      to.enqueue(body.slice(at, at += size));
    },
  });
}

/** What comes of a body that is posted so. */
async function posted(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  { isPacked }: { readonly isPacked: boolean },
) {
  const ids: string[] = [], problems: PayloadProblem[] = [];
  const deliver = (event: Event) => {
    assert(event instanceof AuditEvent);
    ids.push(String(event.document.auditID));
  };
  const context = { deliver, settle: () => undefined };
  const intake = new Intake({ ...LIMITS, context, maxWaitingBytes: 1 << 20 });
  let parts = 0;
  const noted: AuditIntake = {
    passOver: (kind) => intake.passOver(kind),
    turnAway: () => intake.turnAway(),
    take: async (payload, origin): Promise<Taken> => {
      parts++;
      const taken = await intake.take(payload, origin);
      if (taken.kind === "taken") problems.push(...taken.problems);
      return taken;
    },
  };
  const http = { kind: "http", hostname: "::", port: 0, path: "/", maxBodyBytes: MAX_BODY_BYTES };
  const [config] = k8sAuditSchema.parse({ inputs: [http] }).inputs;
  assert(config?.kind === "http");
  const nothing = () => {};
  const log = { debug: nothing, info: nothing, warning: nothing, error: nothing };
  const webhook = new Webhook(config, {
    intake: noted,
    context: { signal: new AbortController().signal, log },
  });
  const init = {
    method: "POST",
    body: isPacked ? stream.pipeThrough(new CompressionStream("gzip")) : stream,
    headers: { "content-type": "application/json", ...isPacked && { "content-encoding": "gzip" } },
    duplex: "half",
  };
  const request = new Request("http://localhost/", init as RequestInit);
  const { status } = await webhook.handle(request, { address: "10.0.0.1", port: 1 });
  return { ids, problems: problems.map(shown), status, parts };
}

function postedPieces(body: Uint8Array, random: Random) {
  return posted(pieces(body, random), { isPacked: random.below(3) === 0 });
}

function shown({ kind, detail, offset }: PayloadProblem): string {
  return `${kind} at ${offset}: ${detail}`;
}

function atOnce(body: Uint8Array) {
  const { events, problems } = auditEvents(body, LIMITS);
  const all = [...events, ...problems.flatMap(({ rest }) => rest ?? [])];
  return {
    ids: all.map(({ value }) => String(value.auditID)).sort(),
    problems: problems.map(shown),
  };
}

for (const shape of SHAPES) {
  Deno.test(`a body in pieces is judged as one that comes at once: ${shape}`, async () => {
    const random = new Random(SHAPES.indexOf(shape) + 1);
    let parts = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const body = encodeUtf8(bodyOf(shape, random));
      const found = await postedPieces(body, random), wanted = atOnce(body);
      parts += found.parts;
      assertEquals(found.ids.sort(), wanted.ids, `round ${round}`);
      if (wanted.problems.length <= TOLD) assertEquals(found.problems, wanted.problems);
    }
    assert(parts > 2 * ROUNDS, `${parts} parts`);
  });

  Deno.test(`garbage in a body in pieces costs what it costs at once: ${shape}`, async () => {
    const random = new Random(SHAPES.indexOf(shape) + 101);
    for (let round = 0; round < ROUNDS; round++) {
      const body = withGarbage(encodeUtf8(bodyOf(shape, random)), random);
      const found = await postedPieces(body, random), wanted = atOnce(body);
      const where = `round ${round}: ${JSON.stringify(new TextDecoder().decode(body))}`;
      // Garbage may have made a string or an object of what follows, which does not end.
      if (found.status === 413) assert(wanted.problems.length > 0, where);
      for (const id of wanted.ids) assert(found.ids.includes(id), where);
      if (shape === "kind last") continue; // of which at once nothing may be left
      assertEquals(found.ids.sort(), wanted.ids, where);
    }
  });
}

Deno.test("gzip that unpacks to more than anybody has room for is never held", async () => {
  for (const text of ["[", " ", '{"kind":"EventList","items":[', '"', "\0", "[1 x"]) {
    const start = encodeUtf8(text), filler = new Uint8Array(1 << 20).fill(start.at(-1)!);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (to) => to.enqueue(start),
      pull(to) {
        sent += filler.length;
        // 1 MB of gzip
        if (sent > 1 << 30) to.close();
        else to.enqueue(filler.slice());
      },
    }, { highWaterMark: 0 });
    const { status, parts } = await posted(endless, { isPacked: true });
    // What began like JSON and can be none any more need not come to its end.
    assertEquals([status, parts], text === "[1 x" ? [400, 1] : [413, 0], text);
    assert(sent < 64 << 20, `${sent} bytes were unpacked`);
  }
});
