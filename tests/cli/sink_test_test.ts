/** `falcod sink test`: what goes out, what comes back, and what may be wrong. */
import { createSocket } from "node:dgram";
import { assert, assertEquals } from "../assert.ts";
import { newAuthority } from "../certificates.ts";
import { freePort } from "../free_port.ts";
import { httpReceiver } from "../peers/http_receiver.ts";
import { startServer, testWithPeer } from "../peers/server.ts";
import { writePackage } from "../plugin_package.ts";
import { falcod, Folder } from "./program.ts";

async function tested(config: string, ...args: readonly string[]) {
  using folder = new Folder({ "falco.yaml": config });
  return await falcod(["sink", "test", "-c", "falco.yaml", ...args], { folder: folder.path });
}

Deno.test("falcod sink test shows request and answer, and no secret", async () => {
  await using server = httpReceiver();
  server.answer = () =>
    new Response("it is B1C2D3", { status: 202, headers: { "set-cookie": "k" } });
  const { code, out, error } = await tested(
    `
sinks:
  - name: chat
    type: slack
    webhook_url: ${server.url}/services/T0/B1C2D3?key=hidden
    headers: {X-Api-Key: another-one, authorization: Bearer third}
  - {name: other, type: webhook, address: "http://127.0.0.1:1/"}
`,
    "chat",
  );
  assertEquals([code, error], [0, ""]);
  const [{ path, body }] = server.received as [typeof server.received[0]];
  assertEquals(path, "/services/T0/B1C2D3?key=hidden");
  assertEquals(JSON.parse(body).attachments[0].fields[0].value, "Test rule");
  for (
    const line of [
      `> POST ${server.url}/services/[secret]/[secret]?key=[secret]`,
      "> x-api-key: [secret]",
      "> authorization: Bearer [secret]",
      '>   "username": "falcod",',
      "< set-cookie: [secret]",
      "< it is [secret]",
    ]
  ) assert(out.split("\n").includes(line), `${line} is not in\n${out}`);
  assert(
    /^< 202, after \d+ ms$/m.test(out) && /"chat" \(slack\) has taken the test alert/.test(out),
  );
  for (const secret of ["B1C2D3", "hidden", "another-one", "third"]) assert(!out.includes(secret));
});

Deno.test("falcod sink test takes the key of an output, and shows where its address leads", async () => {
  await using server = httpReceiver();
  server.answer = () => new Response("no", { status: 404 });
  const url = `${server.url}/falco-alerts/inbx?key=hidden`;
  const { code, out } = await tested(
    `http_output: {enabled: true, url: "${url}"}\nstdout_output: {enabled: true}\n`,
    "http_output",
  );
  assertEquals(code, 1, out);
  assert(out.includes(`> POST ${server.url}/falco-alerts/inbx?key=[secret]\n`), out);
  assert(out.includes('"http" did not take the test alert'), out);
});

Deno.test("falcod sink test --json is a line for each sink, and fails where one does not take it", async () => {
  await using server = httpReceiver();
  server.answer = () => new Response("no", { status: 404 });
  const { code, out } = await tested(
    `
sinks:
  - {name: page, type: pagerduty, url: "${server.url}/v2/enqueue", routing_key: KEY-OF-MINE, minimum_priority: alert}
  - {name: lines, type: stdout, format: text}
`,
    "--json",
  );
  assertEquals(code, 1);
  const documents = out.split("\n").filter((line) => line.startsWith('{"sink"')).map((line) =>
    JSON.parse(line)
  );
  const [page, lines] = documents;
  assertEquals([page.sink, page.type, page.taken, lines.taken], ["page", "pagerduty", false, true]);
  assertEquals(JSON.parse(page.exchanges[0].sent).routing_key, "[secret]");
  assertEquals(page.exchanges[0].reply.status, 404);
  assertEquals(page.hints.length, 1);
  assert(page.notes[0].includes("lowest priority"));
});

