/** Whatever a server says, and whenever: it is a failure that is told, and ends nothing else. */
import { createServer } from "node:net";
import { joinBytes, SinkError } from "../../../core/mod.ts";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { listening } from "../../../tests/http_servers.ts";
import {
  ANSWERS,
  frame,
  longText,
  method,
  scriptedServer,
  shortText,
} from "../../../tests/peers/amqp.ts";
import { Random } from "../../../tests/property/random.ts";
import { FrameReader } from "./frames.ts";
import { readHeader, readMethod } from "./methods.ts";
import plugin from "./mod.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

function sinkOf({ port }: { readonly port: number }) {
  return plugin.create(plugin.schema.parse({ address: `127.0.0.1:${port}`, password: "w0rd" }));
}

/** What becomes of a message where the server answers the first one so, or says `more`. */
async function failureBy(answer: Uint8Array, more: Readonly<Record<string, Uint8Array>> = {}) {
  await using server = await scriptedServer(answer, more);
  const sink = sinkOf(server);
  const error = await sink.write(formatted("1"), { signal: AbortSignal.timeout(5000) }).catch((
    error,
  ) => error);
  await sink.close();
  assert(error instanceof SinkError, `${error}`);
  return error;
}

const NOTHING = new Uint8Array();
const CODE_541 = [2, 29];
const close = (text: string) => method(0, [10, 50], [...CODE_541, ...shortText(text), 0, 0, 0, 0]);
const ack = (tag: number, bits = 0) => method(1, [60, 80], [0, 0, 0, 0, 0, 0, 0, tag, bits]);
const nack = (tag: number, bits = 0) => method(1, [60, 120], [0, 0, 0, 0, 0, 0, 0, tag, bits]);
const HEARTBEAT = frame(8, 0, []);

/** A message comes back, with all properties that may stand in front of its id. */
const returned = (id: string, body: readonly number[], size = body.length) =>
  joinBytes([
    method(1, [60, 50], [1, 56, ...shortText("NO_ROUTE"), ...shortText(""), ...shortText("falco")]),
    frame(2, 1, [
      ...[0, 60, 0, 0, 0, 0, 0, 0, 0, 0, size >> 8, size & 0xff, 0xff, 0x80],
      ...[...shortText("text/plain"), ...shortText("utf-8"), 0, 0, 0, 0, 2, 0],
      ...[...shortText("c"), ...shortText("r"), ...shortText("e"), ...shortText(id)],
    ]),
    ...body.map((byte) => frame(3, 1, [byte])),
  ]);

Deno.test("rabbitmq: a server that ends a connection while it begins is told of, and ends nothing", async () => {
  for (const step of ["greeting", "10,11", "10,40", "20,10", "85,10", "50,10"]) {
    for (const before of [[], [ANSWERS[step]!]]) {
      const error = await failureBy(NOTHING, { [step]: joinBytes([...before, close("bye")]) });
      assertEquals([error.code, error.unclear], ["unavailable", 0]);
      const told = 'the server ended the connection: 541 (INTERNAL-ERROR) with message "bye"';
      assert(error.message.endsWith(told), error.message);
    }
  }
});

Deno.test("rabbitmq: what a server says wrongly while a connection begins is told", async () => {
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["greeting", new TextEncoder().encode("HTTP/1.1 400 \r\n\r\n"), /not what is documented/],
    ["greeting", new TextEncoder().encode("AMQP\0\0\x09\x01"), /not what is documented/],
    ["greeting", method(0, [10, 10], [1, 0]), /speaks AMQP 1-0, not 0-9-1/],
    ["greeting", method(0, [10, 10], [0, 9, 0]), /is cut short/],
    [
      "greeting",
      method(0, [10, 10], [0, 9, 0, 0, 0, 0, ...longText("EXTERNAL X"), ...longText("")]),
      /no passwords \(PLAIN\), only "EXTERNAL X"/,
    ],
    ["10,11", method(0, [10, 30], [0, 0, 0, 0, 0, 8, 0, 0]), /frames of 8 bytes/],
    ["10,11", ANSWERS["10,40"]!, /said open-ok where tune was due/],
    ["10,11", method(0, [10, 20], longText("?")), /nobody asked for: method 10\.20/],
    ["10,40", method(5, [10, 41], [0]), /method 10\.41 on channel 5/],
    ["10,40", frame(3, 1, [0]), /a frame of kind 3 where none was due/],
    ["20,10", ack(1), /confirms message 1, and has been sent 0/],
    ["85,10", new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]), /has no end mark/],
    ["50,10", new Uint8Array([9]), /a frame of kind 9, which there is none of/],
  ];
  for (const [step, answer, told] of cases) {
    const error = await failureBy(NOTHING, { [step]: answer });
    assert(told.test(error.message), `${told}: ${error.message}`);
    assertEquals([error.code, error.unclear], ["unavailable", 0]);
  }
});

