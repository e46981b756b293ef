import { createServer, type Socket } from "node:net";
import { createHash } from "node:crypto";
import type { OutputValue, SinkError } from "../../../core/mod.ts";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, testSink } from "../../../tests/contract/sink_suite.ts";
import { listening } from "../../../tests/http_servers.ts";
import { newAuthority } from "../../../tests/certificates.ts";
import { POSTGRES, startPostgres } from "../../../tests/peers/postgres.ts";
import { installed, testWithPeer } from "../../../tests/peers/server.ts";
import { joinBytes } from "../../../core/mod.ts";
import plugin from "./mod.ts";
import { message, MessageReader } from "./messages.ts";
import { insertion, rowOf } from "./rows.ts";

const TABLE = `(time TIMESTAMPTZ NOT NULL, rule TEXT, priority VARCHAR(20), source VARCHAR(20),
  output TEXT, tags TEXT DEFAULT 'none', hostname TEXT, team TEXT, k8s_ns_name TEXT)`;

/** A server with a table, and sinks that write there. */
async function startWithTable(options: Parameters<typeof startPostgres>[0] = {}) {
  const postgres = await startPostgres(options);
  await postgres.ask(`CREATE TABLE falco_events ${TABLE}`);
  const sinkWith = (more: object = {}) =>
    plugin.create(plugin.schema.parse({
      address: `127.0.0.1:${postgres.port}`,
      password: postgres.password,
      ...more,
    }));
  return { ...postgres, sinkWith };
}

const isMissing = installed(POSTGRES.program) === undefined;
const missing = `Debian's ${POSTGRES.package} is not installed`;
testSink("timescaledb", async () => {
  const postgres = await startWithTable();
  const sink = postgres.sinkWith();
  return {
    sink,
    received: async () => {
      const all = await postgres.ask(
        "SELECT json_agg(output) FROM (SELECT * FROM falco_events) AS e",
      );
      return (JSON.parse(all || "null") ?? []).map((line: string) =>
        line.replace(/^\S+: \S+ /, "")
      );
    },
    breakDown: postgres.stop,
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await postgres[Symbol.asyncDispose]();
    },
  };
}, {
  hostile: "alerts are rows",
  ...isMissing &&
    { order: missing, empty: missing, long: missing, broken: missing, close: missing },
});

const failureOf = async (work: Promise<void>) =>
  await work.then(() => undefined, (error) => error) as SinkError;

testWithPeer(
  "timescaledb: an alert is a row, and a server that comes back gets more",
  POSTGRES,
  async () => {
    await using postgres = await startWithTable();
    const sink = postgres.sinkWith({ field_columns: ["team", "k8s.ns.name"] });
    const fields = new Map<string, string | null>([["team", "NULL"], ["k8s.ns.name", "shop"]]);
    await sink.write([
      { alert: sampleAlert({ fields }), line: "" },
      {
        alert: sampleAlert({ rule: HOSTILE, tags: [], hostname: "", fields: new Map() }),
        line: "",
      },
    ]);
    const [one, other] = JSON.parse(
      await postgres.ask("SET timezone TO UTC; SELECT json_agg(e) FROM falco_events AS e").then((
        text,
      ) => text.slice(text.indexOf("["))),
    );
    assertEquals(one, {
      time: "2016-08-04T16:17:57.881785+00:00",
      rule: "open_from_cat",
      priority: "Warning",
      source: "syscall",
      output: one.output,
      tags: "filesystem,process",
      hostname: "host-1",
      team: null,
      k8s_ns_name: "shop",
    });
    assert(one.output.endsWith("Warning An open was seen (command=cat /dev/null)"));
    assertEquals(other.rule, HOSTILE.replaceAll("\0", "\ufffd").toWellFormed());
    assertEquals([other.tags, other.hostname, other.k8s_ns_name], ["none", null, null]);
    await postgres.stop();
    await assertRejects(() => sink.write(formatted("1")), { code: "unavailable" });
    await postgres.again();
    await sink.write(formatted("2"));
    assertEquals(await postgres.ask("SELECT count(*) FROM falco_events"), "3");
    await sink.close();
  },
);

testWithPeer("timescaledb: with TLS, over a unix socket, and no other way", POSTGRES, async () => {
  await using postgres = await startWithTable();
  const ca = `${postgres.folder}/ca.crt`;
  const other = `${postgres.folder}/other.crt`;
  await Deno.writeTextFile(other, (await newAuthority("another")).certificate);
  for (const more of [{ tls: { enabled: true, ca } }, { address: postgres.socket }]) {
    const sink = postgres.sinkWith(more);
    await sink.write(formatted("1"));
    await sink.close();
  }
  const failures = [
    [{ tls: { enabled: true, ca: other } }, "ertificate"],
    [{ password: "wr0ng w0rd" }, "password authentication failed"],
    [{ database: "none" }, 'database "none" does not exist'],
    [{ table: "falco.none" }, 'relation "falco.none" does not exist'],
    [{ field_columns: ["no.such"] }, 'column "no_such" of relation "falco_events" does not exist'],
  ] as const;
  for (const [more, what] of failures) {
    const sink = postgres.sinkWith(more);
    const alert = sampleAlert({ fields: new Map([["no.such", "x"]]) });
    const error = await failureOf(sink.write([{ alert, line: "" }]));
    assertEquals(error?.code, "unavailable", what);
    assert(error.message.includes(what) && !error.message.includes("w0rd"), error.message);
    await sink.close();
  }
  assertEquals(await postgres.ask("SELECT count(*) FROM falco_events"), "2");
});

