import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import { awsService, KEYS, refusal } from "../../tests/peers/aws_service.ts";
import { httpReceiver } from "../../tests/peers/http_receiver.ts";
import { section } from "../plugin/schema.ts";
import { Secret } from "../plugin/secret.ts";
import { findCredentials, type Surroundings } from "./find_credentials.ts";
import { awsKeys } from "./schema.ts";
import { AwsTarget } from "./target.ts";
import { xmlText } from "./xml_text.ts";

const schema = section(awsKeys);

interface TargetOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly name?: string;
}

function target({ settings = {}, environment = {}, name }: TargetOptions = {}): AwsTarget {
  return new AwsTarget(schema.parse(settings), {
    service: "sqs",
    environment: (name) => environment[name],
    ...name !== undefined && { name },
  });
}

Deno.test("AwsTarget takes the region from settings, from names, and from the environment", () => {
  const environment = { AWS_DEFAULT_REGION: "eu-west-3" };
  assertEquals(target({ settings: { region: "r-1" }, environment }).region(), "r-1");
  for (
    const [name, region] of [
      ["arn:aws:sns:eu-central-1:1:x", "eu-central-1"],
      ["https://sqs.us-east-2.amazonaws.com/1/q", "us-east-2"],
      ["https://evil.example/.us-east-2.amazonaws.com/", "eu-west-3"],
      ["plain", "eu-west-3"],
    ] as const
  ) assertEquals(target({ name, environment }).region(), region);
  assertEquals(target({ environment }).endpoint(), "https://sqs.eu-west-3.amazonaws.com");
  assertEquals(
    target({ settings: { region: "cn-north-1" } }).endpoint(),
    "https://sqs.cn-north-1.amazonaws.com.cn",
  );
});

Deno.test("AwsTarget says what is missing", async () => {
  await assertRejects(() => target().send({ body: "" }), { code: "unavailable" });
  const bad = target({ settings: { region: "x/../y" } });
  await assertRejects(() => bad.send({ body: "" }), { message: '"x/../y" is no region of AWS' });
  const nobody = target({ settings: { region: "r" } });
  const error = await nobody.send({ body: "" }).catch((error) => error);
  assertEquals(error.code, "unavailable");
  assert(/AWS_ACCESS_KEY_ID/.test(error.message));
});

const AT = { region: "eu-west-1" };
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: KEYS.access_key_id,
  AWS_SECRET_ACCESS_KEY: KEYS.secret_access_key,
};

Deno.test("AwsTarget signs what it sends, for settings and for the environment", async () => {
  await using service = awsService(() => new Response("taken"));
  const at = { ...AT, endpoint: service.url };
  const ways = [
    { settings: { ...at, ...KEYS } },
    { settings: at, environment: { ...ENVIRONMENT, AWS_SESSION_TOKEN: "s" } },
  ];
  for (const way of ways) {
    const to = target(way);
    assertEquals((await to.send({ body: "ü", headers: { "x-amz-target": "x" } })).body, "taken");
    assertEquals(
      (await to.send({ body: "", url: `${service.url}/a%3Ab/c?d=e%2Ff` })).body,
      "taken",
    );
    await to.close();
  }
  assertEquals(service.received.at(-1)!.headers.get("x-amz-security-token"), "s");
  const wrong = target({ settings: { ...at, ...KEYS, secret_access_key: "TOLD-TO-NOBODY" } });
  const error = await wrong.send({ body: "" }).catch((error) => error);
  assertEquals(error.code, "unavailable");
  assert(!error.message.includes("TOLD-TO-NOBODY"));
  await wrong.close();
});

const ROLE_KEYS = { id: "ASIAROLE", secret: "role-secret", token: "role-token" };

