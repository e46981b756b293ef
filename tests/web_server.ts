/** Web servers for tests, and what to say to them. */
import {
  type Endpoint,
  jsonReply,
  type Listen,
  readBody,
  type TlsFiles,
  type WebLimits,
  type WebServer,
  WebServers,
} from "../core/web/mod.ts";
import { newAuthority } from "./certificates.ts";
import { Folder } from "./cli/program.ts";

/** Says what it was asked, and by whom. */
export const mirror: Endpoint = {
  path: "/mirror",
  handle: async (request, client) => {
    const body = await readBody(request, { maxBytes: 1000, timeoutMs: 1000 });
    const text = body.kind === "read" ? new TextDecoder().decode(body.bytes) : body.kind;
    const status = body.kind === "read" ? 200 : 413;
    return jsonReply({ method: request.method, body: text, ...client, port: undefined }, {
      status,
    });
  },
};

/** Servers that are shut down at its end. */
export class Fixture implements AsyncDisposable {
  readonly web: WebServers;
  readonly said: string[] = [];

  constructor(limits: Partial<WebLimits> = {}) {
    const say = (message: string) => void this.said.push(message);
    this.web = new WebServers({ log: { info: say, warning: say, error: say }, limits });
  }

  async serve(endpoint = mirror, tls?: TlsFiles): Promise<{ server: WebServer; url: string }> {
    const listen: Listen = { hostname: "127.0.0.1", port: 0, ...tls && { tls } };
    const server = this.web.at(listen);
    server.mount(endpoint);
    await server.start();
    return { server, url: `${tls ? "https" : "http"}://localhost:${server.address!.port}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.web.shutdown();
  }
}

/** Certificates of an authority and of strangers, as files. */
export async function tlsFolder() {
  const authority = await newAuthority(), others = await newAuthority("somebody else");
  const server = await authority.issue({ commonName: "server" });
  const client = await authority.issue({ commonName: "api", organization: "kube" });
  const stranger = await others.issue({ commonName: "stranger" });
  const expired = await authority.issue({
    commonName: "old",
    notAfter: new Date(Date.now() - 1000),
  });
  const both = (pair: { certificate: string; key: string }) => pair.certificate + pair.key;
  const folder = new Folder({
    "ca.pem": authority.certificate,
    "server.pem": server.key + server.certificate, // as the documents of Falco make it
    "client.pem": both(client),
    "stranger.pem": both(stranger),
    "expired.pem": both(expired),
  });
  const path = (name: string) => folder.file(name);
  const tls = { certificatePath: path("server.pem"), keyPath: path("server.pem") };
  return { authority, folder, path, tls, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** A client that has agreed on HTTP/2 and said its first words. */
export async function http2Client(
  { port, ca, settings = [] }: {
    readonly port: number;
    /** Path of the authority's certificate. */
    readonly ca: string;
    readonly settings?: readonly number[];
  },
): Promise<Deno.TlsConn> {
  const caCerts = [Deno.readTextFileSync(ca)];
  const alpnProtocols = ["h2"];
  const client = await Deno.connectTls({ hostname: "localhost", port, caCerts, alpnProtocols });
  const preface = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  await client.write(new Uint8Array([...preface, ...frame(4, 0, settings)]));
  return client;
}

/** A frame of less than 64 KiB. RFC 9113, 4.1 */
export function frame(
  type: number,
  stream: number,
  content: readonly number[] = [],
  flags = 0,
): readonly number[] {
  const size = content.length;
  return [0, size >> 8, size & 255, type, flags, 0, 0, stream >> 8, stream & 255, ...content];
}

/** Headers of a POST whose body follows, for `path` of less than 127 bytes. RFC 7541, 6 */
export function postHead(stream: number, path: string): readonly number[] {
  const name = [...new TextEncoder().encode(path)];
  return frame(1, stream, [0x83, 0x87, 0x04, name.length, ...name, 0x01, 1, 0x61], 4);
}