testWithPeer(
  "timescaledb: a row that is refused does not take the others along",
  POSTGRES,
  async () => {
    await using postgres = await startWithTable({ login: "md5" });
    const sink = postgres.sinkWith();
    const batch = ["a", "b", "x".repeat(21), "c"].map((source) => ({
      alert: sampleAlert({ source }),
      line: "",
    }));
    const { code, accepted, refused, message } = await failureOf(sink.write(batch));
    assertEquals([code, accepted, refused], ["rejected", 2, 1]);
    assert(
      message.endsWith("refuses: value too long for type character varying(20) (22001)"),
      message,
    );
    assertEquals(await postgres.ask("SELECT string_agg(source, '') FROM falco_events"), "ab");
    await sink.close();
  },
);

const code = (number: number, ...rest: readonly (string | Uint8Array)[]) =>
  message("R", number, ...rest);
const bytes = (text: string) => new TextEncoder().encode(text);

const SCRAM = code(10, "SCRAM-SHA-256", new Uint8Array(1));
const READY = message("Z", bytes("I"));

/** What a server says first, and what falcod makes of it. */
const ANSWERS: readonly (readonly [name: string, Uint8Array, what: string])[] = [
  ["a web server", bytes("HTTP/1.1 400 Bad Request\r\n\r\n"), "no PostgreSQL"],
  ["a length of nothing", new Uint8Array([82, 0, 0, 0, 0]), "a length that none has"],
  ["a length of much", new Uint8Array([82, 127, 0, 0, 0]), "a length that none has"],
  ["no words", message("R"), "mean nothing"],
  ["an unknown way", code(7), "a way to log in that falcod does not know"],
  ["a password to read", code(3), "anybody could read it"],
  ["no mechanism", code(10, new Uint8Array([0])), "knows no SCRAM-SHA-256"],
  ["no beginning", code(11, bytes("r=x,s=eA==,i=4096")), "owes a question"],
  ["no beginning of the end", code(12, bytes("v=eA==")), "owes a question"],
  ["no proof", joinBytes([SCRAM, code(0)]), "owes its part of SCRAM"],
  ["another way in the middle", joinBytes([SCRAM, code(5, "salt")]), "owes its part of SCRAM"],
  ["SCRAM twice", joinBytes([SCRAM, SCRAM]), "owes its part of SCRAM"],
  ["two ways", joinBytes([code(5, "salt"), code(5, "salt")]), "owes its leave"],
  ["ready at once", READY, "ends the login too early"],
  ["ready in the middle", joinBytes([SCRAM, READY]), "ends the login too early"],
  [
    "no nonce",
    joinBytes([code(10, "SCRAM-SHA-256", new Uint8Array(1)), code(11, bytes("r=x"))]),
    "SCRAM is wrong",
  ],
  [
    "an error",
    message("E", bytes("SFATAL\0C28P01\0Mno s3cr3t-w0rd for you\0\0")),
    "no [secret] for you",
  ],
  ["an error of nothing", message("E"), "an error without words"],
];

async function fakeServer(hear: (socket: Socket) => void) {
  return await listening(createServer((socket) => {
    socket.on("error", () => {});
    hear(socket);
  }));
}

Deno.test("timescaledb: whatever a server says, it is a failure that people can read", async () => {
  for (const [name, answer, what] of ANSWERS) {
    await using server = await fakeServer((socket) =>
      socket.once("data", () => socket.write(answer))
    );
    const address = `127.0.0.1:${server.port}`;
    const sink = plugin.create(plugin.schema.parse({ address, password: "s3cr3t-w0rd" }));
    const error = await failureOf(sink.write(formatted("1")));
    assertEquals(error?.code, "unavailable", name);
    assert(error.message.startsWith(`Cannot connect to PostgreSQL at ${address}: `), error.message);
    assert(error.message.includes(what) && !error.message.includes("s3cr3t"), error.message);
    await sink.close();
  }
});

Deno.test("timescaledb: a server's part of SCRAM is answered once, though it comes many times", async () => {
  const heard: string[] = [];
  await using server = await fakeServer((socket) => {
    socket.once("data", () => {
      socket.write(SCRAM);
      socket.on("data", (data: Uint8Array) => {
        const text = new TextDecoder().decode(data);
        heard.push(text);
        const nonce = /r=([\w-]+)/.exec(text)?.[1];
        const part = code(11, bytes(`r=${nonce}more,s=eA==,i=100000`));
        if (heard.length === 1) socket.write(joinBytes(Array.from({ length: 50 }, () => part)));
      });
    });
  });
  const address = `127.0.0.1:${server.port}`;
  const sink = plugin.create(plugin.schema.parse({ address, password: "pw" }));
  const { message } = await failureOf(sink.write(formatted("1")));
  assert(message.includes("owes its proof"), message);
  assert(heard.length <= 2, String(heard.length));
  await sink.close();
});