Deno.test("falcod sink test fails where a server for clients cannot listen", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using folder = new Folder({ "no folder": "", "falco.yaml": "" });
  const certificate = await (await newAuthority()).issue({ commonName: "server" });
  for (const [name, text] of Object.entries(certificate)) {
    Deno.writeTextFileSync(folder.file(name), text);
  }
  const pem = folder.file("certificate");
  const places: readonly (readonly [string, string, RegExp])[] = [
    [`127.0.0.1:${taken.addr.port}`, pem, /in use.*\n +hint: the address is taken/],
    [`127.0.0.1:${freePort()}`, "/no/such.pem", /"\/no\/such\.pem".*no such file/],
    [`127.0.0.1:${freePort()}`, folder.file("no folder"), /\(PEM\)/],
    [`unix://${folder.file("no folder")}/falco.sock`, pem, /served|serve gRPC at unix:/],
  ];
  for (const [place, chain, said] of places) {
    const { code, out } = await tested(`
grpc: {enabled: true, bind_address: "${place}", private_key: ${
      folder.file("key")
    }, cert_chain: ${chain}, root_certs: ${pem}}
grpc_output: {enabled: true}
`);
    assert(code === 1 && said.test(out), out);
  }
  taken.close();
});

const HINTS: readonly (readonly [number, RegExp])[] = [
  [401, /keys, tokens, user and password/],
  [403, /may not do this/],
  [404, /nothing is at this address/],
  [429, /tries again/],
  [301, /redirects are not followed/],
  [500, /a problem of its own/],
];

Deno.test("falcod sink test has a hint for each kind of answer", async () => {
  await using server = httpReceiver();
  const statuses = HINTS.map(([status]) => status);
  server.answer = ({ path }) => new Response(null, { status: Number(path.slice(1)) });
  const sinks = statuses.map((status) =>
    `  - {name: "${status}", type: webhook, address: "${server.url}/${status}"}\n`
  );
  const { code, out } = await tested(`sinks:\n${sinks.join("")}`, "--json");
  assertEquals(code, 1);
  const documents = out.trim().split("\n").map((line) => JSON.parse(line));
  for (const [index, [status, hint]] of HINTS.entries()) {
    assertEquals(documents[index].sink, String(status));
    assert(hint.test(documents[index].hints[0]), documents[index].hints[0]);
  }
});

Deno.test("falcod sink test has a hint for each way not to get an answer", async () => {
  const authority = await newAuthority();
  const day = 86_400_000;
  const files = new Folder({ "ca.crt": authority.certificate });
  const serverWith = async (notAfter?: Date) => {
    const { certificate: cert, key } = await authority.issue({
      commonName: "server",
      ...notAfter && { notBefore: new Date(Date.now() - 3 * day), notAfter },
    });
    const options = { port: 0, hostname: "127.0.0.1", cert, key, onListen() {} };
    return Deno.serve(options, () => new Response(null));
  };
  await using plain = httpReceiver();
  await using expired = await serverWith(new Date(Date.now() - day));
  await using right = await serverWith();
  using silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const ca = `tls: {ca: ${files.file("ca.crt")}}`;
  const cases: readonly (readonly [string, RegExp])[] = [
    [`address: "http://no-such-host.invalid/"`, /name of the host is not known/],
    [`address: "http://127.0.0.1:${freePort()}/"`, /nobody listens there/],
    [`address: "https://127.0.0.1:${right.addr.port}/"`, /authority that is not trusted/],
    [`address: "https://127.0.0.1:${expired.addr.port}/", ${ca}`, /or it has expired/],
    [`address: "${plain.url.replace("http", "https")}/"`, /does not speak TLS/],
    [
      `address: "http://127.0.0.1:${(silent.addr as Deno.NetAddr).port}/", timeout: 300ms`,
      /nothing came back/,
    ],
    [`address: "https://127.0.0.1:${right.addr.port}/", tls: {ca: /nowhere.pem}`, /is not there/],
  ];
  const sinks = cases.map(([config], index) =>
    `  - {name: "${index}", type: webhook, ${config}}\n`
  );
  const { out, error } = await tested(`sinks:\n${sinks.join("")}`, "--json");
  const documents = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(documents.length, cases.length, error);
  for (const [index, [config, hint]] of cases.entries()) {
    const { hints, error } = documents[index];
    assert(hint.test(hints[0] ?? ""), `${config}: ${error} ${hints}`);
  }
  const [note] = documents[3].notes;
  assert(
    /issued by authority of a test, for .*127\.0\.0\.1.*; it has expired on /.test(note),
    note,
  );
  files[Symbol.dispose]();
});

