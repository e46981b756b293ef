import { assert, assertEquals } from "../../../tests/assert.ts";
import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { KEYS, signedOnly } from "../../../tests/peers/aws_service.ts";
import plugin from "./mod.ts";

const config = (endpoint: string) => ({
  bucket: "security",
  region: "eu-west-1",
  endpoint,
  ...KEYS,
});
const answer = signedOnly(() => new Response(null));

testHttpSink(plugin, {
  config,
  answer,
  messages: ({ body }) => [JSON.parse(body).output.replace(/^\S+: \S+ /, "")],
});

Deno.test("awss3: an object for each alert, with what shows that it is whole", async () => {
  const settings = (url: string) => ({ ...config(url), prefix: "/a+b/ü c//" });
  const [request, other] = await requestsOf(plugin, { config: settings, answer }, {}, {
    rule: "x",
  });
  assertEquals(request!.method, "PUT");
  const [, name] = /^\/security\/a%2Bb\/%C3%BC%20c\/2016-08-04\/(.+)$/.exec(request!.path)!;
  assert(/^2016-08-04T16%3A17%3A57\.881785348Z-[\w-]{12}\.json$/.test(name!), name);
  assert(request!.path !== other!.path);
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", request!.bytes as BufferSource),
  );
  assertEquals(request!.headers.get("x-amz-checksum-sha256"), digest.toBase64());
  assertEquals(request!.headers.get("x-amz-content-sha256"), digest.toHex());
  assertEquals(request!.headers.get("x-amz-acl"), "bucket-owner-full-control");
  assertEquals(request!.headers.get("content-type"), "application/json");
  assert(request!.headers.get("authorization")!.includes("/eu-west-1/s3/aws4_request"));
});

Deno.test("awss3: buckets without rights of their own objects get none", async () => {
  const settings = (url: string) => ({ ...config(url), object_canned_acl: "none" });
  const [request] = await requestsOf(plugin, { config: settings, answer }, {});
  assertEquals(request!.headers.has("x-amz-acl"), false);
});
