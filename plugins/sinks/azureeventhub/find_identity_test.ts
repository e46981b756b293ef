import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { httpReceiver, type Received } from "../../../tests/peers/http_receiver.ts";
import { type TokenSources, tokenSources } from "../../../core/mod.ts";
import { findIdentity } from "./find_identity.ts";
import { schema } from "./schema.ts";

type Settings = Readonly<Record<string, unknown>>;

const settings = (more: Settings) => schema.parse({ event_hub: "h", namespace: "alerts", ...more });

/** Who is found with these settings, in this environment. */
async function found(
  more: Settings,
  environment: Readonly<Record<string, string>> = {},
  ask?: TokenSources["ask"],
) {
  const config = settings(more);
  const { value, endsAtMs } = await findIdentity(config, {
    ...tokenSources(config, (name) => environment[name]),
    ...ask && { ask },
  });
  return { value: value.reveal(), lastsMs: endsAtMs! - Date.now() };
}

const token = () =>
  Response.json({ access_token: "t0ken", expires_in: 3599, token_type: "Bearer" });
const formOf = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body));
const SCOPE = "https://eventhubs.azure.net/.default";

Deno.test("findIdentity() is an application, by settings or by the environment", async () => {
  await using entra = httpReceiver();
  entra.answer = token;
  const authority = entra.url;
  const own = { tenant_id: "tenant", client_id: "client", client_secret: "s3cret" };
  const variables = {
    AZURE_TENANT_ID: "tenant",
    AZURE_CLIENT_ID: "client",
    AZURE_CLIENT_SECRET: "s3cret",
    AZURE_AUTHORITY_HOST: `${authority}/`,
  };
  for (const way of [found({ ...own, authority }), found({}, variables)]) {
    const { value, lastsMs } = await way;
    assertEquals(value, "Bearer t0ken");
    assert(lastsMs > 3_590_000 && lastsMs < 3_600_000, `${lastsMs}`);
  }
  assertEquals(entra.received.length, 2);
  for (const request of entra.received) {
    assertEquals([request.method, request.path], ["POST", "/tenant/oauth2/v2.0/token"]);
    assertEquals(formOf(request), {
      grant_type: "client_credentials",
      client_id: "client",
      scope: SCOPE,
      client_secret: "s3cret",
    });
  }
});

Deno.test("findIdentity() is who the pod is, and reads its token each time", async () => {
  await using entra = httpReceiver();
  entra.answer = token;
  const file = await Deno.makeTempFile();
  const variables = {
    AZURE_TENANT_ID: "tenant",
    AZURE_CLIENT_ID: "client",
    AZURE_FEDERATED_TOKEN_FILE: file,
    AZURE_AUTHORITY_HOST: entra.url,
  };
  for (const text of ["one.two.three", "four"]) {
    await Deno.writeTextFile(file, `${text}\n`);
    assertEquals((await found({}, variables)).value, "Bearer t0ken");
  }
  assertEquals(entra.received.map((request) => formOf(request)["client_assertion"]), [
    "one.two.three",
    "four",
  ]);
  assertEquals(
    formOf(entra.received[0]!)["client_assertion_type"],
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  );
  await Deno.remove(file);
  await assertRejects(() => found({}, variables), { code: "unavailable" });
});

Deno.test("findIdentity() asks the container's address, where that is of this machine", async () => {
  await using agent = httpReceiver();
  const end = Math.floor(Date.now() / 1000) + 1000;
  agent.answer = () => Response.json({ access_token: "m5i", expires_on: `${end}` });
  const variables = { IDENTITY_ENDPOINT: `${agent.url}/msi/token`, IDENTITY_HEADER: "header" };
  const { value, lastsMs } = await found({ client_id: "me" }, variables);
  assertEquals(value, "Bearer m5i");
  assert(lastsMs > 990_000 && lastsMs <= 1_000_000, `${lastsMs}`);
  const [request] = agent.received;
  assertEquals(
    request!.path,
    "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Feventhubs.azure.net&client_id=me",
  );
  assertEquals(request!.headers.get("x-identity-header"), "header");
  const far = { ...variables, IDENTITY_ENDPOINT: "http://198.51.100.1/" };
  await assertRejects(() => found({}, far), {
    message: "IDENTITY_ENDPOINT is no address of this machine",
  });
});

Deno.test("findIdentity() asks the machine only where that is wanted", async () => {
  const asked: unknown[] = [];
  const ask: TokenSources["ask"] = ({ url, headers }) => {
    asked.push([url, headers]);
    return Promise.resolve('{"access_token":"imds","expires_in":"86399"}');
  };
  const error = await found({}, {}, ask).catch((error) => error);
  assertEquals([error.code, asked.length], ["unavailable", 0]);
  assert(error.message.startsWith("There are no credentials for Azure: "), error.message);
  assertEquals((await found({ instance_metadata: true }, {}, ask)).value, "Bearer imds");
  assertEquals(asked, [[
    "http://169.254.169.254/metadata/identity/oauth2/token" +
    "?api-version=2018-02-01&resource=https%3A%2F%2Feventhubs.azure.net",
    { metadata: "true" },
  ]]);
});

Deno.test("findIdentity() tells why there is no token, and nothing that is secret", async () => {
  await using entra = httpReceiver();
  const own = {
    tenant_id: "tenant",
    client_id: "client",
    client_secret: "MARKER-SECRET",
    authority: entra.url,
  };
  const failure = async (answer: typeof entra.answer) => {
    entra.answer = answer;
    const error = await found(own).catch((error) => error);
    assertEquals(error.code, "unavailable");
    return String(error.message);
  };
  const told = await failure(({ body }) =>
    Response.json({ error: "invalid_client", error_description: `not ${body}` }, { status: 400 })
  );
  assert(told.includes("invalid_client") && told.includes("[secret]"), told);
  assert(!told.includes("MARKER"), told);
  for (const body of ["", "null", '{"access_token":{}}', '{"error":"MARKER"}']) {
    assertEquals(
      await failure(() => new Response(body)),
      "Microsoft Entra ID gives no token that can be read",
    );
  }
  await assertRejects(() => found({ ...own, authority: "http://198.51.100.1" }), {
    message: "The authority does not begin with https://",
  });
});
