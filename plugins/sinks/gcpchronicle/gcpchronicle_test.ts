import { assert, assertEquals } from "../../../tests/assert.ts";
import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { authorizedOnly, CREDENTIALS } from "../../../tests/peers/google_account.ts";
import type { Received } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";

const config = (endpoint: string) => ({
  project_id: "my-project",
  region: "eu",
  instance_id: "0-1",
  endpoint,
  ...CREDENTIALS,
});
const answer = authorizedOnly(
  "https://www.googleapis.com/auth/cloud-platform",
  () => Response.json({}),
);

interface Log {
  readonly data: string;
  readonly logEntryTime: string;
  readonly collectionTime: string;
}

const logsOf = ({ body }: Received): Log[] => JSON.parse(body).inlineSource.logs;
const alertIn = ({ data }: Log) =>
  JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(data)));

testHttpSink(plugin, {
  config,
  answer,
  messages: (request) =>
    logsOf(request).map((log) => alertIn(log).output.replace(/^\S+: \S+ /, "")),
});

Deno.test("gcpchronicle: a batch is one request to import logs of the type", async () => {
  const future = BigInt(Date.now() + 3_600_000) * 1_000_000n;
  const [request, more] = await requestsOf(plugin, { config, answer }, {}, { timeNs: future });
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], [
    "POST",
    "/v1beta/projects/my-project/locations/eu/instances/0-1/logTypes/FALCO_IDS/logs:import",
  ]);
  const [one, other] = logsOf(request!) as [Log, Log];
  assertEquals([alertIn(one).rule, one.logEntryTime], [
    "open_from_cat",
    "2016-08-04T16:17:57.881785348Z",
  ]);
  for (const { logEntryTime, collectionTime } of [one, other]) {
    assert(Date.parse(collectionTime) > Date.parse(logEntryTime), collectionTime);
  }
});
