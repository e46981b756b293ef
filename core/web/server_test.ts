import {
  assert,
  assertEquals,
  assertObjectMatch,
  assertRejects,
  assertThrows,
} from "../../tests/assert.ts";
import { curl } from "../../tests/curl.ts";
import { Folder } from "../../tests/cli/program.ts";
import type { Endpoint } from "./endpoint.ts";
import { jsonReply } from "./reply.ts";
import { Fixture, frame, http2Client, mirror, tlsFolder } from "../../tests/web_server.ts";

Deno.test("a web server gives each path to its endpoint, and says where there is none", async () => {
  await using fixture = new Fixture();
  const { url, server } = await fixture.serve();
  const found = await curl("-d", "hello", `${url}/mirror?timeout=30s`);
  assertObjectMatch(found, { status: 200 });
  assertEquals(JSON.parse(found.body), { method: "POST", body: "hello", address: "127.0.0.1" });
  const head = await curl("-I", `${url}/mirror`);
  assertEquals(head.body.trimEnd().split("\r\n\r\n").length, 1, head.body);
  for (const path of ["/", "/mirror/", "/Mirror", "//mirror", "/mirror/x", "/%6dirror"]) {
    assertObjectMatch(await curl(`${url}${path}`), { status: 404 });
  }
  assertEquals(JSON.parse((await curl(`${url}/x`)).body).error, "nothing is at /x");
  assert(JSON.parse((await curl(`${url}/x`)).body).help.endsWith(": /mirror"));
  assertObjectMatch(await curl("-X", "TRACE", `${url}/mirror`), { status: 405 });
  assertObjectMatch(await curl("-X", "PURGE", `${url}/mirror`), { status: 200 });
  assertObjectMatch(await curl("-H", `X: ${"x".repeat(20_000)}`, `${url}/mirror`), { status: 431 });
  assertEquals(server.counters.faults, 0);
});

const bigBody = (bytes: number) => `@${bodyFile("x".repeat(bytes))}`;
const files = new Folder({});
let fileCount = 0;
function bodyFile(content: string | Uint8Array): string {
  const path = files.file(`body${fileCount++}`);
  if (typeof content === "string") Deno.writeTextFileSync(path, content);
  else Deno.writeFileSync(path, content);
  return path;
}

Deno.test("a client that was refused gets to see why, whatever it still sends", async () => {
  await using fixture = new Fixture();
  const { url } = await fixture.serve();
  for (
    const more of [[], ["-H", "Expect:"], ["-H", "Transfer-Encoding: chunked", "-H", "Expect:"]]
  ) {
    const found = await curl("--data-binary", bigBody(5_000_000), ...more, `${url}/mirror`);
    assertObjectMatch(found, { status: 413 });
    assertEquals(JSON.parse(found.body).body, "too-large");
  }
});

Deno.test("an endpoint that throws is a bug that is answered, counted and logged", async () => {
  await using fixture = new Fixture();
  const { url, server } = await fixture.serve({
    path: "/bug",
    handle: () => {
      throw new Error("no such luck");
    },
  });
  assertObjectMatch(await curl(`${url}/bug`), { status: 500 });
  assertEquals(server.counters.faults, 1);
  assert(fixture.said[0]?.includes("this is a bug"), fixture.said[0]);
});

Deno.test("what is posted to where nothing is is told, once in a while; other requests are not", async () => {
  await using fixture = new Fixture();
  const { url } = await fixture.serve();
  assertObjectMatch(await curl(`${url}/k8s_audit`), { status: 404 });
  assertEquals(fixture.said, []);
  for (const path of ["/k8s_audit\n", "/other"]) {
    assertObjectMatch(await curl("-d", "{}", encodeURI(url + path)), { status: 404 });
  }
  assertEquals(fixture.said.map((line) => line.replace(/^.*?:\d+: /, "")), [
    '127.0.0.1 posts to "/k8s_audit%0A", and nothing is there; there is /mirror',
  ]);
});