testWithPeer("falcod sink test shows what goes to Redis and what it says", {
  program: "redis-server",
  package: "redis-server",
}, async () => {
  const port = freePort();
  await using _redis = await startServer({
    program: "redis-server",
    args: [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--requirepass",
      "right one",
    ],
    ports: [port],
  });
  const sink = (password: string) =>
    `sinks: [{type: redis, address: "127.0.0.1:${port}", password: ${password}}]\n`;
  const right = await tested(sink("right one"), "redis");
  assertEquals(right.code, 0, right.out);
  assert(/^> RPUSH falco \{/m.test(right.out) && /^< OK$/m.test(right.out), right.out);
  const wrong = await tested(sink("wrong one"), "redis");
  assertEquals(wrong.code, 1);
  assert(wrong.out.includes("hint: user, password or their rights"), wrong.out);
  assert(!wrong.out.includes("wrong one"), wrong.out);
});

Deno.test("falcod sink test knows falcosidekick's outputs, and says which sinks there are", async () => {
  await using server = httpReceiver();
  using folder = new Folder({ "config.yaml": `webhook: {address: "${server.url}"}\n` });
  const run = (...args: readonly string[]) =>
    falcod(["sink", "test", "--sidekick", "-c", "config.yaml", ...args], {
      folder: folder.path,
      environment: { TEAMS_WEBHOOKURL: `${server.url}/teams` },
    });
  assertEquals((await run()).code, 0);
  assertEquals(server.received.map(({ path }) => path).sort(), ["/", "/teams"]);
  const { code, error } = await run("webhok");
  assertEquals([code, error], [
    1,
    'falcod: no sink "webhok" is configured (did you mean "webhook"?)\n',
  ]);
});

Deno.test("falcod sink test adds what falcosidekick's configuration adds to alerts", async () => {
  await using server = httpReceiver();
  using folder = new Folder({
    "config.yaml": `
webhook: {address: "${server.url}"}
customfields: {Site: north}
templatedfields: {who: '{{ index . "user.name" }} of {{ .Site }}'}
customtags: [edge]
`,
  });
  const { code } = await falcod(["sink", "test", "--sidekick", "-c", "config.yaml"], {
    folder: folder.path,
  });
  const { output_fields: fields, tags } = JSON.parse(server.received[0]!.body);
  assertEquals([code, fields.Site, fields.who], [0, "north", "falcod of north"]);
  assertEquals(tags, ["edge", "example", "test"]);
});

Deno.test("falcod sink test takes a type for all sinks of it, unless one is called so", async () => {
  await using server = httpReceiver();
  const config = `
sinks:
  - {name: one, type: webhook, address: "${server.url}/one"}
  - {name: two, type: webhook, address: "${server.url}/two"}
`;
  const paths = () => server.received.map(({ path }) => path).sort();
  assertEquals((await tested(config, "webhook")).code, 0);
  assertEquals(paths(), ["/one", "/two"]);
  const third = `  - {type: webhook, address: "${server.url}/third"}\n`;
  assertEquals((await tested(config + third, "webhook")).code, 0);
  assertEquals(paths(), ["/one", "/third", "/two"]);
});

Deno.test("falcod sink test starts sinks and formatters of third parties, and stops them", async () => {
  using folder = new Folder({});
  const sink = writePackage(folder.path, "pager", {
    manifest: { kind: "sink" },
    module: `export default { kind: "sink", definition: { open: ({ log }) => ({
      write(batch) { for (const { rule, line } of batch) log.warning(rule + " " + line); },
    }) } };`,
  });
  const formatter = writePackage(folder.path, "angles", {
    manifest: { kind: "formatter" },
    module: `export default { kind: "formatter", definition: { open: () => ({
      format: ({ rule }) => "<" + rule + ">",
    }) } };`,
  });
  const { code, out, error } = await tested(`
plugins: [{name: pager, library_path: ${sink}}, {name: angles, library_path: ${formatter}}]
sinks: [{type: pager, format: angles}]
`);
  assertEquals(code, 0, error);
  assert(out.startsWith("> <Test rule>\n"), out);
  assert(error.includes("Test rule <Test rule>"), error);
});

Deno.test("falcod sink test fails where a program is not there, or ends with a status", async () => {
  const { code, out, error } = await tested(`
program_output: {enabled: true, program: exec 2>/dev/null; no-such-program}
sinks:
  - {name: kept, type: program, program: exit 3, keep_alive: true}
  - {name: well, type: program, program: cat > /dev/null, keep_alive: true}
`);
  assertEquals([code, error], [1, ""]);
  assert(
    /"program" did not take .* status 127 .*\n {2}hint: the shell finds no such/.test(out),
    out,
  );
  assert(/"kept" \(program\) did not take .* status 3\n/.test(out), out);
  assert(/"well" \(program\) has taken the test alert/.test(out), out);
});

Deno.test("falcod sink test tells of a variable that is not set, and what it is wanted for", async () => {
  const { code, error } = await tested('sinks: [{type: redis, address: "${FALCOD_UNSET}"}]\n');
  assertEquals([code, error.match(/(?:error|warning)\[\w+\]/g)], [1, ["error[C033]"]], error);
  assert(error.includes('note: "sinks[0].address" wants host:port'), error);
});

Deno.test("falcod sink test says of UDP that nobody answers", async () => {
  const receiver = createSocket("udp4");
  await new Promise<void>((resolve) => receiver.bind(0, "127.0.0.1", resolve));
  const { port } = receiver.address();
  const config = `
sinks:
  - {name: counts, type: statsd, forwarder: "127.0.0.1:${port}"}
  - {name: lines, type: syslog, address: "127.0.0.1:${port}"}
`;
  const { code, out } = await tested(config);
  assertEquals(code, 0, out);
  for (const name of ['"counts" (statsd)', '"lines" (syslog)']) {
    assert(out.includes(`the test alert was sent to ${name}, in `), out);
  }
  assert(out.includes(" ms; UDP gives no answer: look there\n"), out);
  assert(!out.includes("has taken"), out);
  const documents = (await tested(config, "--json")).out.trim().split("\n");
  assertEquals(documents.map((line) => JSON.parse(line).unconfirmed), ["UDP", "UDP"]);
  receiver.close();
});

Deno.test("falcod sink test shows what was to be sent as it would have been", async () => {
  const address = `127.0.0.1:${freePort()}`;
  const cases: Readonly<Record<string, RegExp>> = {
    [`type: smtp, host_port: "${address}", from: a@example.org, to: b@example.org`]:
      /^> \(this was to be sent\) from a@example\.org to b@example\.org\n> Subject: \[Notice\]/,
    [`type: logstash, address: "${address}"`]: /^> \(this was to be sent\)\n> \{\n> {3}"hostname/,
    [`type: timescaledb, address: "${address}"`]: /^> \(this was to be sent\)\n> INSERT INTO /,
    [`type: syslog, address: "${address}", protocol: tcp`]: /^> \(this was to be sent\)\n> <13>/,
  };
  for (const [keys, shown] of Object.entries(cases)) {
    const { code, out } = await tested(`sinks: [{${keys}}]\n`);
    assertEquals(code, 1, out);
    assert(shown.test(out) && /hint: nobody listens there/.test(out), out);
  }
});

Deno.test("falcod sink test says beforehand that the machine may be asked who falcod is", async () => {
  await using server = httpReceiver();
  const keys =
    `bucket: alerts, region: eu-west-1, endpoint: "${server.url}", access_key_id: AKID, ` +
    "secret_access_key: word";
  const asked = await tested(`sinks: [{type: awss3, instance_metadata: true, ${keys}}]\n`);
  assertEquals([asked.code, asked.error], [
    0,
    'falcod: "awss3" asks the metadata server of the cloud it runs in (169.254.169.254) who it is, ' +
    "unless a key or the environment says it\n",
  ]);
  const other = await tested(`sinks: [{type: awss3, ${keys}}]\n`);
  assertEquals([other.code, other.error], [0, ""]);
});