Deno.test("timescaledb: TLS begins after one letter, and never with more", async () => {
  for (
    const [answer, what] of [["N", "has no TLS"], ["Sx", "no PostgreSQL"], ["", "closed"]] as const
  ) {
    await using server = await fakeServer((socket) => {
      socket.once("data", () => answer === "" ? socket.end() : socket.write(answer));
    });
    const settings = { address: `127.0.0.1:${server.port}`, tls: { enabled: true } };
    const sink = plugin.create(plugin.schema.parse(settings));
    const { code, message } = await failureOf(sink.write(formatted("1")));
    assertEquals(code, "unavailable");
    assert(message.includes(what), message);
    await sink.close();
  }
});

Deno.test("timescaledb: what breaks off after the statement may have arrived", async () => {
  await using server = await fakeServer((socket) => {
    socket.once("data", () => {
      socket.write(joinBytes([code(0), READY]));
      socket.once("data", () => socket.destroy());
    });
  });
  const sink = plugin.create(plugin.schema.parse({ address: `127.0.0.1:${server.port}` }));
  const { code: kind, unclear } = await failureOf(sink.write(formatted("1", "2")));
  assertEquals([kind, unclear], ["unavailable", Infinity]);
  await sink.close();
});

Deno.test("timescaledb: a statement is done when the server says so", async () => {
  let answer: readonly Uint8Array[] = [];
  await using server = await fakeServer((socket) => {
    socket.once("data", () => {
      socket.write(joinBytes([code(0), READY]));
      socket.on("data", () => socket.write(joinBytes(answer)));
    });
  });
  const sink = plugin.create(plugin.schema.parse({ address: `127.0.0.1:${server.port}` }));
  for (const other of [[READY], [message("1"), message("2"), READY], [message("I"), READY]]) {
    answer = other;
    const { code: kind, unclear, message: told } = await failureOf(sink.write(formatted("1")));
    assertEquals([kind, unclear], ["unavailable", Infinity]);
    assert(told.endsWith("the server does not say that it has done it"), told);
  }
  answer = [message("1"), message("2"), message("C", "INSERT 0 1"), READY];
  await sink.write(formatted("1"));
  await sink.write(formatted("2"));
  await sink.close();
});

Deno.test("timescaledb: messages may come in any pieces", () => {
  const all = joinBytes([code(0), message("S", "a", "b"), message("Z", bytes("I"))]);
  const reader = new MessageReader();
  const kinds = [...all].flatMap((byte) =>
    reader.take(new Uint8Array([byte])).map(({ kind }) => kind)
  );
  assertEquals(kinds.join(""), "RSZ");
});

Deno.test("timescaledb: a password that goes by MD5 goes with the server's salt", async () => {
  const md5 = (text: string | Uint8Array) => createHash("md5").update(text).digest("hex");
  const heard = Promise.withResolvers<string>();
  await using server = await fakeServer((socket) => {
    socket.once("data", () => {
      socket.write(code(5, bytes("salt")));
      socket.once("data", (data) => {
        heard.resolve(String(data));
        socket.destroy();
      });
    });
  });
  const address = `127.0.0.1:${server.port}`;
  const sink = plugin.create(plugin.schema.parse({ address, user: "me", password: "w" }));
  const written = failureOf(sink.write(formatted("1")));
  assertEquals((await heard.promise).slice(5), `md5${md5(`${md5("wme")}salt`)}\0`);
  await sink.close();
  await written;
});

Deno.test("insertion() has all rows in one statement, whatever each of them has", () => {
  const row = (parts: object, field_columns: string[] = []) =>
    rowOf(sampleAlert({ fields: new Map(), tags: [], hostname: "", ...parts }), { field_columns });
  const { sql, values } = insertion("a.b", [
    row({ fields: new Map<string, OutputValue>([["A.b", 7n], ["time", "no"]]) }, [
      "A.b",
      "time",
      "absent",
    ]),
    row({ hostname: "h" }),
  ]);
  assertEquals(
    sql,
    'INSERT INTO a.b ("time","rule","priority","source","output","a_b","hostname") VALUES ' +
      "($1,$2,$3,$4,$5,$6,DEFAULT),($7,$8,$9,$10,$11,DEFAULT,$12)",
  );
  assertEquals([values[5], values[11]], ["7", "h"]);
});

Deno.test("timescaledb: tables are names, and nothing else of SQL", () => {
  const takes = (table: string) => plugin.schema.safeParse({ table }).success;
  for (const table of ["events", "falco.Events", '"my events"', '"a"."b c"']) {
    assert(takes(table), table);
  }
  for (const table of ["", "a b", "a;b", "a.b.c", '"', '"a"b"', "1a", "a (x)", 'a"b']) {
    assert(!takes(table), table);
  }
});