Deno.test("a client that speaks TLS where there is none is told of", async () => {
  await using fixture = new Fixture();
  const { url } = await fixture.serve();
  await curl("-k", `${url.replace("http:", "https:")}/mirror`);
  const [line = ""] = fixture.said;
  assert(line.includes("127.0.0.1 speaks TLS, and there is none here"), line);
  assertEquals(fixture.said.length, 1);
});

Deno.test("a path with letters of patterns means itself", async () => {
  await using fixture = new Fixture();
  const { url } = await fixture.serve({ path: "/a:b/*", handle: () => new Response("here") });
  assertObjectMatch(await curl("-g", `${url}/a:b/*`), { status: 200, body: "here" });
  assertObjectMatch(await curl(`${url}/axb/c`), { status: 404 });
});

Deno.test("servers are one for each address, and conflicts are told", async () => {
  await using fixture = new Fixture();
  const { web } = fixture;
  const { server } = await fixture.serve();
  const { port } = server.address!;
  assertEquals(web.at({ hostname: "127.0.0.1", port: 0 }), server);
  assertThrows(() => server.mount(mirror), { code: "path-conflict" });
  assertThrows(() => server.mount({ ...mirror, path: "mirror" }), { code: "bad-address" });
  const tls = { certificatePath: "/a.pem", keyPath: "/a.pem" };
  assertThrows(() => web.at({ hostname: "127.0.0.1", port: 0, tls }), { code: "tls-conflict" });
  const taken = web.at({ hostname: "127.0.0.1", port });
  await assertRejects(taken.start(), {
    code: "listen-failed",
    message: `Cannot listen on 127.0.0.1:${port}: something else listens there already`,
  });
  await assertRejects(web.at({ hostname: "192.0.2.1", port: 0 }).start(), {
    message: "Cannot listen on 192.0.2.1:0: this machine has no such address",
  });
  await assertRejects(web.at({ hostname: "127.0.0.1", port: 1, tls }).start(), {
    code: "bad-certificate",
    message: 'Cannot use "/a.pem" for TLS: there is no such file',
  });
});

Deno.test("no host name means all addresses, of IPv4, too", async () => {
  await using fixture = new Fixture();
  const server = fixture.web.at({ hostname: "", port: 0 });
  server.mount(mirror);
  await server.start();
  const found = await curl(`http://127.0.0.1:${server.address!.port}/mirror`);
  assertEquals(JSON.parse(found.body).address, "127.0.0.1");
});

Deno.test("more headers than anybody has are refused, wherever the body's length stands", async () => {
  await using fixture = new Fixture({ maxHeaders: 20 });
  const { url } = await fixture.serve();
  const ask = (count: number) => {
    const headers = Array.from({ length: count - 3 }, (_, i) => `a${i}:\r\n`).join("");
    const request = `POST /mirror HTTP/1.1\r\nHost: a\r\n${headers}Content-Length: 5\r\n` +
      `Connection: close\r\n\r\nhello`;
    return afterSaying(url, request);
  };
  assert((await ask(20)).includes('"body":"hello"'));
  for (const count of [21, 22, 40, 2500]) {
    const said = await ask(count);
    assertEquals(said.match(/HTTP.*/g), ["HTTP/1.1 431 Request Header Fields Too Large"]);
  }
});

Deno.test("endpoints see the headers they look at, and no others", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture();
  const names: Endpoint = {
    path: "/names",
    handle: ({ headers }) => jsonReply([...headers.keys()]),
  };
  const { url } = await fixture.serve(names, made.tls);
  for (const flag of ["--http1.1", "--http2"]) {
    const { body } = await curl(flag, "-k", "-H", "Authorization: b", "-d", "x", `${url}/names`);
    assertEquals(JSON.parse(body), ["authorization", "content-length", "content-type"]);
  }
});

