import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import {
  accountKey,
  claimsIn,
  PRIVATE_KEY,
  unsignedJwt,
} from "../../tests/peers/google_account.ts";
import { httpReceiver, type Received } from "../../tests/peers/http_receiver.ts";
import { section } from "../plugin/schema.ts";
import { readAccountKey } from "./account_key.ts";
import type { TokenUse } from "./find_token.ts";
import { gcpKeys } from "./schema.ts";
import { GcpTarget } from "./target.ts";

const schema = section(gcpKeys);
const SCOPE = { scope: "https://www.googleapis.com/auth/pubsub" };

interface TargetOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly use?: TokenUse;
}

function target({ settings = {}, environment = {}, use = SCOPE }: TargetOptions): GcpTarget {
  return new GcpTarget(schema.parse(settings), {
    address: "http://127.0.0.1:1",
    use,
    environment: (name) => environment[name],
  });
}

/** One server that gives tokens, `t0ken-1` first, and takes what is shown the latest. */
function service(lastsSeconds = 3600) {
  const server = httpReceiver();
  let count = 0;
  const tokens = {
    forms: [] as URLSearchParams[],
    /** What is answered to whoever asks for a token. */
    give: (form: URLSearchParams): Response | Promise<Response> => {
      tokens.forms.push(form);
      return Response.json({ access_token: `t0ken-${++count}`, expires_in: lastsSeconds });
    },
    take: (_: Received): Response => new Response("taken"),
  };
  server.answer = (request) => {
    if (request.path === "/token") return tokens.give(new URLSearchParams(request.body));
    const isKnown = request.headers.get("authorization") === `Bearer t0ken-${count}`;
    return isKnown ? tokens.take(request) : new Response(null, { status: 401 });
  };
  return Object.assign(tokens, server);
}

Deno.test("GcpTarget shows a token that a service account has signed for", async () => {
  await using google = service();
  const key = accountKey(`${google.url}/token`);
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, key);
  const endpoint = google.url;
  const ways = [
    { settings: { endpoint, credentials: key } },
    { settings: { endpoint, credentials: new TextEncoder().encode(key).toBase64() } },
    { settings: { endpoint, credentials: { file } } },
    { settings: { endpoint }, environment: { GOOGLE_APPLICATION_CREDENTIALS: file } },
  ];
  for (const way of ways) {
    const to = target(way);
    for (const body of ["1", "2"]) assertEquals((await to.send({ body })).body, "taken");
    await to.close();
  }
  await Deno.remove(file);
  assertEquals(google.forms.length, ways.length);
  for (const form of google.forms) {
    const claims = await claimsIn(form);
    assert(!(claims instanceof Response));
    assertEquals([claims["scope"], claims["aud"]], [SCOPE.scope, `${google.url}/token`]);
  }
});

Deno.test("claimsIn() of the tests' account finds what was changed on the way", async () => {
  await using google = service();
  const settings = { endpoint: google.url, credentials: accountKey(`${google.url}/token`) };
  const to = target({ settings });
  await to.send({ body: "" });
  await to.close();
  const [form] = google.forms;
  const [header, payload, signature] = form!.get("assertion")!.split(".");
  const claims = JSON.parse(atob(payload!.replaceAll("-", "+").replaceAll("_", "/")));
  assertEquals(claims.scope, SCOPE.scope);
  const more = btoa(JSON.stringify({ ...claims, scope: "more" })).replaceAll("=", "");
  form!.set("assertion", [header, more, signature].join("."));
  assert(await claimsIn(form!) instanceof Response);
});

Deno.test("GcpTarget asks for another token before one ends, and when it is no longer known", async () => {
  await using google = service(200);
  const settings = { endpoint: google.url, credentials: accountKey(`${google.url}/token`) };
  const short = target({ settings });
  for (const body of ["1", "2"]) await short.send({ body });
  await short.close();
  assertEquals(google.forms.length, 2);
  await using lasting = service();
  const to = target({
    settings: { endpoint: lasting.url, credentials: accountKey(`${lasting.url}/token`) },
  });
  await to.send({ body: "1" });
  lasting.take = () => new Response("who?", { status: 401 });
  await assertRejects(() => to.send({ body: "2" }), { code: "unavailable" });
  lasting.take = () => new Response("taken");
  assertEquals((await to.send({ body: "2" })).body, "taken");
  assertEquals(lasting.forms.length, 2);
  await to.close();
});

Deno.test("GcpTarget tells why there is no token, and nothing that is secret", async () => {
  await using google = service();
  const settings = { endpoint: google.url, credentials: accountKey(`${google.url}/token`) };
  const failure = async (give: typeof google.give) => {
    google.give = give;
    const to = target({ settings });
    const error = await to.send({ body: "" }).catch((error) => error);
    await to.close();
    assertEquals(error.code, "unavailable", `${error}`);
    return String(error.message);
  };
  const told = await failure((form) => {
    const assertion = form.get("assertion")!;
    return Response.json({ error: "invalid_grant", assertion }, { status: 400 });
  });
  assert(told.includes("invalid_grant") && told.includes("[secret]"), told);
  assert(!told.includes("eyJ"), told);
  const busy = await failure(() => new Response("slow", { status: 429 }));
  assert(busy.includes("answered 429"), busy);
  for (
    const body of ["", "null", "[]", "<html>", '{"access_token":7}', '{"access_token":"MARK\\n"}']
  ) {
    const unread = await failure(() => new Response(body));
    assertEquals(unread, "Google gives no token that can be read");
  }
});

