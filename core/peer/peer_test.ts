import { assert, assertEquals, assertRejects, assertThrows } from "../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../tests/contract/formatter_suite.ts";
import { Secret, SinkError } from "../plugin/mod.ts";
import { hostAndPort } from "./address.ts";
import { failure } from "./failure.ts";
import { Link, sendAll } from "./link.ts";
import { introduced, openSocket } from "./socket.ts";
import { tlsOptions } from "./tls.ts";
import { fillTopic } from "./topic.ts";

const NO_TLS = {
  enabled: false,
  ca: "",
  client_certificate: "",
  client_key: "",
  server_name: "",
  insecure: false,
};

Deno.test("hostAndPort() reads names, addresses and ports, and nothing else", () => {
  assertEquals(hostAndPort("redis:1", 6379), { host: "redis", port: 1 });
  assertEquals(hostAndPort("redis", 6379), { host: "redis", port: 6379 });
  assertEquals(hostAndPort("[::1]:80", 1), { host: "::1", port: 80 });
  assertEquals(hostAndPort("2001:db8::1", 7), { host: "2001:db8::1", port: 7 });
  assertEquals(hostAndPort("::", 7), { host: "::", port: 7 });
  assertEquals(hostAndPort("fe80::1%eth0", 7), { host: "fe80::1%eth0", port: 7 });
  const schemes = ["http://host", "nats://host:4222", "tcp://127.0.0.1:1883"];
  for (
    const wrong of ["", ":80", "a b:1", "host:0", "host:65536", "user@host:1", "x:y:z", ...schemes]
  ) {
    assertEquals(hostAndPort(wrong, 1), undefined, wrong);
  }
});

Deno.test("failure() says what went wrong on one short line, and no secrets", () => {
  const secrets = [new Secret({ value: "p@ss" }), new Secret({ value: "" })];
  const options = { doing: "Cannot connect to X", secrets };
  const message = (error: unknown) => failure(error, options).message;
  assertEquals(message(new Error("no\n  user p@ss")), "Cannot connect to X: no user [secret]");
  assertEquals(message(new Error("amqp://u:p%40ss@h")), "Cannot connect to X: amqp://u:[secret]@h");
  assertEquals(message(new AggregateError([new Error("refused")])), "Cannot connect to X: refused");
  assertEquals(message(Object.assign(new Error(), { code: "E" })), "Cannot connect to X: E");
  assert(message(new Error("\u{1f600}".repeat(1000))).length < 400);
  assertEquals(message(new Error("\x1b[2J\u202e\\")), "Cannot connect to X: \\u001b[2J\\u202e\\\\");
  const own = new SinkError("rejected", "as it is");
  assertEquals(failure(own, options), own);
});

Deno.test("Link opens once, again after a failure, and never after it was closed", async () => {
  const shut: number[] = [];
  let opened = 0;
  let lose = () => {};
  const link = new Link<number>({
    peer: "X",
    open: (lost) => {
      lose = lost;
      return Promise.resolve(++opened);
    },
    shut: (connection) => void shut.push(connection),
  });
  const number = () => link.use((connection) => Promise.resolve(connection));
  assertEquals([await number(), await number()], [1, 1]);
  await assertRejects(() => link.use(() => Promise.reject(new Error("broken"))), {
    code: "unavailable",
    message: "Cannot write to X: broken",
  });
  assertEquals([await number(), shut], [2, [1]]);
  const refuse = () => Promise.reject(new SinkError("rejected", "not this"));
  await assertRejects(() => link.use(refuse), { code: "rejected" });
  assertEquals(await number(), 2);
  lose();
  await Promise.resolve();
  assertEquals([await number(), shut], [3, [1, 2]]);
  await link.close();
  await link.close();
  await assertRejects(number, { code: "closed" });
  assertEquals(shut, [1, 2, 3]);
});

Deno.test("Link gives up with the signal, and shuts what opens too late", async () => {
  const opening = Promise.withResolvers<string>();
  const shut: string[] = [];
  const link = new Link<string>({
    peer: "X",
    open: () => opening.promise,
    shut: (connection) => void shut.push(connection),
  });
  const stop = new AbortController();
  const using = link.use(() => Promise.resolve(), stop.signal);
  stop.abort(new SinkError("unavailable", "no answer within 1 ms", { unclear: Infinity }));
  // Nothing can have arrived.
  await assertRejects(() => using, {
    code: "unavailable",
    message: "no answer within 1 ms",
    unclear: 0,
  });
  opening.resolve("late");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(shut, ["late"]);
});

Deno.test("sendAll() tells how many went well before the first that did not", async () => {
  const sent: number[] = [];
  const send = (message: number) => {
    sent.push(message);
    if (message === 3) throw new SinkError("rejected", "not this");
    return Promise.resolve();
  };
  const options = { doing: "Cannot write", send };
  await assertRejects(() => sendAll([1, 2, 3, 4], options), { accepted: 2, refused: 1 });
  assertEquals(sent.splice(0), [1, 2, 3, 4]);
  await assertRejects(() => sendAll([1, 2, 3, 4, 5, 6], { ...options, atOnce: 2 }), {
    accepted: 2,
  });
  assertEquals(sent.splice(0), [1, 2, 3, 4]);
  await sendAll([], options);
  await sendAll([1, 2], options);
});

Deno.test("fillTopic() makes one harmless part of each token", () => {
  const alert = sampleAlert({
    rule: `a.b/c*>#+ ${HOSTILE}`.repeat(100),
    source: "",
    hostname: "Ä",
  });
  const topic = fillTopic("x.<priority>.<rule>.<source>.<hostname>.<other>", alert);
  assert(/^x\.warning\.[a-z0-9_-]{1,128}\._\._\.<other>$/.test(topic), topic);
  const rule = "Non-sudo - (a) file_x";
  assertEquals(
    fillTopic("<rule>.<hostname>", sampleAlert({ rule, hostname: "host-1.example" })),
    "non_sudo_a_file_x.host-1_example",
  );
});

Deno.test("tlsOptions() tells which file cannot be read", () => {
  const error = { code: "unavailable" };
  const missing = { ...NO_TLS, client_certificate: "/no/such/file" };
  assertThrows(() => tlsOptions(missing), error);
  assertEquals(tlsOptions({ ...NO_TLS, insecure: true, server_name: "a" }), {
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    servername: "a",
  });
});

Deno.test("openSocket() and introduced() end with what went wrong", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const { port } = listener.addr;
  const to = { host: "127.0.0.1", port };
  const socket = await openSocket({ to, tls: NO_TLS, timeoutMs: 5000 });
  const greet = () =>
    new Promise((_, reject) => socket.once("close", () => reject(new Error("closed"))));
  await assertRejects(() => introduced(socket, { timeoutMs: 10, greet }), {
    message: "no answer within 10 ms",
  });
  assert(socket.destroyed);
  (await accepted).close();
  listener.close();
  await assertRejects(() => openSocket({ to, tls: NO_TLS, timeoutMs: 5000 }), {
    code: "ECONNREFUSED",
  });
});

Deno.test("Link lets whoever ends a write in its midst say what may have arrived", async () => {
  const link = new Link<string>({ peer: "X", open: () => Promise.resolve("x"), shut: () => {} });
  const stop = new AbortController();
  const writing = link.use(() => new Promise(() => {}), stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 0));
  stop.abort(new SinkError("unavailable", "no answer within 1 ms", { unclear: Infinity }));
  await assertRejects(() => writing, { unclear: Infinity });
});
