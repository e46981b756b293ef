import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { Secret } from "../plugin/mod.ts";
import { download, DownloadError, type DownloadRequest } from "./download.ts";

/** Answers everybody with these bytes, and ends the connection, or leaves it open. */
async function saying(text: string, { ends = true, drips = false } = {}) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(text);
      if (ends) socket.end();
      if (!drips) return;
      const timer = setInterval(() => socket.write("."), 5);
      socket.once("close", () => clearInterval(timer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file`),
    [Symbol.asyncDispose]: () => {
      for (const socket of open) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const request = (more: Partial<DownloadRequest> = {}): DownloadRequest => ({
  tls: { ca: "", client_certificate: "", client_key: "", insecure: false },
  proxy: new Secret({ value: "none" }),
  mostBytes: 1000,
  allowsPlain: true,
  ...more,
});

const codeOf = (wanted: DownloadError["code"]) => (error: unknown) => {
  assert(error instanceof DownloadError, String(error));
  assertEquals(error.code, wanted, error.message);
  return true;
};

Deno.test("download() has status, headers and body, and tells how far it is", async () => {
  await using server = await saying(
    "HTTP/1.1 200 OK\r\nX-Key: 1\r\nContent-Length: 5\r\n\r\nhello",
  );
  const seen: (number | undefined)[] = [];
  const progress = (done: number, total: number | undefined) => void seen.push(done, total);
  const { status, headers, body } = await download(server.url, request({ progress }));
  assertEquals([status, headers["x-key"], new TextDecoder().decode(body)], [200, "1", "hello"]);
  assertEquals(seen.slice(-2), [5, 5]);
});

Deno.test("download() cuts what a refusal says, and never a file", async () => {
  await using refusal = await saying(`HTTP/1.1 403 No\r\n\r\n${"x".repeat(200_000)}`);
  assertEquals((await download(refusal.url, request())).body.length, 64 << 10);
  await using told = await saying("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
  await assertRejects(download(told.url, request()), codeOf("too-large"));
  await using untold = await saying(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(1001)}`);
  await assertRejects(download(untold.url, request()), codeOf("too-large"));
});

Deno.test("download() puts together what comes in any pieces", async () => {
  const parts = Array.from({ length: 300 }, (_, index) => "ab".repeat(index % 3 ? 1 : 500));
  const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("");
  const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  await using server = await saying(`${head}${chunks}0\r\n\r\n`);
  const { body } = await download(server.url, request({ mostBytes: 1 << 20 }));
  assertEquals(new TextDecoder().decode(body), parts.join(""));
});

Deno.test("download() rejects where the file is cut short, or nothing comes any more", async () => {
  await using short = await saying("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf");
  await assertRejects(download(short.url, request()), DownloadError);
  const half = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf";
  await using silent = await saying(half, { ends: false });
  await assertRejects(download(silent.url, request({ idleMs: 50 })), codeOf("unreachable"));
  await using mute = await saying("", { ends: false });
  await assertRejects(download(mute.url, request({ idleMs: 50 })), codeOf("unreachable"));
});

Deno.test("download() does not wait for ever for who sends a byte now and then", async () => {
  await using server = await saying("HTTP/1.1 200 OK\r\n\r\n", { ends: false, drips: true });
  const never = request({ mostBytes: 1 << 20, mostMs: 100 });
  await assertRejects(download(server.url, never), codeOf("too-slow"));
});

Deno.test("download() counts the time of all the servers it is sent to together", async () => {
  const again = () => new Response("", { status: 302, headers: { location: "/again" } });
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => delay(80).then(again),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  await assertRejects(download(new URL(url), request({ mostMs: 200 })), (error) => {
    assert(String(error).includes("has not sent all of it"), String(error));
    return codeOf("too-slow")(error);
  });
});

Deno.test("download() ends when nobody wants the file any more", async () => {
  await using mute = await saying("", { ends: false });
  const stopped = new AbortController();
  const downloading = download(mute.url, request({ signal: stopped.signal }));
  stopped.abort();
  await assertRejects(downloading, /abort/i);
});

Deno.test("download() asks nobody without TLS unless that is allowed", async () => {
  await using server = await saying("HTTP/1.1 200 OK\r\n\r\n");
  await assertRejects(download(server.url, request({ allowsPlain: false })), codeOf("not-tls"));
  await assertRejects(download(new URL("file:///etc/passwd"), request()), (error) => {
    assert(String(error).includes('"file:" has no TLS'), String(error));
    return codeOf("not-tls")(error);
  });
});

for (const location of ["", "Location: file:///etc/passwd\r\n", "Location: http://[\r\n"]) {
  Deno.test(`download() does not follow a redirection with "${location.trim()}"`, async () => {
    await using server = await saying(`HTTP/1.1 302 Found\r\n${location}\r\n`);
    await assertRejects(download(server.url, request()), codeOf("redirects"));
  });
}

Deno.test("download() rejects what is no answer at all", async () => {
  await using server = await saying("SSH-2.0-OpenSSH_9.2\r\n");
  await assertRejects(download(server.url, request()), codeOf("unreachable"));
});
