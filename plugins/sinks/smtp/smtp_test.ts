import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { listening } from "../../../tests/http_servers.ts";
import { clientFiles } from "../../../tests/peers/certificate_files.ts";
import { installed, startServer, testWithPeer } from "../../../tests/peers/server.ts";
import type { Alert } from "../../../core/mod.ts";
import { mailOf } from "./mail.ts";
import plugin from "./mod.ts";
import { beginsWithTls, schema } from "./schema.ts";

const AIOSMTPD = { program: "aiosmtpd", package: "python3-aiosmtpd" };

interface Mail {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html?: string;
}

/** Python's reader of mails: another's than the one that wrote them. */
const READ_MAILS = `
import email, email.policy, json, os, sys
mails = []
folder = sys.argv[1] + "/new"
for name in sorted(os.listdir(folder), key=lambda name: os.stat(folder + "/" + name).st_mtime_ns):
    with open(folder + "/" + name, "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    mails.append({"headers": {k: str(v) for k, v in mail.items()},
        "text": parts["text/plain"], "html": parts.get("text/html")})
print(json.dumps(mails))
`;

async function startMail(...args: string[]) {
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "falcod-mail-" });
  const server = await startServer({
    program: AIOSMTPD.program,
    args: [
      ...["-n", "-l", `127.0.0.1:${port}`, ...args],
      ...["-c", "aiosmtpd.handlers.Mailbox", `${folder}/box`],
    ],
    ports: [port],
  });
  return {
    server,
    port,
    mails: async (): Promise<Mail[]> => {
      const { stdout } = await new Deno.Command("python3", {
        args: ["-c", READ_MAILS, `${folder}/box`],
        stderr: "inherit",
      }).output();
      return JSON.parse(new TextDecoder().decode(stdout));
    },
    sinkWith: (more: Record<string, unknown> = {}) =>
      plugin.create(plugin.schema.parse({
        host_port: `127.0.0.1:${port}`,
        from: "falcod <falcod@example.org>",
        to: ["one@example.org", "two@example.org"],
        tls: { enabled: false },
        ...more,
      })),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function open(): Promise<SinkSubject> {
  const mail = await startMail();
  const sink = mail.sinkWith({ output_format: "text" });
  return {
    sink: {
      write: async (batch, context) => {
        if (batch.length === 0) await sink.write(batch, context);
        for (const one of batch) await sink.write([one], context);
      },
      close: () => sink.close(),
    },
    received: async () => (await mail.mails()).map(({ text }) => text.split("\n")[0]!),
    breakDown: () => mail.server.stop(),
    [Symbol.asyncDispose]: () => mail[Symbol.asyncDispose](),
  };
}

const missing = installed(AIOSMTPD.program) ? undefined : "Debian's aiosmtpd is not installed";
testSink(
  "smtp",
  open,
  missing === undefined
    ? { long: "a mail is for people: long messages are cut" }
    : { order: missing, empty: missing, long: missing, broken: missing, close: missing },
);

const formattedOf = (...alerts: Alert[]) => alerts.map((alert) => ({ alert, line: "" }));

testWithPeer("smtp: a mail says what happened, to all who shall know", AIOSMTPD, async () => {
  await using server = await startMail();
  const alert = sampleAlert({
    timeNs: 978_311_400_000_000_000n,
    message: "Ein Öffnen <b>wurde</b> gesehen",
    priority: "Critical",
  });
  await server.sinkWith().write(formattedOf(alert));
  const [mail] = await server.mails();
  assert(mail);
  const { headers, text, html } = mail;
  assertEquals(headers["From"], "falcod <falcod@example.org>");
  assertEquals(headers["To"], "one@example.org, two@example.org");
  assertEquals(headers["Subject"], "[Critical] Ein Öffnen <b>wurde</b> gesehen");
  assertEquals(headers["Date"], "Mon, 01 Jan 2001 01:10:00 +0000");
  assertEquals(headers["Auto-Submitted"], "auto-generated");
  assertEquals(headers["Importance"], "High");
  assert(text.startsWith("Ein Öffnen <b>wurde</b> gesehen\n\nrule: open_from_cat\n"), text);
  assert(text.includes("\nproc.cmdline: cat /dev/null\n"), text);
  assert(html?.includes("<p>Ein Öffnen &lt;b&gt;wurde&lt;/b&gt; gesehen</p>"), html);
});

testWithPeer(
  "smtp: alerts of a batch share a mail, which is called by the worst",
  AIOSMTPD,
  async () => {
    await using server = await startMail();
    const sink = server.sinkWith({ output_format: "text" });
    const batch = formattedOf(
      sampleAlert({ message: "first" }),
      sampleAlert({ message: "second", priority: "Alert" }),
    );
    await sink.write(batch);
    await sink.write(batch);
    const [mail, again] = await server.mails();
    assertEquals(mail!.headers["Subject"], "[Alert] second (and 1 more)");
    assertEquals(mail!.html, null as never);
    assert(mail!.text.indexOf("first") < mail!.text.indexOf("second"));
    assertEquals(mail!.headers["Message-ID"], again!.headers["Message-ID"]);
  },
);

testWithPeer("smtp: hostile texts stay texts", AIOSMTPD, async () => {
  await using server = await startMail();
  const message = `\r\nBcc: other@example.org\r\n\r\n.\r\n${HOSTILE}<script>`;
  const fields = new Map([[`<i>${HOSTILE}`, `"><script>${HOSTILE}`]]);
  await server.sinkWith().write(formattedOf(sampleAlert({ message, rule: HOSTILE, fields })));
  await server.sinkWith().write(formattedOf(sampleAlert({ message: "ü".repeat(500_000) })));
  const [mail, long] = await server.mails();
  assertEquals(mail!.headers["Bcc"], undefined);
  assertEquals(mail!.headers["X-RcptTo"], "one@example.org, two@example.org");
  assert(!mail!.html!.includes("<script>") && !mail!.html!.includes("<i>"));
  assert(long!.text.startsWith("ü".repeat(1000)) && long!.text.length < 110_000);
  assert(long!.headers["Subject"]!.length <= 200);
});

testWithPeer("smtp: what a server never takes is refused for good", AIOSMTPD, async () => {
  await using server = await startMail("-s", "2000");
  const sink = server.sinkWith();
  const long = formattedOf(sampleAlert({ message: "x".repeat(5000) }));
  await assertRejects(() => sink.write(long), { code: "rejected" });
  await server.server.stop();
  await assertRejects(() => sink.write(formatted("1")), { code: "unavailable" });
  await sink.close();
  await assertRejects(() => sink.write(formatted("1")), { code: "closed" });
});

/** Takes mails, but not for those that `refuses` has an answer for. */
async function choosyServer(refuses: (address: string) => string | undefined) {
  const mails: string[][] = [];
  const server = await listening(createServer((socket) => {
    let to: string[] = [], isText = false;
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.on("error", () => {});
    say("220 mail.example");
    createInterface(socket as never).on("line", (line: string) => {
      if (isText) {
        if (line !== ".") return;
        isText = false;
        mails.push(to);
        say("250 ok");
        return;
      }
      const address = /^RCPT TO:<([^>]*)>/i.exec(line)?.[1];
      const refusal = address && refuses(address);
      if (refusal) return void say(refusal);
      if (address) to.push(address);
      if (/^MAIL/i.test(line)) to = [];
      isText = /^DATA/i.test(line);
      say(isText ? "354 go on" : "250 ok");
    });
  }));
  return Object.assign(server, { mails });
}

Deno.test("smtp: who does not get a mail is told, and tried again alone", async () => {
  const answers: (string | undefined)[] = ["450 \u001blater", undefined, "550 nobody", undefined];
  await using server = await choosyServer((address) =>
    address.startsWith("two@") ? answers.shift() : undefined
  );
  const host_port = `127.0.0.1:${server.port}`;
  const sink = plugin.create(plugin.schema.parse({
    ...{ host_port, from: "falcod <a@b.c>", to: ["one@e.f", "two@e.f"] },
    tls: { enabled: false },
  }));
  const told = (why: string) =>
    `Cannot send mail by ${host_port} to two@e.f, others have it: ${why}`;
  const batch = formatted("1");
  await assertRejects(() => sink.write(batch), {
    code: "unavailable",
    message: told("450 \\u001blater"),
  });
  await sink.write(batch);
  await assertRejects(() => sink.write(formatted("2")), {
    code: "rejected",
    message: told("550 nobody"),
  });
  await sink.write(formatted("3"));
  assertEquals(server.mails, [["one@e.f"], ["two@e.f"], ["one@e.f"], ["one@e.f", "two@e.f"]]);
  await sink.close();
});

Deno.test("smtp: a write to a server that says nothing ends when nobody waits any more", async () => {
  const gone = Promise.withResolvers<void>();
  await using server = await listening(createServer((socket) => {
    socket.on("error", () => {}).on("close", gone.resolve).resume().write("220 mail.example\r\n");
  }));
  const sink = plugin.create(plugin.schema.parse({
    ...{ host_port: `127.0.0.1:${server.port}`, from: "a@b.c", to: "d@e.f" },
    tls: { enabled: false },
  }));
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  const beganMs = performance.now();
  await assertRejects(() => sink.write(formatted("1"), { signal: stop.signal }), {
    code: "unavailable",
    unclear: Infinity,
  });
  await gone.promise;
  const writing = sink.write(formatted("2"));
  setTimeout(() => sink.close(), 100);
  await assertRejects(() => writing, { code: "unavailable", unclear: Infinity });
  assert(performance.now() - beganMs < 5000);
});

Deno.test("smtp: who is refused for good when tried again alone is not tried for ever", async () => {
  // As servers answer that look first whether there is somebody of this name.
  const answers = ["450 looking", "450 still looking", "550 nobody"];
  await using server = await choosyServer((address) =>
    address.startsWith("two@") ? answers.shift() : undefined
  );
  const host_port = `127.0.0.1:${server.port}`;
  const sink = plugin.create(plugin.schema.parse({
    ...{ host_port, from: "a@b.c", to: ["one@e.f", "two@e.f"], tls: { enabled: false } },
  }));
  const batch = formatted("1");
  const code = { 4: "unavailable", 5: "rejected" } as const;
  for (const said of [...answers]) {
    await assertRejects(() => sink.write(batch), {
      code: code[said[0] as "4" | "5"],
      message: `Cannot send mail by ${host_port} to two@e.f, others have it: ${said}`,
    });
  }
  assertEquals(server.mails, [["one@e.f"]]);
  await sink.close();
});

testWithPeer(
  "smtp: STARTTLS is insisted on, and certificates are looked at",
  AIOSMTPD,
  async () => {
    await using files = await clientFiles();
    await using secure = await startMail(
      ...["--tlscert", files.serverCertificate, "--tlskey", files.serverKey],
    );
    await secure.sinkWith({ tls: { ca: files.authority } }).write(formatted("1"));
    await secure.sinkWith({ tls: { insecure: true } }).write(formatted("2"));
    await using plain = await startMail();
    for (
      const sink of [secure.sinkWith({ tls: {} }), plain.sinkWith({ tls: { insecure: true } })]
    ) {
      await assertRejects(() => sink.write(formatted("3")), { code: "unavailable" });
    }
    assertEquals((await secure.mails()).length, 2);
  },
);

testWithPeer("smtp: TLS may be there from the beginning", AIOSMTPD, async () => {
  await using files = await clientFiles();
  await using server = await startMail(
    ...["--smtpscert", files.serverCertificate, "--smtpskey", files.serverKey],
  );
  const tls = { ca: files.authority };
  await server.sinkWith({ tls, implicit_tls: true }).write(formatted("1"));
  assertEquals((await server.mails()).length, 1);
});

testWithPeer("smtp: passwords are not told", AIOSMTPD, async () => {
  await using server = await startMail();
  const sink = server.sinkWith({ user: "falco", password: "TOLD-TO-NOBODY" });
  const error = await sink.write(formatted("1")).catch((error) => error);
  assertEquals(error.code, "unavailable");
  assert(!String(error).includes("TOLD-TO-NOBODY"), String(error));
});

Deno.test("smtp: a subject is short and whole characters", () => {
  const { subject } = mailOf(formattedOf(sampleAlert({ message: "\u{1f600}".repeat(500) })));
  assert(subject.isWellFormed() && subject.length <= 150, subject);
});

Deno.test("smtp: addresses have to be mail addresses", () => {
  const usual = { host_port: "localhost:25", from: "a@b.c", to: "d@e.f" };
  assert(plugin.schema.safeParse(usual).success);
  for (const wrong of [{ from: "nobody" }, { to: [] }, { to: "a@b.c\nBcc: x@y.z" }]) {
    assert(!plugin.schema.safeParse({ ...usual, ...wrong }).success);
  }
});

Deno.test("beginsWithTls() knows the port on which nobody waits for STARTTLS", () => {
  const begins = (host_port: string, more: object = {}) =>
    beginsWithTls(schema.parse({ host_port, from: "a@b.c", to: "d@e.f", ...more }));
  assertEquals([begins("m:465"), begins("m:587"), begins("m")], [true, false, false]);
  assertEquals(begins("m:587", { implicit_tls: true }), true);
  assertEquals(begins("m:465", { tls: { enabled: false } }), false);
});
