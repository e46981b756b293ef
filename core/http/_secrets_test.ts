import { Secret } from "../plugin/mod.ts";
import { assert } from "../../tests/assert.ts";
import { rejection, serve, target } from "../../tests/http_servers.ts";

Deno.test("send() never repeats a part of a secret that stands where the answer is cut", async () => {
  const token = `${"t0k3n-".repeat(20)}end`;
  for (let before = 180; before <= 300; before += 10) {
    await using server = await serve(() => ({ status: 400, body: "x".repeat(before) + token }));
    const headers = { "x-token": new Secret({ value: token }) };
    await using to = target(server.url, {}, { headers });
    const { message } = await rejection(to.send({ body: "1" }));
    assert(message.includes("xxx") && !message.includes("t0k3n"), message);
  }
});

Deno.test("send() never repeats a secret that is written otherwise in messages", async () => {
  for (const token of ["pass\\word", "tab\there", 'quo"ted', "caf\u00e9\u0085123"]) {
    await using server = await serve(() => ({
      status: 400,
      body: `${token} ${JSON.stringify({ token })}`,
    }));
    const headers = { "x-token": new Secret({ value: token }) };
    await using to = target(server.url, {}, { headers });
    const { message } = await rejection(to.send({ body: "1" }));
    assert(message.endsWith(': [secret] {"token":"[secret]"}'), message);
  }
});

Deno.test("send() hides a secret as a whole that has another in it, and its own mark once", async () => {
  await using server = await serve(() => ({ status: 400, body: "secret-and-more secret" }));
  const headers = {
    "x-one": new Secret({ value: "secret" }),
    "x-two": new Secret({ value: "secret-and-more" }),
  };
  await using to = target(server.url, {}, { headers });
  const { message } = await rejection(to.send({ body: "1" }));
  assert(message.endsWith(": [secret] [secret]"), message);
});

Deno.test("send() never repeats a secret that is encoded, nor one in a host's small letters", async () => {
  const token = "S3cr/t~+w=rd&x (y)!";
  const encoded = [
    encodeURIComponent(token),
    encodeURIComponent(token).replace(/%../g, (hex) => hex.toLowerCase()),
    new URLSearchParams({ token }).toString(),
    btoa(token),
    token.replaceAll("/", "\\/"),
    token.replaceAll("&", "\\u0026"),
    token.replaceAll("&", "&amp;"),
  ];
  for (const said of encoded) {
    await using server = await serve(() => ({ status: 400, body: `you said ${said}` }));
    await using to = target(server.url, {}, {
      headers: { "x-token": new Secret({ value: token }) },
    });
    const { message } = await rejection(to.send({ body: "1" }));
    assert(message.includes("[secret]"), message);
  }
  await using server = await serve(() => ({
    status: 301,
    headers: { location: "https://S3cr3tTok3n.example" },
  }));
  const headers = { "x-token": new Secret({ value: "S3cr3tTok3n" }) };
  await using to = target(server.url, {}, { headers });
  const { message } = await rejection(to.send({ body: "1" }));
  assert(/has moved/.test(message) && !/s3cr3ttok3n/i.test(message), message);
});
