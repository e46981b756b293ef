import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (host_port: string) => ({ host_port, user: "u", api_key: "p", tenant: "t" });

testHttpSink(plugin, {
  config,
  messages: ({ body }) =>
    JSON.parse(body).streams.flatMap(({ values }: { values: string[][] }) =>
      values.map(([, line]) => line)
    ),
});

Deno.test("loki: alerts with the same labels are one stream", async () => {
  const settings = (url: string) => ({ ...config(url), extra_labels: ["proc.aname[2]"] });
  const fields = new Map([["k8s.ns.name", "prod"], ["proc.aname[2]", "sh"]]);
  const alerts = [{ message: "1" }, { message: "2", fields }, { message: "3" }];
  const [request, more] = await requestsOf(plugin, { config: settings }, ...alerts);
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], ["POST", "/loki/api/v1/push"]);
  assertEquals(request!.headers.get("authorization"), `Basic ${btoa("u:p")}`);
  assertEquals(request!.headers.get("x-scope-orgid"), "t");
  const labels = {
    rule: "open_from_cat",
    source: "syscall",
    priority: "Warning",
    hostname: "host-1",
    tags: "filesystem,process",
  };
  const time = "1470327477881785348";
  assertEquals(JSON.parse(request!.body).streams, [
    { stream: labels, values: [[time, "1"], [time, "3"]] },
    { stream: { k8s_ns_name: "prod", proc_aname2: "sh", ...labels }, values: [[time, "2"]] },
  ]);
});

Deno.test("loki: lines may be JSON", async () => {
  const settings = (url: string) => ({ ...config(url), line: "json" });
  const [request] = await requestsOf(plugin, { config: settings }, {});
  const [[, line]] = JSON.parse(request!.body).streams[0].values;
  assertEquals(JSON.parse(line).rule, "open_from_cat");
});
