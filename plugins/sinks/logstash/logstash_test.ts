import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { createServer as createTlsServer } from "node:tls";
import type { OutputValue } from "../../../core/mod.ts";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { newAuthority } from "../../../tests/certificates.ts";
import { sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import plugin, { logstashLine } from "./mod.ts";

/** Lines that have come are all there when nothing more has come for so long. */
const QUIET_MS = 200;

async function open(): Promise<SinkSubject> {
  const sockets: Socket[] = [];
  let text = "";
  let cameAt = performance.now();
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setEncoding("utf8").on("data", (part) => {
      text += part;
      cameAt = performance.now();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const sink = plugin.create(plugin.schema.parse({ address: `127.0.0.1:${port}` }));
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return {
    sink,
    received: async () => {
      const since = performance.now();
      while (!text.endsWith("\n") || performance.now() - Math.max(cameAt, since) < QUIET_MS) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return text.trimEnd().split("\n").map((line) =>
        JSON.parse(line).output.replace(/^\S+: \S+ /, "")
      );
    },
    breakDown: stop,
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await stop();
    },
  };
}

testSink("logstash", open);

Deno.test("logstash: alerts that an input of another kind ends the connection for are not lost", async () => {
  // As inputs for Beats, and such with TLS, which say a few bytes more.
  for (const answer of ["", "\x15\x03\x03\0\x02\x02\x0a"]) {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.on("error", () => {}).once("data", () => socket.end(answer));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { readonly port: number };
    const sink = plugin.create(plugin.schema.parse({ address: `127.0.0.1:${port}` }));
    for (const _ of [1, 2]) {
      const error = await sink.write(formatted("1")).then(() => undefined, (error) => error);
      assertEquals(error?.code, "unavailable");
      assert(error.message.includes("is it an input of the type tcp"), error.message);
    }
    assertEquals(connections, 2);
    await sink.close();
    await new Promise((resolve) => server.close(resolve));
  }
});

Deno.test("logstash: why an input with TLS ends the connection is told", async () => {
  const authority = await newAuthority();
  const { certificate: cert, key } = await authority.issue({ commonName: "127.0.0.1" });
  const ca = await Deno.makeTempFile();
  await Deno.writeTextFile(ca, authority.certificate);
  const settings = { cert, key, ca: authority.certificate, requestCert: true };
  const server = createTlsServer({ ...settings, rejectUnauthorized: true });
  server.on("tlsClientError", () => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const address = `127.0.0.1:${port}`;
  const sink = plugin.create(plugin.schema.parse({ address, tls: { enabled: true, ca } }));
  await assertRejects(() => sink.write(formatted("1")), {
    code: "unavailable",
    message:
      /\(.*CertificateRequired\): .* with TLS that wants no certificate\? \(tls\.client_certificate\)$/,
  });
  await sink.close();
  await new Promise((resolve) => server.close(resolve));
  await Deno.remove(ca);
});

Deno.test("logstashLine() has no brackets in names, and further tags", () => {
  const fields = new Map<string, OutputValue>([
    ["proc.aname[2]", "sh"],
    ["evt.arg[path]", "/x"],
    ["proc.pid", 7n],
  ]);
  const { output_fields, tags, rule } = JSON.parse(
    logstashLine(sampleAlert({ fields, tags: ["b"] }), { tags: ["a"] }),
  );
  assertEquals(output_fields, { "proc.aname.2": "sh", "evt.arg.path": "/x", "proc.pid": 7 });
  assertEquals([tags, rule], [["a", "b"], "open_from_cat"]);
});

function nameOf(name: string): string {
  const fields = new Map<string, OutputValue>([[name, "x"]]);
  const { output_fields } = JSON.parse(logstashLine(sampleAlert({ fields }), { tags: [] }));
  return Object.keys(output_fields)[0]!;
}

Deno.test("logstashLine() leaves brackets that are not closed, and takes the first for the pair", () => {
  const names = ["a[b[c]d]", "[]", "a]b[c", "[a][b]", "a[b]c[d"];
  assertEquals(names.map(nameOf), ["a.b[cd]", ".", "a]b[c", ".a.b", "a.bc[d"]);
});

Deno.test("logstashLine() looks through a name of megabytes of open brackets once", () => {
  // Looked through from each bracket, this would take hours.
  const name = "[".repeat(8 << 20);
  assertEquals(nameOf(name).length, name.length);
});
