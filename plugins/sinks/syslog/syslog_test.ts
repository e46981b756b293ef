import { createServer } from "node:tls";
import type { Socket } from "node:net";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { newAuthority } from "../../../tests/certificates.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import {
  installed,
  type PeerServer,
  startServer,
  testWithPeer,
} from "../../../tests/peers/server.ts";
import plugin from "./mod.ts";

const RSYSLOG = { program: "rsyslogd", package: "rsyslog" };

interface Received {
  readonly msg: string;
  readonly pri: string;
  readonly hostname: string;
  readonly programname: string;
  readonly procid: string;
  readonly msgid: string;
  readonly rawmsg: string;
}

interface Rsyslog extends AsyncDisposable {
  readonly server: PeerServer;
  readonly port: number;
  readonly socket: string;
  /** Once so many have come. */
  received(count: number): Promise<readonly Received[]>;
}

async function startRsyslog(): Promise<Rsyslog> {
  const folder = await Deno.makeTempDir({ prefix: "falcod-rsyslog-" });
  const port = freePort();
  const socket = `${folder}/log.sock`, out = `${folder}/out.json`, config = `${folder}/conf`;
  await Deno.writeTextFile(
    config,
    `
global(workDirectory="${folder}" maxMessageSize="4m")
module(load="imuxsock" SysSock.Use="off")
module(load="imudp")
module(load="imtcp" MaxFrameSize="4000000")
input(type="imuxsock" Socket="${socket}" CreatePath="on" RateLimit.Interval="0")
input(type="imudp" port="${port}" address="127.0.0.1")
input(type="imtcp" port="${port}" address="127.0.0.1")
template(name="j" type="list"){ property(name="jsonmesg") constant(value="\\n") }
action(type="omfile" file="${out}" template="j")
`,
  );
  const server = await startServer({
    program: RSYSLOG.program,
    args: ["-n", "-f", config, "-i", `${folder}/pid`],
    ports: [port],
  });
  const read = async () => {
    const text = await Deno.readTextFile(out).catch(() => "");
    return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Received)
      .filter(({ programname }) => programname !== "rsyslogd");
  };
  return {
    server,
    port,
    socket,
    received: async (count) => {
      for (let waited = 0;; waited += 10) {
        const messages = await read();
        if (messages.length >= count) return messages;
        assert(waited < 20_000, `${messages.length} of ${count} messages came`);
        await pause(10);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const pause = (ms = 10) => new Promise((resolve) => setTimeout(resolve, ms));

const create = (keys: Record<string, unknown>, told: string[] = []) => {
  const say = (text: string) => void told.push(text);
  return plugin.create(plugin.schema.parse(keys), {
    log: { debug: say, info: say, warning: say, error: say },
  });
};

/** Messages that were written are there in a moment; how many there should be only the test knows. */
const QUIET_MS = 300;

async function subject(keys: (rsyslog: Rsyslog) => Record<string, unknown>): Promise<SinkSubject> {
  const rsyslog = await startRsyslog();
  const sink = create(keys(rsyslog));
  return {
    sink,
    received: async () => {
      await rsyslog.received(1);
      await pause(QUIET_MS);
      return (await rsyslog.received(1)).map(({ msg }) => msg.slice(1));
    },
    breakDown: () => rsyslog.server.stop(),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await rsyslog[Symbol.asyncDispose]();
    },
  };
}

if (installed(RSYSLOG.program)) {
  testSink("syslog, local", () => subject(({ socket }) => ({ address: socket })), {
    long: "a datagram is cut",
  });
  testSink(
    "syslog, TCP",
    () =>
      subject(({ port }) => ({
        address: `127.0.0.1:${port}`,
        protocol: "tcp",
        max_length: 4_000_000,
      })),
  );
  testSink("syslog, UDP", () => subject(({ port }) => ({ address: `127.0.0.1:${port}` })), {
    long: "a datagram is cut",
    broken: "nobody answers",
  });
}

testWithPeer("syslog: rsyslog reads the same from falcod as from logger", RSYSLOG, async () => {
  await using rsyslog = await startRsyslog();
  const sink = create({ address: rsyslog.socket });
  await sink.write([{ alert: sampleAlert({ priority: "Warning" }), line: "hello" }]);
  await rsyslog.received(1);
  await new Deno.Command("logger", {
    args: ["-u", rsyslog.socket, "-t", "falco", "-p", "user.warning", "hello"],
  }).output();
  const [ours, theirs] = await rsyslog.received(2);
  const told = ({ msg, pri, hostname, programname, procid }: Received) => //
  ({ msg, pri, hostname, programname, procid });
  assertEquals(told(ours!), told(theirs!));
  await sink.close();
});

testWithPeer("syslog: both formats are understood over UDP and TCP", RSYSLOG, async () => {
  await using rsyslog = await startRsyslog();
  const address = `127.0.0.1:${rsyslog.port}`;
  let count = 0;
  for (const protocol of ["udp", "tcp"]) {
    for (const framing of ["octets", "lines"]) {
      for (const message_format of ["rfc3164", "rfc5424"]) {
        const sink = create({ address, protocol, framing, message_format, facility: "local3" });
        await sink.write([{ alert: sampleAlert({ priority: "Critical" }), line: "grüße" }]);
        const last = (await rsyslog.received(++count)).at(-1)!;
        const { hostname, programname, pri, msg } = last;
        assertEquals([hostname, programname, pri, msg.trimStart()], [
          "host-1",
          "falco",
          String(19 * 8 + 2),
          "grüße",
        ]);
        if (message_format === "rfc5424") {
          assertEquals([last.procid, last.msgid], [`${Deno.pid}`, "syscall"]);
        }
        await sink.close();
      }
    }
  }
});

testWithPeer(
  "syslog: hostile text is one message, without control characters",
  RSYSLOG,
  async () => {
    await using rsyslog = await startRsyslog();
    const all = String.fromCharCode(...Array.from({ length: 160 }, (_, i) => i));
    for (
      const keys of [
        { address: rsyslog.socket },
        { address: `127.0.0.1:${rsyslog.port}`, protocol: "tcp" },
        { address: `127.0.0.1:${rsyslog.port}`, protocol: "tcp", framing: "lines" },
      ]
    ) {
      const sink = create(keys);
      await sink.write(formatted(HOSTILE, `${all}\ud800`));
      await sink.close();
    }
    const messages = await rsyslog.received(6);
    await pause(QUIET_MS);
    assertEquals((await rsyslog.received(6)).length, 6);
    // rsyslog spells what it does not like as #007.
    for (const { msg } of messages) assert(!/[\n\r]|#0\d\d/.test(msg.replace("#$", "")), msg);
  },
);

testWithPeer(
  "syslog: a datagram is as long as the kernel takes, cut between characters",
  RSYSLOG,
  async () => {
    await using rsyslog = await startRsyslog();
    const told: string[] = [];
    const sink = create({ address: rsyslog.socket, max_length: 1_000_000 }, told);
    await sink.write(formatted("ü".repeat(1_000_000), "2"));
    const [cut, next] = await rsyslog.received(2);
    assert(cut!.msg.length > 30_000 && /^ ü+…$/.test(cut!.msg), `${cut!.msg.length}`);
    assertEquals(next!.msg, " 2");
    assertEquals(told.length, 1);
    await sink.close();
  },
);

testWithPeer("syslog: a daemon that was started again gets what follows", RSYSLOG, async () => {
  const first = await startRsyslog();
  const sink = create({ address: first.socket });
  await sink.write(formatted("1"));
  await first.received(1);
  await first[Symbol.asyncDispose]();
  await assertRejects(() => sink.write(formatted("2")), {
    code: "unavailable",
    message: `Cannot write to ${first.socket}: there is no such socket; a syslog daemon makes it`,
  });
  await using second = await startRsyslog();
  await Deno.mkdir(first.socket.replace("/log.sock", ""));
  await Deno.symlink(second.socket, first.socket);
  await sink.write(formatted("2"));
  assertEquals((await second.received(1))[0]!.msg, " 2");
  await sink.close();
  await Deno.remove(first.socket.replace("/log.sock", ""), { recursive: true });
});

/** Of a daemon that writes it to a file, a moment after it listens. */
async function idIn(path: string): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const id = Number((await Deno.readTextFile(path).catch(() => "")).trim());
    if (id > 0) return id;
    await pause(50);
  }
  throw new Error(`no process id came to be in ${path}`);
}

testWithPeer("syslog: one that is behind is waited for, until time is over", RSYSLOG, async () => {
  await using rsyslog = await startRsyslog();
  const sink = create({ address: rsyslog.socket });
  const id = await idIn(rsyslog.socket.replace("log.sock", "pid"));
  const late = new AbortController();
  const batch = formatted(...Array.from({ length: 5000 }, (_, i) => String(i)));
  Deno.kill(id, "SIGSTOP");
  let error;
  try {
    const writing = sink.write(batch, { signal: late.signal });
    await pause(50);
    late.abort();
    error = await writing.catch((error) => error);
  } finally {
    Deno.kill(id, "SIGCONT");
  }
  assertEquals([error.code, error.message], [
    "unavailable",
    `Cannot write to ${rsyslog.socket}: the syslog daemon is behind`,
  ]);
  await sink.write(batch.slice(error.accepted));
  assertEquals((await rsyslog.received(5000)).map(({ msg }) => Number(msg)), [
    ...batch.keys(),
  ]);
  await sink.close();
});

Deno.test("syslog: a local socket of streams is taken as glibc takes it, messages end in NUL", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/log`;
  using listener = Deno.listen({ transport: "unix", path });
  const accepting = listener.accept();
  const sink = create({ address: path });
  await sink.write(formatted("1", "2"));
  using connection = await accepting;
  const bytes = new Uint8Array(1000);
  const text = new TextDecoder().decode(bytes.subarray(0, (await connection.read(bytes))!));
  assertEquals(text.replaceAll(/<\d+>... .\d \d\d:\d\d:\d\d/g, ""), " falco: 1\0 falco: 2\0");
  await sink.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("syslog: over TLS both ends show who they are; whom nobody vouches for gets nothing", async () => {
  const authority = await newAuthority(), stranger = await newAuthority();
  const own = await authority.issue({ commonName: "127.0.0.1" });
  const client = await authority.issue({ commonName: "falcod" });
  const folder = await Deno.makeTempDir();
  const file = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const came = Promise.withResolvers<string>();
  const sockets: Socket[] = [];
  const server = createServer({
    cert: own.certificate,
    key: own.key,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  }, (socket) => {
    sockets.push(socket);
    socket.on("data", (bytes: Uint8Array) => came.resolve(new TextDecoder().decode(bytes)));
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as { port: number };
  const keys = (tls: Record<string, unknown>) => ({
    address: `127.0.0.1:${port}`,
    protocol: "tcp",
    tls: { enabled: true, ...tls },
  });
  const wary = create(keys({ ca: await file("other.pem", stranger.certificate) }));
  await assertRejects(() => wary.write(formatted("secret")), { code: "unavailable" });
  await wary.close();
  const ca = await file("ca.pem", authority.certificate);
  // By TLS 1.3, who has no certificate is told after having said something.
  const unknown = create(keys({ ca }));
  const { code, message } = await unknown.write(formatted("secret")).then(
    () => assert(false, "nobody would get it"),
    (error) => error,
  );
  assertEquals(code, "unavailable", message);
  assert(
    /after the first alerts \(.*CertificateRequired\): does the server want another/.test(
      message,
    ),
    message,
  );
  await unknown.close();
  const sink = create(keys({
    ca,
    client_certificate: await file("client.pem", client.certificate),
    client_key: await file("client.key", client.key),
  }));
  await sink.write(formatted("1"));
  const text = await came.promise;
  assert(/^\d+ <12>.* host-1 falco: 1$/.test(text), text);
  assertEquals(Number(text.split(" ")[0]), text.length - text.indexOf("<"));
  await sink.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("syslog: messages that a server ends the connection for, as one that wants TLS, are not lost", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const sink = create({ address: `127.0.0.1:${port}`, protocol: "tcp" });
  for (const text of ["1", "2"]) {
    const accepted = listener.accept().then(async (connection) => {
      await connection.read(new Uint8Array(100));
      connection.close();
    });
    const { code, message } = await sink.write(formatted(text)).then(
      () => assert(false, "nobody has it"),
      (error) => error,
    );
    assertEquals(code, "unavailable");
    assert(message.endsWith("does the server want TLS? (tls.enabled)"), message);
    await accepted;
  }
  await sink.close();
});

Deno.test("syslog: TLS goes with TCP only", () => {
  const { success } = plugin.schema.safeParse({ address: "x:6514", tls: { enabled: true } });
  assertEquals(success, false);
});

Deno.test("syslog: a machine without a daemon is known to have none", () => {
  const missing = (address: string) => create({ address }).missing!();
  assertEquals(missing("/nowhere/log"), "there is no /nowhere/log, so no syslog daemon");
  assertEquals(missing("127.0.0.1:514"), undefined);
  assertEquals(missing(Deno.execPath()), undefined);
  assertEquals(missing(`${Deno.execPath()}/log`)?.startsWith("there is no "), true);
  // Linux refuses to follow it, as it refuses who may not look: that is no sign that nobody is there.
  const folder = Deno.makeTempDirSync();
  Deno.symlinkSync("log", `${folder}/log`);
  assertEquals(missing(`${folder}/log`), undefined);
  Deno.removeSync(folder, { recursive: true });
});
