/** What becomes of alerts to a web server that is down, hangs, refuses or is not who it should be. */
import { createServer, type Socket } from "node:net";
import { createServer as createHttpServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Delivery, type DeliveryTarget, REPEATED_FIELD, Spool } from "../../core/delivery/mod.ts";
import { alert, inFolder, Log, Moody } from "../../core/delivery/testing.ts";
import type { Formatter } from "../../core/mod.ts";
import webhook from "../../plugins/sinks/webhook/mod.ts";
import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { newAuthority } from "../certificates.ts";
import { freePort } from "../free_port.ts";
import { httpReceiver } from "../peers/http_receiver.ts";

/** The number of the alert, and whether it may have come before. */
const byNumber: Formatter = {
  format: ({ message, fields }) =>
    JSON.stringify(fields.has(REPEATED_FIELD) ? `${message}!` : message),
};

interface Sending extends AsyncDisposable {
  readonly delivery: Delivery;
  readonly log: Log;
  /** A sink beside it that always works. */
  readonly beside: Moody;
  send(count: number): void;
  counters(): ReturnType<Delivery["counters"]>[number];
}

function sendTo(settings: Record<string, unknown>, more: Partial<DeliveryTarget> = {}): Sending {
  const log = new Log();
  const beside = new Moody();
  const web: DeliveryTarget = {
    name: "web",
    sink: webhook.create(webhook.schema.parse(settings)),
    formatter: byNumber,
    retry: { attempts: 20, firstMs: 5, mostMs: 20 },
    limits: { batchSize: 32 },
    ...more,
  };
  const other = { name: "beside", sink: beside, formatter: byNumber };
  const delivery = new Delivery({ targets: [web, other], log });
  let sent = 0;
  return {
    delivery,
    log,
    beside,
    send: (count) => {
      for (let i = 0; i < count; i++) delivery.enqueue(alert(String(sent++)));
    },
    counters: () => delivery.counters()[0]!,
    [Symbol.asyncDispose]: async () => void await delivery.close(),
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** By hand: 60. */
const OUTAGE_S = Number(Deno.env.get("FALCOD_OUTAGE_SECONDS") ?? 1);
const PER_SECOND = 1000;

Deno.test(`a server that is down for ${OUTAGE_S} s, under ${PER_SECOND} alerts a second: all arrive, in order`, async () => {
  await inFolder(async (folder) => {
    const port = freePort();
    const log = new Log();
    const spool = await Spool.open({ folder, maxBytes: 1 << 30, sync: false, log });
    await using sending = sendTo({ address: `http://127.0.0.1:${port}/` }, {
      spool,
      retry: { attempts: 0, firstMs: 100, mostMs: 1000 },
      // The spool alone keeps them: far fewer fit into memory.
      limits: { batchSize: 32, capacity: 500 },
    });
    const { counters, delivery } = sending;
    const startedMs = performance.now();
    let sent = 0;
    while (sent < OUTAGE_S * PER_SECOND) {
      const due = Math.min(
        OUTAGE_S * PER_SECOND,
        Math.floor((performance.now() - startedMs) / 1000 * PER_SECOND),
      );
      // As a busy machine makes them, a few at a time.
      for (; sent < due; sent += Math.min(50, due - sent)) sending.send(Math.min(50, due - sent));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(() => counters().spool!.alerts + 32 >= sent);
    assertObjectMatch(counters(), { state: "retrying", delivered: 0, dropped: 0, queued: sent });
    const arrived: string[] = [];
    await using server = Deno.serve(
      { port, hostname: "127.0.0.1", onListen() {} },
      async (request) => {
        arrived.push(await request.json());
        return new Response();
      },
    );
    assert(server);
    assert(await delivery.flush(600_000));
    assertEquals(arrived, numbers(sent));
    assertObjectMatch(counters(), {
      delivered: sent,
      failed: 0,
      dropped: 0,
      queued: 0,
      repeated: 0,
    });
    await delivery.close();
  });
});

Deno.test("a server that takes connections and never answers holds up nobody else, and loses nothing", async () => {
  const taken: Socket[] = [];
  const silent = createServer((socket) => void taken.push(socket.on("error", () => {})));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  await using sending = sendTo({ address: `http://127.0.0.1:${port}/` }, { timeoutMs: 20 });
  sending.send(3);
  await until(() => sending.counters().retries > 1);
  assertEquals(sending.beside.lines, ['"0"', '"1"', '"2"']);
  const refusal = 'warning Output "web" failed and is tried again: no answer within 20 ms';
  assertEquals(sending.log.lines, [refusal]);
  // In its place, at the same address, one that does.
  const closed = new Promise((resolve) => silent.close(resolve));
  for (const socket of taken) socket.destroy();
  await closed;
  const arrived: string[] = [];
  await using server = Deno.serve(
    { port, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      arrived.push(await request.json());
      return new Response();
    },
  );
  assert(server);
  assert(await sending.delivery.flush(10_000));
  // Nobody knows whether the silent one took the first; it was not sent the others.
  assertEquals(arrived, ["0!", "1", "2"]);
  assertObjectMatch(sending.counters(), { delivered: 3, failed: 0, repeated: 1 });
});

Deno.test("what a server may have taken before its connection broke comes again with a mark", async () => {
  const arrived: string[] = [];
  let isFirst = true;
  const server = createHttpServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part) => body += part).on("end", () => {
      arrived.push(JSON.parse(body));
      if (!isFirst) return void response.end();
      isFirst = false;
      request.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  {
    await using sending = sendTo({ address: `http://127.0.0.1:${port}/` });
    sending.send(3);
    assert(await sending.delivery.flush(10_000));
    assertEquals(arrived, ["0", "0!", "1", "2"]);
    assertObjectMatch(sending.counters(), { delivered: 3, failed: 0, repeated: 1 });
  }
  await new Promise((resolve) => server.close(resolve));
});

for (const status of [429, 500, 503, 301]) {
  Deno.test(`a server that answers ${status} for a while gets all of it later, in order`, async () => {
    await using receiver = httpReceiver();
    let refusals = 3;
    const arrived: string[] = [];
    receiver.answer = ({ body }) => {
      if (refusals-- > 0) {
        const headers = status === 301 ? { location: "http://127.0.0.1:1/" } : {};
        return new Response("not now", { status, headers });
      }
      arrived.push(JSON.parse(body));
      return new Response();
    };
    await using sending = sendTo({ address: receiver.url });
    sending.send(40);
    assert(await sending.delivery.flush(10_000));
    assertEquals(arrived, numbers(40));
    assertObjectMatch(sending.counters(), { delivered: 40, failed: 0, retries: 3, repeated: 0 });
    assert(sending.log.lines[0]!.includes(`answered ${status}`), sending.log.lines[0]);
    assert(sending.log.lines[1]!.includes("nothing was lost"), sending.log.lines[1]);
  });
}

Deno.test("a server that answers 400 loses the alert it does not want, and no other", async () => {
  await using receiver = httpReceiver();
  receiver.answer = ({ body }) =>
    new Response("", { status: JSON.parse(body) === "7" ? 400 : 200 });
  const dead: string[] = [];
  await using sending = sendTo({ address: receiver.url }, {
    onDead: (alerts, reason) => void dead.push(`${alerts.map(({ line }) => line)}: ${reason}`),
  });
  sending.send(20);
  assert(await sending.delivery.flush(10_000));
  assertObjectMatch(sending.counters(), { delivered: 19, failed: 1, rejected: 1, retries: 0 });
  assertEquals(dead.length, 1);
  assert(dead[0]!.startsWith('"7": ') && dead[0]!.includes("answered 400"), dead[0]);
});

Deno.test("a name that nobody has, and a port where nobody listens, are tried and told", async () => {
  for (const address of ["http://nobody.invalid/", "http://127.0.0.1:1/"]) {
    const dead: string[] = [];
    await using sending = sendTo({ address }, {
      retry: { attempts: 2, firstMs: 1, mostMs: 1 },
      onDead: (alerts, reason) => void dead.push(`${alerts.length}: ${reason}`),
    });
    sending.send(2);
    assert(await sending.delivery.flush(30_000));
    assertObjectMatch(sending.counters(), {
      state: "failing",
      delivered: 0,
      failed: 2,
      retries: 2,
    });
    assertEquals(dead.length, 1);
    assert(dead[0]!.startsWith(`2: Cannot reach ${new URL(address).origin}: `), dead[0]);
    assertEquals(sending.beside.lines, ['"0"', '"1"']);
  }
});

Deno.test("a server whose certificate has ended gets nothing until it has another", async () => {
  await inFolder(async (folder) => {
    const authority = await newAuthority();
    const hour = 3_600_000;
    const ended = await authority.issue({
      commonName: "localhost",
      notBefore: new Date(Date.now() - 2 * hour),
      notAfter: new Date(Date.now() - hour),
    });
    const fresh = await authority.issue({ commonName: "localhost" });
    await Deno.writeTextFile(`${folder}/ca.pem`, authority.certificate);
    const arrived: string[] = [];
    const server = createTlsServer(
      { cert: ended.certificate, key: ended.key },
      (request, response) => {
        let body = "";
        request.setEncoding("utf8").on("data", (part) => body += part).on("end", () => {
          arrived.push(JSON.parse(body));
          response.end();
        });
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const address = `https://127.0.0.1:${port}/`;
    {
      await using sending = sendTo({ address, tls: { ca: `${folder}/ca.pem` } });
      sending.send(3);
      await until(() => sending.counters().retries > 1);
      assertEquals(arrived, []);
      const [told] = sending.log.lines;
      assert(told!.includes("is its certificate still valid"), told);
      server.setSecureContext({ cert: fresh.certificate, key: fresh.key });
      assert(await sending.delivery.flush(10_000));
      assertEquals(arrived, numbers(3));
    }
    await new Promise((resolve) => server.close(resolve));
  });
});