Deno.test("who is refused may send all before reading why", async () => {
  await using fixture = new Fixture();
  const { server } = await fixture.serve();
  using client = await Deno.connect({ hostname: "127.0.0.1", port: server.address!.port });
  const body = "x".repeat(16 << 20);
  const request =
    `POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  await new Blob([request]).stream().pipeTo(client.writable, { preventClose: true });
  const said = await client.readable.getReader().read();
  assert(new TextDecoder().decode(said.value).startsWith("HTTP/1.1 404"));
});

Deno.test("who asks on and on without waiting loses the connection, and nothing is read on", async () => {
  await using fixture = new Fixture();
  const { server, url } = await fixture.serve();
  using client = await Deno.connect({ hostname: "127.0.0.1", port: server.address!.port });
  const requests = "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n".repeat(5000);
  await new Blob([requests]).stream().pipeTo(client.writable).catch(() => {});
  await new Response(client.readable).bytes().catch(() => {});
  assertObjectMatch(await curl("-d", "hello", `${url}/mirror`), { status: 200 });
  const { crowdedOut, requests: taken } = server.counters;
  assertEquals(crowdedOut, 1);
  assert(taken <= 40, String(taken));
});

Deno.test("who takes no answers does not fill the memory, and keeps nobody from small ones", async () => {
  await using fixture = new Fixture({ maxAnswerBytes: 24 << 20 });
  const large = "x".repeat(8 << 20);
  const { server, url } = await fixture.serve({
    path: "/large",
    handle: () => new Response(large),
  });
  server.mount({ path: "/small", handle: () => new Response("small") });
  const until = async (status: number) => {
    while ((await curl(`${url}/large`)).status !== status);
  };
  const client = await Deno.connect({ hostname: "127.0.0.1", port: server.address!.port });
  const request = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
  await client.write(new TextEncoder().encode(request.repeat(3)));
  await until(503);
  assertObjectMatch(await curl(`${url}/small`), { status: 200, body: "small" });
  assert(fixture.said[0]?.includes("do not take their answers"), fixture.said.join());
  client.close();
  await until(200);
});

Deno.test("TLS speaks HTTP/1.1 and 2, with key and certificate in one file", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture();
  const { url } = await fixture.serve(mirror, made.tls);
  for (const [flag, version] of [["--http1.1", "1.1"], ["--http2", "2"]] as const) {
    const ask = (...more: string[]) => curl(flag, "--cacert", made.path("ca.pem"), ...more);
    const found = await ask("-d", "hello", `${url}/mirror`);
    assertObjectMatch(found, { status: 200, httpVersion: version });
    assertEquals(JSON.parse(found.body), { method: "POST", body: "hello", address: "127.0.0.1" });
    const large = await ask("--data-binary", bigBody(5_000_000), `${url}/mirror`);
    assertEquals(JSON.parse(large.body).body, "too-large");
  }
  assertObjectMatch(await curl(`${url.replace("https", "http")}/mirror`), { status: 0 });
});

Deno.test("only clients with a certificate of the authority are let in where one is named", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture();
  const tls = { ...made.tls, clientCaPath: made.path("ca.pem") };
  const { url, server } = await fixture.serve(mirror, tls);
  const ask = (...more: string[]) =>
    curl("--cacert", made.path("ca.pem"), ...more, `${url}/mirror`);
  for (const flag of ["--http1.1", "--http2"]) {
    const found = await ask(flag, "--cert", made.path("client.pem"));
    assertEquals(found.error, "");
    assertEquals(JSON.parse(found.body).certificateSubject, "O=kube,CN=api");
    for (const name of ["stranger.pem", "expired.pem"]) {
      assertObjectMatch(await ask(flag, "--cert", made.path(name)), { status: 0 });
    }
    assertObjectMatch(await ask(flag), { status: 0 });
  }
  assertEquals(server.counters.failedHandshakes, 6);
  const help =
    `clients need a certificate of X.509 version 3, signed by one in "${tls.clientCaPath}"`;
  const isTold = (text: string) => text.includes("not let in by TLS") && text.endsWith(help);
  assert(fixture.said.some(isTold), fixture.said.join());
});

Deno.test("new certificates are taken as soon as their files change, and broken ones are not", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture();
  const { url, server } = await fixture.serve(mirror, made.tls);
  const subject = async () => {
    const { error } = await curl("-v", "--cacert", made.path("ca.pem"), `${url}/mirror`);
    return /subject: CN=(.*)/.exec(error)?.[1];
  };
  assertEquals(await subject(), "server");
  Deno.writeTextFileSync(made.path("server.pem"), "-----BEGIN CERTIFICATE-----");
  server.reload();
  assertEquals(await subject(), "server");
  const other = await made.authority.issue({ commonName: "other" });
  Deno.writeTextFileSync(made.path("server.pem"), other.certificate + other.key);
  while (await subject() === "server") await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(await subject(), "other");
  assert(
    fixture.said.some((text) => text.includes("goes on with what it had")),
    fixture.said.join(),
  );
});

Deno.test("a body that nobody reads stays where it is, with TLS, too", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture();
  const size = 64 << 20;
  let sent = 0;
  const unread: Endpoint = {
    path: "/unread",
    handle: async () => {
      for (let before = -1; sent !== before && sent < size;) {
        before = sent;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return jsonReply({ sent });
    },
  };
  const { server } = await fixture.serve(unread, made.tls);
  const { port } = server.address!;
  const caCerts = [Deno.readTextFileSync(made.path("ca.pem"))];
  using client = await Deno.connectTls({ hostname: "localhost", port, caCerts });
  const head =
    `POST /unread HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`;
  const writer = client.writable.getWriter();
  const sending = (async () => {
    await writer.write(new TextEncoder().encode(head));
    for (const piece = new Uint8Array(1 << 16); sent < size; sent += piece.length) {
      await writer.write(piece);
    }
  })().catch(() => {});
  const said = await new Response(client.readable).text();
  await sending;
  const [, unreadBytes] = /"sent":(\d+)/.exec(said) ?? [];
  assert(Number(unreadBytes) < size / 2, said);
});

Deno.test("who sends by HTTP/2 and never reads loses the connection", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture({ firstRequestMs: 500 });
  const { server } = await fixture.serve(mirror, made.tls);
  using client = await http2Client({ port: server.address!.port, ca: made.path("ca.pem") });
  const ping = frame(6, 0, Array<number>(8).fill(0));
  const writer = client.writable.getWriter();
  const pings = new Uint8Array(Array<readonly number[]>(4000).fill(ping).flat());
  let sent = 0;
  try {
    while (sent < 1 << 29) {
      await writer.write(pings);
      sent += pings.length;
    }
  } catch {
    // As it should be.
  }
  assert(sent < 1 << 29);
});

Deno.test("HTTP/2 goes on where temporary files were cleaned up", async () => {
  using temporary = new Folder({});
  const script = new URL("../../tests/web_cleaned_up.ts", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", "--frozen", script, temporary.path],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  const said = text.decode(stderr);
  assertEquals(text.decode(stdout).trim(), '{"status":200,"httpVersion":"2"}', said);
});

Deno.test("a key that TLS does not take is told, and changes nothing that is at work", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture();
  const { url, server } = await fixture.serve(mirror, made.tls);
  const path = made.path("server.pem"), key = made.path("other.key");
  const kinds = [
    { kind: ["rsa:512"], said: "TLS does not take it: key too small" },
    { kind: ["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"], said: "its private key is none of" },
  ];
  for (const { kind, said } of kinds) {
    const { success } = await new Deno.Command("openssl", {
      args: ["req", "-x509", "-nodes", "-subj", "/CN=a", "-keyout", key, "-out", path]
        .concat("-newkey", ...kind),
      stderr: "null",
    }).output();
    assert(success);
    Deno.writeTextFileSync(path, Deno.readTextFileSync(key), { append: true });
    server.reload();
    assert(fixture.said.some((text) => text.includes(said)), fixture.said.join());
    assertObjectMatch(await curl("-k", `${url}/mirror`), { status: 200 });
    await using other = new Fixture();
    await assertRejects(other.serve(mirror, made.tls), { code: "bad-certificate" });
  }
});

Deno.test("frames that are not allowed end their connection, and nothing else", async () => {
  using made = await tlsFolder();
  await using fixture = new Fixture();
  const { url, server } = await fixture.serve(mirror, made.tls);
  const caCerts = [Deno.readTextFileSync(made.path("ca.pem"))];
  const { port } = server.address!;
  const zeros = (count: number) => Array<number>(count).fill(0);
  const goAway = frame(7, 0, zeros(8)), settings = frame(4, 0), reset = frame(3, 5, zeros(4));
  const start = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  for (
    const said of [
      [...settings, ...reset],
      // With node's HTTP/2 in Deno 2.9.6 this ended the process.
      [...settings, ...goAway, ...reset],
      [...settings, ...frame(4, 0, [0, 5, 0, 0, 0, 1])],
      [...frame(1, 1, Array(9).fill(255))],
      [...crypto.getRandomValues(new Uint8Array(200))],
    ]
  ) {
    using client = await Deno.connectTls({
      hostname: "localhost",
      port,
      caCerts,
      alpnProtocols: ["h2"],
    });
    await client.write(new Uint8Array([...start, ...said]));
    await new Response(client.readable).bytes().catch(() => {});
  }
  const found = await curl("--http2", "--cacert", made.path("ca.pem"), "-d", "x", `${url}/mirror`);
  assertObjectMatch(found, { status: 200, httpVersion: "2" });
  assertEquals(server.counters.faults, 0);
});

/** What the server sends before it closes a connection on which only this was said. */
async function afterSaying(url: string, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text().catch(() => "");
}

Deno.test("connections that bring nothing, or half a request, end (slowloris)", async () => {
  using made = await tlsFolder();
  const limits = { firstRequestMs: 50, requestMs: 100, idleMs: 100, lingerMs: 100 };
  await using fixture = new Fixture(limits);
  const plain = await fixture.serve();
  const secure = fixture.web.at({ hostname: "::1", port: 0, tls: made.tls });
  await secure.start();
  const said = await Promise.all([
    "",
    "GET /mirror HTTP/1.1\r\nHost: x\r\nX-More: ",
    "POST /mirror HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
    "GET /mirror HTTP/1.1\r\nHost: x\r\n\r\n",
  ].map((text) => afterSaying(plain.url, text)));
  assertEquals(said.map((text) => text.split("\r\n")[0]), ["", "", "", "HTTP/1.1 200 OK"]);
  using silent = await Deno.connect({ hostname: "::1", port: secure.address!.port });
  assertEquals(await silent.read(new Uint8Array(10)).catch(() => null), null);
  assertEquals(plain.server.counters.timedOut, 4);
  assertEquals(secure.counters.timedOut, 1);
});

Deno.test("a server that shuts down answers what it took and takes nothing more", async () => {
  await using fixture = new Fixture();
  const isAsked = Promise.withResolvers<void>(), mayAnswer = Promise.withResolvers<void>();
  const { url, server } = await fixture.serve({
    path: "/slow",
    handle: async () => {
      isAsked.resolve();
      await mayAnswer.promise;
      return new Response("done");
    },
  });
  const asked = curl(`${url}/slow`);
  await isAsked.promise;
  const isDown = server.shutdown();
  assertObjectMatch(await curl(`${url}/slow`), { status: 0 });
  mayAnswer.resolve();
  assertObjectMatch(await asked, { status: 200, body: "done", headers: { connection: "close" } });
  await isDown;
  assertEquals(server.counters.open, 0);
});

Deno.test("a server that was never started shuts down", async () => {
  const fixture = new Fixture();
  fixture.web.at({ hostname: "127.0.0.1", port: 0 });
  await fixture.web.shutdown();
  files[Symbol.dispose]();
});
