/** The way to a server: TLS and who is trusted with it, proxies. */
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server } from "node:net";
import { newAuthority } from "../../tests/certificates.ts";
import { assert, assertEquals } from "../../tests/assert.ts";
import {
  handler,
  listening,
  proxyServer,
  rejection,
  type Seen,
  target,
} from "../../tests/http_servers.ts";
import type { HttpTargetOptions } from "./target.ts";

async function secureServer(
  { notAfter, asksClient = false }: { readonly notAfter?: Date; readonly asksClient?: boolean } =
    {},
) {
  const authority = await newAuthority();
  const folder = await Deno.makeTempDir();
  const file = async (name: string, content: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, content);
    return `${folder}/${name}`;
  };
  const notBefore = notAfter && new Date(notAfter.getTime() - 86_400_000);
  const own = await authority.issue({
    commonName: "localhost",
    ...notAfter && notBefore && { notAfter, notBefore },
  });
  const client = await authority.issue({ commonName: "client" });
  const seen: Seen[] = [];
  const server = createTlsServer({
    cert: own.certificate,
    key: own.key,
    ca: authority.certificate,
    requestCert: asksClient,
    rejectUnauthorized: asksClient,
  }, handler(seen, () => ({})));
  const address = await listening(server as unknown as Server);
  return {
    seen,
    folder,
    port: address.port,
    url: `https://127.0.0.1:${address.port}/`,
    ca: await file("ca.pem", authority.certificate),
    client_certificate: await file("client.pem", client.certificate),
    client_key: await file("client.key", client.key),
    otherCa: await file("other.crt", (await newAuthority("other")).certificate),
    [Symbol.asyncDispose]: async () => {
      await address[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("send() trusts whom tls.ca names, a file or a folder, and nobody else", async () => {
  await using server = await secureServer();
  const { url, ca, folder, otherCa } = server;
  for (const good of [ca, folder]) {
    await using to = target(url, { tls: { ca: good } });
    assertEquals((await to.send({ body: "1" })).status, 200);
  }
  for (const tls of [{}, { ca: otherCa }]) {
    await using to = target(url, { tls });
    const { code, message } = await rejection(to.send({ body: "1" }));
    assertEquals(code, "unavailable");
    assert(
      message.endsWith("(is its certificate still valid, and of an authority that tls.ca names?)"),
    );
  }
  assertEquals(server.seen.length, 2);
});

Deno.test("send() says what may be wrong where TLS does not come about", async () => {
  await using server = await secureServer();
  const told = async (url: string, options: Partial<HttpTargetOptions> = {}) => {
    await using to = target(url, {}, options);
    return (await rejection(to.send({ body: "1" }))).message;
  };
  const untrusted = await told(server.url, { caKey: "ca_bundle" });
  assert(untrusted.endsWith("and of an authority that ca_bundle names?)"), untrusted);
  const certificates = { ca: [Deno.readTextFileSync(server.ca)], servername: "other.example.org" };
  const misnamed = await told(server.url, { certificates });
  assert(misnamed.endsWith("by which the server should be asked?)"), misnamed);
  const plain = createServer(handler([], () => ({})));
  await using address = await listening(plain);
  const unsecured = await told(`https://127.0.0.1:${address.port}/`);
  assert(unsecured.endsWith("(is it a server of http:// only?)"), unsecured);
});

Deno.test("send() knows certificates that stand in no file, unless the settings name some", async () => {
  await using server = await secureServer({ asksClient: true });
  const [ca, cert, key] = [server.ca, server.client_certificate, server.client_key]
    .map((path) => Deno.readTextFileSync(path));
  const certificates = { ca: [ca!], cert: cert!, key: key! };
  await using known = target(server.url, {}, { certificates });
  assertEquals((await known.send({ body: "1" })).status, 200);
  const named = { ...certificates, servername: "localhost" };
  await using byName = target(server.url, {}, { certificates: named });
  assertEquals((await byName.send({ body: "1" })).status, 200);
  const misnamed = { ...certificates, servername: "other.example.org" };
  await using other = target(server.url, {}, { certificates: misnamed });
  assertEquals((await rejection(other.send({ body: "1" }))).code, "unavailable");
  await using given = target(server.url, { tls: { ca: server.otherCa } }, { certificates });
  assertEquals((await rejection(given.send({ body: "1" }))).code, "unavailable");
  const anybody = { cert: cert!, key: key!, rejectUnauthorized: false };
  await using lax = target(server.url, {}, { certificates: anybody });
  assertEquals((await lax.send({ body: "1" })).status, 200);
});

Deno.test("send() refuses a certificate that has ended, and takes any with tls.insecure", async () => {
  await using server = await secureServer({ notAfter: new Date(Date.now() - 3_600_000) });
  await using strict = target(server.url, { tls: { ca: server.ca } });
  assertEquals((await rejection(strict.send({ body: "1" }))).code, "unavailable");
  await using lax = target(server.url, { tls: { insecure: true } });
  assertEquals((await lax.send({ body: "1" })).status, 200);
});

Deno.test("send() shows its certificate, and says which file it cannot use", async () => {
  await using server = await secureServer({ asksClient: true });
  const { url, ca, client_certificate, client_key, folder } = server;
  await using known = target(url, { tls: { ca, client_certificate, client_key } });
  assertEquals((await known.send({ body: "1" })).status, 200);
  await using unknown = target(url, { tls: { ca } });
  const { message, unclear } = await rejection(unknown.send({ body: "1" }));
  assert(message.includes("received fatal alert: CertificateRequired ("), message);
  assertEquals(unclear, undefined);
  await using missing = target(url, { tls: { ca: `${folder}/none` } });
  assertEquals(
    (await rejection(missing.send({ body: "1" }))).message,
    `Cannot use "${folder}/none" for TLS: there is no such file`,
  );
});

Deno.test("send() says that it is the proxy which is not there", async () => {
  for (const url of ["http://example.invalid/", "https://example.invalid/"]) {
    for (const proxy of ["http://127.0.0.1:1", "http://proxy.invalid:1"]) {
      await using to = target(url, { proxy });
      const { message } = await rejection(to.send({ body: "1" }));
      const place = url.slice(0, -1);
      assert(message.startsWith(`Cannot reach ${place}: no way to the proxy: `), message);
    }
  }
});

Deno.test("send() goes through a proxy, to servers with TLS without being read there", async () => {
  await using proxy = await proxyServer(`Basic ${btoa("me:secret")}`);
  await using server = await secureServer();
  const { ca, url, port } = server;
  await using to = target(url, { tls: { ca }, proxy: `http://me:secret@${proxy.place}` });
  assertEquals((await to.send({ body: "1" })).status, 200);
  assertEquals((await to.send({ body: "2" })).status, 200);
  assertEquals(proxy.asked, [`127.0.0.1:${port}`]);
  for (const client of proxy.clients) client.destroy();
  await new Promise((resolve) => setTimeout(resolve, 20)); // until both ends know
  assertEquals((await to.send({ body: "3" })).status, 200);
  assertEquals(proxy.asked.length, 2);
  await using refused = target(url, { tls: { ca }, proxy: `http://${proxy.place}` });
  assert((await rejection(refused.send({ body: "1" }))).message.includes("the proxy answered 407"));
  await using sixth = target("https://[::1]:9/", { proxy: `http://${proxy.place}` });
  await rejection(sixth.send({ body: "1" }));
  assertEquals(proxy.asked.at(-1), "[::1]:9");
  await using plain = target("http://example.invalid/a?b", { proxy: `http://${proxy.place}` });
  assertEquals((await plain.send({ body: "1" })).body, "of the proxy");
  assertEquals(proxy.seen[0]!.url, "http://example.invalid/a?b");
  assertEquals(proxy.seen[0]!.headers.host, "example.invalid");
});