Deno.test("GcpTarget knows that nothing was sent where there was no token", async () => {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked = server.accept().then(async (connection) => {
    await connection.read(new Uint8Array(4096));
    connection.close();
  });
  const credentials = accountKey(`http://127.0.0.1:${server.addr.port}/token`);
  const to = target({ settings: { credentials } });
  const { code, unclear } = await to.send({ body: "" }).catch((error) => error);
  assertEquals([code, unclear], ["unavailable", undefined]);
  await asked;
  server.close();
  await to.close();
});

Deno.test("GcpTarget is the user that gcloud knows", async () => {
  await using google = service();
  const credentials = JSON.stringify({
    type: "authorized_user",
    client_id: "client",
    client_secret: "MARKER-SECRET",
    refresh_token: "MARKER-REFRESH",
    token_uri: `${google.url}/token`,
  });
  const to = target({ settings: { endpoint: google.url, credentials } });
  assertEquals((await to.send({ body: "" })).body, "taken");
  assertEquals(Object.fromEntries(google.forms[0]!), {
    grant_type: "refresh_token",
    client_id: "client",
    client_secret: "MARKER-SECRET",
    refresh_token: "MARKER-REFRESH",
  });
  await to.close();
  google.give = (form) => new Response(`${form}`, { status: 401 });
  const refused = target({ settings: { endpoint: google.url, credentials } });
  const { message } = await refused.send({ body: "" }).catch((error) => error);
  assert(message.includes("answered 401") && !message.includes("MARKER"), message);
  await refused.close();
});

Deno.test("GcpTarget asks the metadata server, where that is wanted", async () => {
  await using google = httpReceiver();
  google.answer = ({ headers }) =>
    headers.get("authorization")?.startsWith("Bearer ")
      ? new Response("taken")
      : new Response(null, { status: 401 });
  await using metadata = httpReceiver();
  const exp = Math.floor(Date.now() / 1000) + 3600;
  metadata.answer = ({ path, headers }) => {
    if (headers.get("metadata-flavor") !== "Google") return new Response(null, { status: 403 });
    return path.includes("/identity?")
      ? new Response(unsignedJwt({ aud: "x", exp }))
      : Response.json({ access_token: "m3tadata", expires_in: 3599, token_type: "Bearer" });
  };
  const environment = { GCE_METADATA_HOST: new URL(metadata.url).host };
  const settings = { endpoint: google.url, instance_metadata: true };
  for (const use of [SCOPE, { audience: "https://run.example.org" }]) {
    const to = target({ settings, environment, use });
    for (const body of ["1", "2"]) assertEquals((await to.send({ body })).body, "taken");
    await to.close();
  }
  const account = "/computeMetadata/v1/instance/service-accounts/default";
  assertEquals(metadata.received.map(({ path }) => path), [
    `${account}/token?scopes=${encodeURIComponent(SCOPE.scope)}`,
    `${account}/identity?audience=https%3A%2F%2Frun.example.org&format=full`,
  ]);
  assertEquals(google.received[0]!.headers.get("authorization"), "Bearer m3tadata");
  const unasked = target({ settings: { endpoint: google.url }, environment });
  const { message } = await unasked.send({ body: "" }).catch((error) => error);
  assert(message.startsWith("There are no credentials for Google Cloud: "), message);
  assertEquals(metadata.received.length, 2);
  metadata.answer = () => new Response("no such account", { status: 404 });
  const nobody = target({ settings, environment });
  await assertRejects(() => nobody.send({ body: "" }), { code: "unavailable" });
  await Promise.all([unasked, nobody].map((one) => one.close()));
});

Deno.test("GcpTarget judges 400 by what Google says of it", async () => {
  await using google = service();
  const to = target({
    settings: { endpoint: google.url, credentials: accountKey(`${google.url}/token`) },
  });
  const codeOf = async (status: number, name: string) => {
    google.take = () => Response.json({ error: { code: status, status: name } }, { status });
    return (await to.send({ body: "" }).catch((error) => error)).code;
  };
  assertEquals(await codeOf(400, "INVALID_ARGUMENT"), "rejected");
  assertEquals(await codeOf(400, "FAILED_PRECONDITION"), "unavailable");
  assertEquals(await codeOf(403, "PERMISSION_DENIED"), "unavailable");
  assertEquals(await codeOf(404, "NOT_FOUND"), "unavailable");
  assertEquals(await codeOf(503, "UNAVAILABLE"), "unavailable");
  await to.close();
});

Deno.test("credentials of no use are told of, without a word of them", async () => {
  const key = JSON.parse(accountKey("https://example.org/token"));
  const wrong: readonly unknown[] = [
    "MARKER",
    "{MARKER",
    btoa("MARKER"),
    JSON.stringify({ MARKER: 1 }),
    JSON.stringify({ ...key, type: "external_account" }),
    JSON.stringify({ ...key, private_key: undefined }),
    JSON.stringify({ ...key, token_uri: "http://example.org/MARKER" }),
  ];
  for (const credentials of wrong) {
    const { error } = schema.safeParse({ credentials });
    assertEquals(error!.issues.map(({ message }) => message), [
      "the JSON key of a service account, as Google gives it, or that in base64",
    ]);
  }
  const damaged = { ...key, private_key: PRIVATE_KEY.replace(/\n.{9}/, "\nMARKER") };
  const to = target({ settings: { credentials: JSON.stringify(damaged) } });
  await assertRejects(() => to.send({ body: "" }), {
    code: "unavailable",
    message: "Cannot use the key in credentials: its private_key is no RSA key in PEM (PKCS 8)",
  });
  await to.close();
});

Deno.test("readAccountKey() goes to Google where nothing else is said", () => {
  const { token_uri: _, ...key } = JSON.parse(accountKey(""));
  assertEquals(readAccountKey(JSON.stringify(key)).tokenUri, "https://oauth2.googleapis.com/token");
});
