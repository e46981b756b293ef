import { assert, assertEquals } from "../../../tests/assert.ts";
import { newAuthority } from "../../../tests/certificates.ts";
import { freePort } from "../../../tests/free_port.ts";
import { Report, SourceText } from "../../base/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { sidekickFile } from "./file.ts";
import { lookAtListening } from "./look_at_listening.ts";
import { settingsOf } from "./settings.ts";

/** Lines as "severity line:column title (help)", without what is told of outputs. */
async function found(text: string): Promise<readonly string[]> {
  const loading = new Report(), report = new Report();
  const source = new SourceText("config.yaml", text);
  const file = sidekickFile(source, { environment: () => undefined, report: loading })!;
  const settings = await settingsOf(file, { registry: new Registry([]), report: loading });
  await lookAtListening(settings, report);
  return report.diagnostics.map(({ code, severity, title, help, at }) => {
    assertEquals(code, "C065");
    const { line, column } = at?.source.position(at.start) ?? { line: 0, column: 0 };
    return `${severity} ${line}:${column} ${title}${help === undefined ? "" : ` (${help})`}`;
  });
}

Deno.test("lookAtListening() takes the address for a moment, and lets go of it", async () => {
  const text = `listenaddress: 127.0.0.1\nlistenport: ${freePort()}\n`;
  assertEquals([await found(text), await found(text)], [[], []]);
});

Deno.test("lookAtListening() warns of a port that is taken, by falcod itself perhaps", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  assertEquals(await found(`listenaddress: 127.0.0.1\nlistenport: ${port}\n`), [
    `warning 2:13 Cannot listen on 127.0.0.1:${port}: something else listens there already ` +
    "(name another port with listenport, unless it is the falcod that this one replaces)",
  ]);
});

Deno.test("lookAtListening() tells of addresses that are not this machine's", async () => {
  const port = freePort();
  assertEquals(await found(`listenaddress: 192.0.2.1\nlistenport: ${port}\n`), [
    `error 1:16 Cannot listen on 192.0.2.1:${port}: this machine has no such address ` +
    "(name another address: listenaddress)",
  ]);
});

Deno.test("lookAtListening() reads certificates as a run does, and looks at the address all the same", async () => {
  const folder = await Deno.makeTempDir();
  const authority = await newAuthority();
  const own = await authority.issue({ commonName: "one" });
  const other = await authority.issue({ commonName: "other" });
  const past = { notBefore: new Date(0), notAfter: new Date(86_400_000) };
  const ended = await authority.issue({ commonName: "ended", ...past });
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  try {
    const certificate = await write("own.crt", own.certificate);
    const key = await write("own.key", own.key);
    const otherKey = await write("other.key", other.key);
    const oldCertificate = await write("old.crt", ended.certificate);
    const oldKey = await write("old.key", ended.key);
    const noCertificate = await write("ca.crt", "nothing");
    const looked = (files: string, address = "127.0.0.1", port = freePort()) =>
      found(`listenaddress: ${address}\nlistenport: ${port}\ntlsserver:\n  deploy: true\n${files}`);
    const pair = `  certfile: ${certificate}\n  keyfile: ${key}\n`;
    assertEquals(await looked(pair), []);
    const [missing] = await looked("  certfile: /no/such.crt\n");
    assert(missing!.startsWith('error 5:13 Cannot use "/no/such.crt" for TLS: '), missing);
    const [standard] = await looked("");
    assert(standard!.startsWith('error 0:0 Cannot use "/etc/certs/server/server.crt"'), standard);
    assertEquals(await looked(`  certfile: ${certificate}\n  keyfile: ${otherKey}\n`), [
      `error 6:12 Cannot use "${otherKey}" for TLS: its private key is not that of the ` +
      `certificate in "${certificate}"`,
    ]);
    const both = await looked(
      `${pair}  mutualtls: true\n  cacertfile: ${noCertificate}\n`,
      "192.0.2.1",
    );
    assertEquals(both.length, 2);
    assert(both[0]!.startsWith(`error 8:15 Cannot use "${noCertificate}" for TLS: `), both[0]);
    assert(both[1]!.startsWith("error 1:16 Cannot listen on 192.0.2.1:"), both[1]);
    const [old] = await looked(`  certfile: ${oldCertificate}\n  keyfile: ${oldKey}\n`);
    assert(old!.startsWith("warning 5:13 ") && old!.includes("ended at 1970-01-02"), old);
    const [same, ...more] = await looked(
      `${pair}  notlsport: 4711\n  notlspaths: [/ping]\n`,
      "127.0.0.1",
      4711,
    );
    assert(same!.startsWith('error 7:14 "tlsserver.notlsport" and "listenport" are'), same);
    assertEquals(more, []);
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const [plain] = await looked(`${pair}  notlsport: ${taken.addr.port}\n  notlspaths: [/ping]\n`);
    assert(plain!.startsWith(`warning 7:14 Cannot listen on 127.0.0.1:${taken.addr.port}`), plain);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
