import { setTimeout as delay } from "node:timers/promises";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { newAuthority } from "../../../tests/certificates.ts";
import { freePort } from "../../../tests/free_port.ts";
import { startServer, testWithPeer } from "../../../tests/peers/server.ts";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const NGINX = { program: "nginx", package: "nginx-light" };

/** nginx with TLS, which wants certificates of its clients and tells in a file who came. */
async function startNginx() {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const authority = await newAuthority();
  const own = await authority.issue({ commonName: "localhost" });
  const client = await authority.issue({ commonName: "falcod" });
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const files = {
    ca: await write("ca.pem", authority.certificate),
    cert: await write("own.pem", own.certificate),
    key: await write("own.key", own.key),
    clientCert: await write("client.pem", client.certificate),
    clientKey: await write("client.key", client.key),
    otherCa: await write("other.pem", (await newAuthority("other")).certificate),
  };
  const configPath = await write(
    "nginx.conf",
    `daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
  log_format who '$request_method $uri $ssl_client_s_dn $connection_requests $content_length';
  access_log ${folder}/access.log who;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${files.cert};
    ssl_certificate_key ${files.key};
    ssl_client_certificate ${files.ca};
    ssl_verify_client on;
    client_max_body_size 4m;
    location / { return 200 "thanks"; }
  }
}
`,
  );
  const server = await startServer({
    program: "nginx",
    args: ["-p", folder, "-c", configPath],
    ports: [port],
  });
  return {
    files,
    url: `https://localhost:${port}/alerts`,
    /** So many: nginx answers first and writes its log a moment later. */
    visitors: async (count: number) => {
      for (;;) {
        const log = await Deno.readTextFile(`${folder}/access.log`);
        const lines = log.split("\n").filter((line) => line.startsWith("POST"));
        if (lines.length >= count) return lines;
        await delay(10);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function sinkTo(config: unknown) {
  return plugin.create(plugin.schema.parse(config));
}

testWithPeer("http: nginx takes alerts over mutual TLS, on one connection", NGINX, async () => {
  await using nginx = await startNginx();
  const { url, files } = nginx;
  const sink = sinkTo({
    url,
    ca_cert: files.ca,
    mtls: true,
    client_cert: files.clientCert,
    client_key: files.clientKey,
    keep_alive: true,
  });
  await sink.write(formatted("1", "ü".repeat(500_000)));
  await sink.close();
  assertEquals(await nginx.visitors(2), [
    "POST /alerts CN=falcod 1 1",
    "POST /alerts CN=falcod 2 1000000",
  ]);
});

testWithPeer(
  "http: whom nginx does not know, or who does not know it, is told",
  NGINX,
  async () => {
    await using nginx = await startNginx();
    const { url, files } = nginx;
    const nobody = sinkTo({ url, ca_cert: files.ca });
    const { message } = await nobody.write(formatted("1")).then(
      () => assert(false),
      (error) => error,
    );
    assert(message.includes("answered 400"), message);
    await nobody.close();
    const stranger = sinkTo({ url, ca_cert: files.otherCa });
    await assertRejects(() => stranger.write(formatted("1")), { code: "unavailable" });
    await stranger.close();
    const credulous = sinkTo({
      url,
      insecure: true,
      mtls: true,
      client_cert: files.clientCert,
      client_key: files.clientKey,
    });
    await credulous.write(formatted("1"));
    await credulous.close();
  },
);