function assumedXml(expiresAt = Date.now() + 3_600_000): string {
  return `<AssumeRoleResponse><AssumeRoleResult><Credentials>
    <AccessKeyId>${ROLE_KEYS.id}</AccessKeyId>
    <SecretAccessKey>${ROLE_KEYS.secret}</SecretAccessKey>
    <SessionToken>${ROLE_KEYS.token}</SessionToken>
    <Expiration>${new Date(expiresAt).toISOString()}</Expiration>
  </Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}

Deno.test("AwsTarget assumes a role, and again when it is about to end", async () => {
  await using service = awsService(() => new Response("taken"));
  service.secrets.set(ROLE_KEYS.id, ROLE_KEYS.secret);
  let expiresAt = Date.now() + 60_000;
  await using sts = awsService(() => new Response(assumedXml(expiresAt)));
  const to = target({
    settings: {
      ...AT,
      ...KEYS,
      endpoint: service.url,
      sts_endpoint: sts.url,
      role_arn: "arn:aws:iam::1:role/alerts",
      external_id: "e & 1",
    },
  });
  await to.send({ body: "1" });
  expiresAt += 3_600_000;
  for (const body of ["2", "3"]) await to.send({ body });
  await to.close();
  assertEquals(sts.received.length, 2);
  const form = new URLSearchParams(sts.received[0]!.body);
  assertEquals(form.get("Action"), "AssumeRole");
  assertEquals(form.get("RoleArn"), "arn:aws:iam::1:role/alerts");
  assertEquals(form.get("ExternalId"), "e & 1");
  for (const { headers } of service.received) {
    assertEquals(headers.get("x-amz-security-token"), ROLE_KEYS.token);
  }
});

Deno.test("AwsTarget is who the pod is (IRSA), and reads its token each time", async () => {
  await using service = awsService(() => new Response("taken"));
  service.secrets.set(ROLE_KEYS.id, ROLE_KEYS.secret);
  await using sts = httpReceiver();
  sts.answer = () => new Response(assumedXml());
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "web-token\n");
  const to = target({
    settings: { ...AT, endpoint: service.url, sts_endpoint: sts.url },
    environment: { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: "arn:aws:iam::1:role/pod" },
  });
  await to.send({ body: "" });
  const form = new URLSearchParams(sts.received[0]!.body);
  assertEquals(form.get("Action"), "AssumeRoleWithWebIdentity");
  assertEquals([form.get("WebIdentityToken"), form.get("RoleSessionName")], [
    "web-token",
    "falcod",
  ]);
  assertEquals(sts.received[0]!.headers.has("authorization"), false);
  await Deno.remove(file);
  const missing = target({
    settings: { ...AT, endpoint: service.url, sts_endpoint: sts.url },
    environment: { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: "arn:aws:iam::1:role/pod" },
  });
  await assertRejects(() => missing.send({ body: "" }), { code: "unavailable" });
  for (const one of [to, missing]) await one.close();
});

Deno.test("AwsTarget assumes no role that the pod has already, but another one with it", async () => {
  await using service = awsService(() => new Response("taken"));
  service.secrets.set(ROLE_KEYS.id, ROLE_KEYS.secret);
  await using sts = httpReceiver();
  sts.answer = () => new Response(assumedXml());
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "web-token\n");
  const own = "arn:aws:iam::1:role/pod";
  const actionsWith = async (role_arn: string) => {
    const before = sts.received.length;
    const to = target({
      settings: { ...AT, endpoint: service.url, sts_endpoint: sts.url, role_arn },
      environment: { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: own },
    });
    await to.send({ body: "" });
    await to.close();
    return sts.received.slice(before).map(({ body }) => new URLSearchParams(body).get("Action"));
  };
  assertEquals(await actionsWith(own), ["AssumeRoleWithWebIdentity"]);
  assertEquals(await actionsWith("arn:aws:iam::2:role/alerts"), [
    "AssumeRoleWithWebIdentity",
    "AssumeRole",
  ]);
  await Deno.remove(file);
});

Deno.test("AwsTarget is who the container is, where that is asked nearby", async () => {
  await using service = awsService(() => new Response("taken"));
  service.secrets.set(ROLE_KEYS.id, ROLE_KEYS.secret);
  await using agent = httpReceiver();
  const { id: AccessKeyId, secret: SecretAccessKey, token: Token } = ROLE_KEYS;
  agent.answer = () => Response.json({ AccessKeyId, SecretAccessKey, Token });
  const environment = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: "pod-token",
  };
  const to = target({ settings: { ...AT, endpoint: service.url }, environment });
  await to.send({ body: "" });
  await to.close();
  const [asked] = agent.received;
  assertEquals([asked!.method, asked!.path, asked!.headers.get("authorization")], [
    "GET",
    "/v1/credentials",
    "pod-token",
  ]);
  const far = target({
    settings: AT,
    environment: { ...environment, AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://198.51.100.1/" },
  });
  await assertRejects(() => far.send({ body: "" }), { code: "unavailable" });
});

Deno.test("AwsTarget asks again who it is when its keys are no longer known", async () => {
  let isKnown = false;
  await using service = awsService(() =>
    isKnown
      ? new Response("taken")
      : Response.json({ __type: "ExpiredTokenException" }, { status: 400 })
  );
  service.secrets.set(ROLE_KEYS.id, ROLE_KEYS.secret);
  await using sts = awsService(() => new Response(assumedXml()));
  const to = target({
    settings: { ...AT, ...KEYS, endpoint: service.url, sts_endpoint: sts.url, role_arn: "r" },
  });
  await assertRejects(() => to.send({ body: "" }), { code: "unavailable" });
  isKnown = true;
  await to.send({ body: "" });
  assertEquals(sts.received.length, 2);
  await to.close();
});

Deno.test("AwsTarget tells what a service says, and only what is secret not", async () => {
  await using service = awsService(({ headers }) => {
    const message = `no SendMessage for ${headers.get("authorization")}`;
    return Response.json({ __type: "AccessDenied", message }, { status: 400 });
  });
  const to = target({ settings: { ...AT, ...KEYS, endpoint: service.url } });
  const headers = { "x-amz-target": "SendMessage" };
  const { message } = await to.send({ body: "", headers }).catch((error) => error);
  assert(message.includes("no SendMessage for [secret]"), message);
  await to.close();
});

Deno.test("AwsTarget says where a bucket is that is in another region", async () => {
  let answer = () => new Response(null);
  await using service = awsService(() => answer());
  const to = target({ settings: { ...AT, ...KEYS, endpoint: service.url } });
  const told = async (status: number, code: string, more: HeadersInit = {}, inside = "") => {
    const body = `<Error><Code>${code}</Code>${inside}</Error>`;
    answer = () => new Response(body, { status, headers: more });
    const { code: kind, message } = await to.send({ body: "" }).catch((error) => error);
    assertEquals(kind, "unavailable");
    return /\(the bucket is in (.*): set region\)$/.exec(message)?.[1];
  };
  const header = { "x-amz-bucket-region": "eu-west-1" };
  assertEquals(await told(301, "PermanentRedirect", header), "eu-west-1");
  const inside = "<Region>us-east-2</Region>";
  assertEquals(await told(400, "AuthorizationHeaderMalformed", {}, inside), "us-east-2");
  assertEquals(await told(403, "AccessDenied", header), undefined);
  assertEquals(await told(301, "PermanentRedirect", { "x-amz-bucket-region": "<x>" }), undefined);
  await to.close();
});

Deno.test("AwsTarget judges failures by their names, not by their status", async () => {
  let answer = () => new Response(null);
  await using service = awsService(() => answer());
  const to = target({ settings: { ...AT, ...KEYS, endpoint: service.url } });
  const codeOf = async (next: () => Response) => {
    answer = next;
    return (await to.send({ body: "" }).catch((error) => error)).code;
  };
  const json = (name: string) => () => Response.json({ __type: name }, { status: 400 });
  for (
    const name of [
      "ThrottlingException",
      "com.amazonaws.sqs#QueueDoesNotExist",
      "AccessDeniedException",
      "ResourceNotFoundException",
      "Whatever",
    ]
  ) assertEquals(await codeOf(json(name)), "unavailable", name);
  for (
    const name of ["com.amazon.coral.service#ValidationException", "BatchRequestTooLong"]
  ) assertEquals(await codeOf(json(name)), "rejected", name);
  const xml = (name: string, status = 400) => () =>
    new Response(`<ErrorResponse><Error><Code>${name}</Code></Error></ErrorResponse>`, { status });
  assertEquals(await codeOf(xml("Throttling")), "unavailable");
  assertEquals(await codeOf(xml("InvalidParameter")), "rejected");
  assertEquals(await codeOf(xml("EntityTooLarge")), "rejected");
  assertEquals(await codeOf(xml("InternalError", 500)), "unavailable");
  const headers = { "x-amzn-errortype": "InvalidRequestContentException:http://internal/" };
  assertEquals(await codeOf(() => new Response("{}", { status: 400, headers })), "rejected");
  assertEquals(await codeOf(() => new Response("no", { status: 400 })), "rejected");
  await to.close();
});

Deno.test("refusal() of the tests' service finds what was changed on the way", async () => {
  await using service = awsService(() => new Response("taken"));
  const to = target({ settings: { ...AT, ...KEYS, endpoint: service.url } });
  await to.send({ body: "1" });
  await to.close();
  const [request] = service.received;
  assertEquals(refusal(request!, service.secrets), undefined);
  for (const change of [{ method: "PUT" }, { path: "/x" }, { bytes: new Uint8Array([50]) }]) {
    assertEquals(refusal({ ...request!, ...change }, service.secrets)?.status, 403);
  }
});

Deno.test("xmlText() leaves nothing that XML has no character for", () => {
  assertEquals(xmlText("a\u0000\u0008\t\n\r\u001f\ud800\ufffe\uffff😀"), "a��\t\n\r����😀");
});

Deno.test("findCredentials() asks the machine only where that is wanted, with a token (IMDSv2)", async () => {
  const asked: string[] = [];
  const answers: Readonly<Record<string, string>> = {
    "/latest/api/token": "imds-token",
    "/latest/meta-data/iam/security-credentials/": "node role\n",
    "/latest/meta-data/iam/security-credentials/node%20role":
      '{"AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t","Expiration":"2030-01-01T00:00:00Z"}',
  };
  const surroundings: Surroundings = {
    environment: () => undefined,
    sts: () => Promise.reject(new Error("nobody asks for a role")),
    ask: ({ url, method = "GET", headers = {} }) => {
      const { pathname } = new URL(url);
      const token = headers["x-aws-ec2-metadata-token"];
      asked.push(`${method} ${pathname} ${token instanceof Secret ? token.reveal() : ""}`.trim());
      return Promise.resolve(answers[pathname]!);
    },
  };
  const find = (instance_metadata: boolean) =>
    findCredentials(schema.parse({ instance_metadata }), surroundings);
  await assertRejects(() => find(false), { code: "unavailable" });
  assertEquals(asked, []);
  assertEquals(await find(true), {
    accessKeyId: "ASIA",
    secretAccessKey: "s",
    sessionToken: "t",
    expiresAtMs: Date.UTC(2030, 0, 1),
  });
  assertEquals(asked, [
    "PUT /latest/api/token",
    "GET /latest/meta-data/iam/security-credentials/ imds-token",
    "GET /latest/meta-data/iam/security-credentials/node%20role imds-token",
  ]);
  for (const broken of ["", "null", "[]", "<html>", '{"AccessKeyId":7}']) {
    const ask = (request: Parameters<Surroundings["ask"]>[0]) =>
      request.url.endsWith("role") ? Promise.resolve(broken) : surroundings.ask(request);
    await assertRejects(
      () => findCredentials(schema.parse({ instance_metadata: true }), { ...surroundings, ask }),
      { code: "unavailable" },
    );
  }
});
