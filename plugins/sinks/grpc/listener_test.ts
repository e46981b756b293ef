import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { STANDARD_LIMITS } from "../../../core/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { newAuthority } from "../../../tests/certificates.ts";
import { Listener, type ServerTls } from "./listener.ts";

/** The preface of HTTP/2 and empty settings. */
const GREETING = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

class Fixture implements AsyncDisposable {
  readonly told: string[] = [];
  readonly clients: Socket[] = [];
  readonly #listener: Listener;

  private constructor(tls: ServerTls | undefined, firstRequestMs: number) {
    this.#listener = new Listener({
      place: { address: "127.0.0.1:0" },
      tls,
      take: (socket) => socket.resume(),
      warn: (text) => void this.told.push(text),
      firstRequestMs,
    });
  }

  static async open(
    { tls, firstRequestMs = 60_000 }: { tls?: ServerTls; firstRequestMs?: number } = {},
  ): Promise<Fixture> {
    const fixture = new Fixture(tls, firstRequestMs);
    await fixture.#listener.listen();
    return fixture;
  }

  get port(): number {
    return this.#listener.port;
  }

  async client(says = ""): Promise<Socket> {
    const client = this.keep(connect({ port: this.port, host: "127.0.0.1" }));
    await once(client, "connect");
    if (says) client.write(says);
    return client;
  }

  keep(client: Socket): Socket {
    client.on("error", () => {});
    client.resume();
    this.clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const client of this.clients) client.destroy();
    await pause(20);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, "close");
}

/** A server's certificate, and a client's that it takes. */
async function pairs() {
  const authority = await newAuthority();
  const server = await authority.issue({ commonName: "server" });
  const client = await authority.issue({ commonName: "client" });
  const tls: ServerTls = {
    key: server.key,
    cert: server.certificate,
    ca: authority.certificate,
    caPath: "ca.pem",
  };
  return { tls, client };
}

Deno.test("a listener ends who does not begin to speak HTTP/2, and nobody else", async () => {
  await using served = await Fixture.open({ firstRequestMs: 300 });
  const speaks = await served.client(GREETING);
  const silent = await served.client();
  const slow = await served.client("PRI * HTTP");
  await Promise.all([closed(silent), closed(slow)]);
  await pause(300);
  assertEquals(speaks.closed, false);
  assert(/^\d connections were ended that did not begin to speak/.test(served.told[0]!));
});

Deno.test("a listener takes so many connections, and ends those that say nothing first", async () => {
  await using served = await Fixture.open();
  const speaks = await served.client(GREETING);
  await pause(50);
  const most = STANDARD_LIMITS.maxConnections;
  const silent: Socket[] = [];
  for (let i = 0; i < most + 20; i++) silent.push(await served.client());
  await Promise.all(silent.slice(0, 21).map(closed));
  assertEquals(silent.filter((socket) => !socket.closed).length, most - 1);
  assertEquals(speaks.closed, false);
  assertEquals(served.told, ["too many connections, one was ended"]);
});

Deno.test("a listener with TLS ends who makes no session, and tells of wrong certificates", async () => {
  const { tls, client } = await pairs();
  await using served = await Fixture.open({ tls, firstRequestMs: 1500 });
  const withTls = (own?: Deno.TlsCertifiedKeyPem) =>
    Deno.connectTls({
      port: served.port,
      hostname: "localhost",
      caCerts: [tls.ca],
      alpnProtocols: ["h2"],
      ...own,
    });
  const strangers = await newAuthority("another");
  const { key, certificate: cert } = await strangers.issue({ commonName: "stranger" });
  for (const refused of [await withTls(), await withTls({ key, cert })]) {
    await refused.read(new Uint8Array(9)).catch(() => {});
    refused.close();
  }
  await pause(50);
  const [told, ...others] = served.told;
  assert(told!.startsWith("a client was not let in by TLS: "), told);
  assert(told!.includes('signed by one in "ca.pem"'), told);

  assertEquals(others, []);
  using known = await withTls({ key: client.key, cert: client.certificate });
  await known.write(new TextEncoder().encode(GREETING));
  const most = STANDARD_LIMITS.maxConnectionsOfAddress;
  await pause(50);
  const silent: Socket[] = [];
  for (let i = 0; i < most + 5; i++) silent.push(await served.client());
  await Promise.all(silent.slice(0, 6).map(closed));
  await Promise.all(silent.map(closed));
  await pause(1500);
  const answer = await Promise.race([known.read(new Uint8Array(9)), pause(100)]);
  assertEquals(answer, undefined);
});