Deno.test("rabbitmq: what a server answers wrongly to a message is told", async () => {
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [ack(2), /confirms message 2, and has been sent 1/],
    [nack(1), /could not take a message \(nack\)/],
    [nack(0, 1), /could not take a message \(nack\)/],
    [ANSWERS["50,10"]!, /said declare-ok, which nobody asked for/],
    [method(1, [60, 60]), /nobody asked for: method 60\.60/],
    [joinBytes([method(1, [60, 50]), ack(1)]), /a frame of kind 1 where none was due/],
    [joinBytes([returned("?", [], 1), frame(3, 1, [1, 2])]), /comes back longer than it says/],
    [
      method(1, [20, 40], [1, 150, ...shortText("no \u001b"), 0, 0, 0, 0]),
      /the server closed the channel: 406 \(PRECONDITION-FAILED\) with message "no \\u001b"$/,
    ],
    [joinBytes(Array.from({ length: 140_000 }, () => HEARTBEAT)), /says too much/],
    [joinBytes(Array.from({ length: 1001 }, () => method(1, [20, 20], [1]))), /says too much/],
  ];
  for (const [answer, told] of cases) {
    const error = await failureBy(answer);
    assert(told.test(error.message), `${told}: ${error.message}`);
    assertEquals([error.code, error.accepted, error.unclear], ["unavailable", 0, Infinity]);
  }
});

Deno.test("rabbitmq: what comes back was taken by no queue; what others sent does not matter", async () => {
  const [one] = formatted("1");
  const ids: string[] = [];
  {
    await using server = await scriptedServer(
      joinBytes([returned("of somebody else", [49]), ack(1)]),
    );
    const sink = sinkOf(server);
    await sink.write([one!]);
    await sink.close();
    ids.push(idIn(server.messageHeader()));
  }
  const error = await failureBy(joinBytes([returned(ids[0]!, [49]), ack(1)]));
  assert(error.message.endsWith('no queue takes messages for "falco"'), error.message);
});

function idIn(header: Uint8Array | undefined): string {
  assert(header);
  return readHeader(header).messageId;
}

