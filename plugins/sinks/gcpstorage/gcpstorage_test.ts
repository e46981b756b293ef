import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { authorizedOnly, CREDENTIALS } from "../../../tests/peers/google_account.ts";
import { httpReceiver } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";

const config = (endpoint: string) => ({ bucket: "security", endpoint, ...CREDENTIALS });
const answer = authorizedOnly(
  "https://www.googleapis.com/auth/devstorage.read_write",
  () => Response.json({ kind: "storage#object" }),
);

testHttpSink(plugin, {
  config,
  answer,
  messages: ({ body }) => [JSON.parse(body).output.replace(/^\S+: \S+ /, "")],
});

Deno.test("gcpstorage: an object for each alert, called after its day and time", async () => {
  const settings = (url: string) => ({ ...config(url), prefix: "/a+b/ü c//" });
  const [request, other] = await requestsOf(plugin, { config: settings, answer }, {}, {
    rule: "x",
  });
  assertEquals(request!.method, "POST");
  const url = new URL(request!.path, "http://127.0.0.1");
  assertEquals(url.pathname, "/upload/storage/v1/b/security/o");
  const { name, ...others } = Object.fromEntries(url.searchParams);
  assertEquals(others, { uploadType: "media", ifGenerationMatch: "0" });
  assert(
    /^a\+b\/ü c\/2016-08-04\/2016-08-04T16:17:57\.881785348Z-[\w-]{12}\.json$/.test(name!),
    name,
  );
  assert(request!.path !== other!.path);
  assertEquals(request!.headers.get("content-type"), "application/json");
  const { rule, output_fields } = JSON.parse(request!.body);
  assertEquals([rule, output_fields["proc.cmdline"]], ["open_from_cat", "cat /dev/null"]);
});

Deno.test("gcpstorage: an object that is there already is the alert, sent before", async () => {
  await using server = httpReceiver();
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const answer = (status: number, message: string) => {
    server.answer = () => Response.json({ error: { code: status, message } }, { status });
    return sink.write([formattedAlert(), formattedAlert({ rule: "x" })]);
  };
  await answer(412, "At least one of the pre-conditions you specified did not hold.");
  await answer(403, "me does not have storage.objects.delete access to the object.");
  assertEquals(server.received.length, 4);
  const nobody = answer(403, "me does not have storage.objects.create access to the object.");
  assertEquals((await nobody.catch((error) => error)).code, "unavailable");
  assertEquals((await answer(404, "no bucket").catch((error) => error)).code, "unavailable");
  await sink.close();
});
