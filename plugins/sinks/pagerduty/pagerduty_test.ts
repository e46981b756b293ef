import { PRIORITIES } from "../../../core/mod.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { httpReceiver } from "../../../tests/peers/http_receiver.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ routing_key: "R1", url: `${url}/v2/enqueue` });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).payload.summary],
  skips: { long: "a summary has at most 1024 characters" },
  mostBytes: 512_000,
});

Deno.test("pagerduty: an alert triggers an incident of its severity", async () => {
  const [request] = await requestsOf(plugin, { config }, {});
  assertEquals([request!.method, request!.path], ["POST", "/v2/enqueue"]);
  const { routing_key, event_action, payload } = JSON.parse(request!.body);
  assertEquals([routing_key, event_action], ["R1", "trigger"]);
  assertEquals(payload, {
    summary: "An open was seen (command=cat /dev/null)",
    source: "falco",
    severity: "warning",
    timestamp: "2016-08-04T16:17:57.881785348Z",
    custom_details: {
      rule: "open_from_cat",
      priority: "Warning",
      source: "syscall",
      tags: "filesystem, process",
      "proc.cmdline": "cat /dev/null",
      hostname: "host-1",
    },
  });
  const alerts = PRIORITIES.map((priority) => ({ priority }));
  const severities = (await requestsOf(plugin, { config }, ...alerts)).map(({ body }) =>
    JSON.parse(body).payload.severity
  );
  assertEquals(severities.join(" "), "critical critical critical error warning info info info");
});

Deno.test("pagerduty: alerts that agree in what is chosen are one incident", async () => {
  const in1 = { fields: new Map([["container.id", "1"]]) };
  const keys = async (dedup?: string[]) => {
    const settings = (url: string) => ({ ...config(url), ...dedup && { dedup } });
    const alerts = [in1, { ...in1, message: "other" }, {
      fields: new Map([["container.id", "2"]]),
    }];
    const requests = await requestsOf(plugin, { config: settings }, ...alerts);
    return requests.map(({ body }) => JSON.parse(body).dedup_key);
  };
  const [one, same, other] = await keys();
  assertEquals(one, same);
  assert(one !== other);
  assertEquals(await keys([]), [undefined, undefined, undefined]);
  assertEquals(new Set(await keys(["rule"])).size, 1);
});

Deno.test("pagerduty: alerts are kept while the key is none of PagerDuty's", async () => {
  await using server = httpReceiver();
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const codeFor = async (...errors: string[]) => {
    const body = { status: "invalid event", message: "Event object is invalid", errors };
    server.answer = () => Response.json(body, { status: 400 });
    return (await sink.write([formattedAlert()]).catch((error) => error)).code;
  };
  assertEquals(await codeFor("Invalid routing key"), "unavailable");
  assertEquals(await codeFor("Length of 'routing_key' is incorrect (should be 32)"), "unavailable");
  assertEquals(await codeFor("'payload.severity' is invalid"), "rejected");
  assertEquals(await codeFor(), "rejected");
  await sink.close();
});