Deno.test("rabbitmq: a server that asks to wait is answered, and waited for", async () => {
  const flow = (bit: number) => method(1, [20, 20], [bit]);
  await using server = await scriptedServer(flow(0));
  const sink = sinkOf(server);
  await assertRejects(() => sink.write(formatted("1"), { signal: AbortSignal.timeout(300) }), {
    message: /the server takes no messages now$/,
    unclear: 1,
  });
  server.sockets[0]!.write(joinBytes([flow(1), ack(1)]));
  await sink.write(formatted("1"));
  assertEquals([server.messages(), server.sockets.length], [1, 1]);
  const answers = () => server.heard.filter((one) => one === "20,21").length;
  while (answers() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await sink.close();
});

Deno.test("rabbitmq: a server that is silent for two heartbeats is gone, and one that is not is kept", async () => {
  const tune = { "10,11": method(0, [10, 30], [0, 0, 0, 0, 0xff, 0xff, 0, 1]) };
  await using silent = await scriptedServer(NOTHING, tune);
  await using alive = await scriptedServer(NOTHING, tune);
  const [lost, kept] = [silent, alive].map((server) => sinkOf(server));
  const beating = setInterval(() => alive.sockets[0]?.write(HEARTBEAT), 500);
  const written = kept!.write(formatted("1"));
  await assertRejects(() => lost!.write(formatted("1")), {
    message: /no answer within 2 s \(heartbeat\)$/,
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  clearInterval(beating);
  assert(alive.heard.filter((one) => one === "frame 8").length >= 4, alive.heard.join(" "));
  alive.sockets[0]!.write(ack(1));
  await written;
  for (const sink of [lost!, kept!]) await sink.close();
});

Deno.test("rabbitmq: what a server says while nobody writes ends its connection only", async () => {
  await using server = await scriptedServer(ack(1));
  const sink = sinkOf(server);
  await sink.write(formatted("1"));
  const gone = new Promise((resolve) => server.sockets[0]!.once("close", resolve));
  server.sockets[0]!.write(joinBytes([ANSWERS["10,40"]!, close("x"), new Uint8Array(99)]));
  await gone;
  const again = sink.write(formatted("2"));
  while (server.messages() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  server.sockets[1]!.write(ack(1));
  await again;
  await sink.close();
});

Deno.test("rabbitmq: a server is told goodbye, and may answer before the connection ends", async () => {
  await using server = await scriptedServer(ack(1));
  for (const [index, isAnswered] of [true, false].entries()) {
    const sink = sinkOf(server);
    const written = sink.write(formatted("1"));
    while (server.messages() <= index) await new Promise((resolve) => setTimeout(resolve, 5));
    const socket = server.sockets.at(-1)!;
    if (index > 0) socket.write(ack(1));
    await written;
    let isGone = false;
    const gone = new Promise<void>((resolve) => socket.once("end", resolve)).then(() =>
      isGone = true
    );
    await sink.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assertEquals([server.heard.at(-1), isGone], ["10,50", false]);
    if (isAnswered) socket.write(method(0, [10, 51]));
    // Nobody waits for ever either.
    await gone;
  }
});

/** What servers say, in no order. */
const SAID: readonly Uint8Array[] = [
  ...Object.values(ANSWERS),
  close("bye"),
  method(0, [10, 51]),
  method(0, [10, 60], shortText("memory")),
  method(0, [10, 61]),
  method(1, [20, 20], [1]),
  method(1, [20, 40], [1, 150, ...shortText("no"), 0, 0, 0, 0]),
  method(1, [60, 60]),
  nack(1),
  ack(0, 1),
  returned("x", [1, 2]),
  HEARTBEAT,
  frame(2, 1, [0, 60]),
  frame(3, 1, [1]),
  new TextEncoder().encode("AMQP\0\0\x09\x01"),
];
const STEPS = ["greeting", "10,11", "10,40", "20,10", "85,10", "50,10"];

function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = bytes.slice(0, random.below(4) === 0 ? random.below(bytes.length) : undefined);
  if (changed.length > 0 && random.below(3) === 0) {
    changed[random.below(changed.length)] = random.below(256);
  }
  return changed;
}

Deno.test("rabbitmq: a server that says anything at any moment is told of, and ends nothing", async () => {
  const random = new Random(SEED);
  for (let round = 0; round < 400; round++) {
    const step = random.below(STEPS.length + 1);
    const rubbish = Uint8Array.from({ length: random.below(64) }, () => random.below(256));
    const pieces = Array.from(
      { length: 1 + random.below(6) },
      () => damaged(random.pick(random.below(8) === 0 ? [rubbish] : SAID), random),
    );
    const isConfirmed = joinBytes(pieces).join().includes(ack(0).slice(7, 11).join());
    const isInOne = random.below(2) === 0;
    await using server = await listening(createServer((socket) => {
      let count = 0;
      socket.on("error", () => {});
      socket.on("data", () => {
        const answer = count < step ? ANSWERS[STEPS[count]!]! : NOTHING;
        const isTurn = ++count === (isInOne ? Math.max(step, 1) : step + 1);
        if (isTurn && isInOne) return void socket.end(joinBytes([answer, ...pieces]));
        if (answer.length > 0) socket.write(answer);
        if (!isTurn) return;
        const next = () => {
          const piece = pieces.shift();
          // It says no more, so nobody has to wait.
          if (!piece) socket.end();
          else socket.write(piece, () => setTimeout(next, 1));
        };
        next();
      });
    }));
    const sink = sinkOf(server);
    const signal = AbortSignal.timeout(1000);
    const error = await sink.write(formatted("1"), { signal }).catch((error) => error);
    await sink.close();
    if (isConfirmed && error === undefined) continue;
    assert(error instanceof SinkError, `seed ${SEED}: ${error}`);
    assert(/^Cannot .+: .{8}/.test(error.message), `seed ${SEED}: ${error.message}`);
  }
});

Deno.test("FrameReader hands out what was cut anywhere, and holds one frame at most", () => {
  const random = new Random(SEED);
  const frames = SAID.slice(0, -1);
  const whole = joinBytes(frames);
  for (let round = 0; round < 200; round++) {
    const reader = new FrameReader();
    const read: Uint8Array[] = [];
    for (let at = 0; at < whole.length;) {
      const end = at + 1 + random.below(40);
      for (const { kind, channel, payload } of reader.take(whole.subarray(at, end))) {
        read.push(frame(kind, channel, [...payload]));
      }
      at = end;
    }
    assertEquals(joinBytes(read), whole, `seed ${SEED}`);
  }
});

Deno.test("FrameReader, readMethod() and readHeader() say what is wrong with whatever they are fed", () => {
  const random = new Random(SEED);
  for (let round = 0; round < 3000; round++) {
    const bytes = damaged(joinBytes([random.pick(SAID), random.pick(SAID)]), random);
    try {
      for (const one of new FrameReader().take(bytes)) {
        (one.kind === 2 ? ({ payload }: typeof one) => readHeader(payload) : readMethod)(one);
      }
    } catch (error) {
      assert(error instanceof Error && error.constructor === Error, `seed ${SEED}: ${error}`);
      assert(/server|AMQP|Frame size/.test(error.message), `seed ${SEED}: ${error.message}`);
    }
  }
});
