import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { authorizedOnly, CREDENTIALS } from "../../../tests/peers/google_account.ts";
import { httpReceiver, type Received } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";

const NAME = "projects/my-project/locations/europe-west1/functions/alerts";
const config = (endpoint: string) => ({ function_name: NAME, endpoint, ...CREDENTIALS });
const answer = authorizedOnly(
  "https://www.googleapis.com/auth/cloud-platform",
  () => Response.json({ executionId: "1", result: "ok" }),
);
const alertIn = ({ body }: Received) => JSON.parse(JSON.parse(body).data);

testHttpSink(plugin, {
  config,
  answer,
  messages: (request) => [alertIn(request).output.replace(/^\S+: \S+ /, "")],
});

Deno.test("gcpcloudfunctions: a call for each alert, with Falco's JSON as its data", async () => {
  const [request, other] = await requestsOf(plugin, { config, answer }, {}, { rule: "other" });
  assertEquals([request!.method, request!.path], ["POST", `/v1/${NAME}:call`]);
  assertEquals(Object.keys(JSON.parse(request!.body)), ["data"]);
  assertEquals([alertIn(request!).rule, alertIn(other!).rule], ["open_from_cat", "other"]);
});

Deno.test("gcpcloudfunctions: a function that fails has not got the alert", async () => {
  await using server = httpReceiver();
  server.answer = () => Response.json({ executionId: "1", error: "boom\u0007" });
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const error = await sink.write([formattedAlert()]).catch((error) => error);
  assertEquals([error.code, error.accepted], ["unavailable", 0]);
  assert(error.message.includes("The function failed: boom"), error.message);
  assert(!error.message.includes("\u0007"));
  server.answer = () => Response.json({ executionId: "1", error: "boom".repeat(50_000) });
  assertEquals((await sink.write([formattedAlert()]).catch((error) => error))?.code, "unavailable");
  await sink.close();
});

Deno.test("gcpcloudfunctions: what a function repeats of the request's token is not shown", async () => {
  await using server = httpReceiver();
  server.answer = (request) => {
    const token = request.headers.get("authorization");
    return token === null ? answer(request) : Response.json({ error: `you are ${token}` });
  };
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const { message } = await sink.write([formattedAlert()]).catch((error) => error);
  assert(message.endsWith("you are [secret]"), message);
  await sink.close();
});

Deno.test("gcpcloudfunctions: only a full name says which function", () => {
  for (
    const function_name of ["alerts", "projects/p/functions/f", `${NAME}:call`, `${NAME}/../x`]
  ) {
    assertEquals(
      plugin.schema.safeParse({ ...config(""), function_name }).success,
      false,
      function_name,
    );
  }
});
