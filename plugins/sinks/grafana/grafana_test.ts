import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ host_port: url, api_key: "glsa_1" });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).text],
  skips: { long: "texts are cut to what is shown of a mark" },
  mostBytes: 100_000,
});

Deno.test("grafana: an annotation is of the alert's time, with tags to find it by", async () => {
  const [request] = await requestsOf(plugin, { config }, { message: "wrote <b>" });
  assertEquals([request!.method, request!.path], ["POST", "/api/annotations"]);
  assertEquals(request!.headers.get("authorization"), "Bearer glsa_1");
  assertEquals(request!.headers.get("content-type"), "application/json");
  assertEquals(JSON.parse(request!.body), {
    time: 1470327477881,
    timeEnd: 1470327477881,
    tags: ["falco", "Warning", "open_from_cat", "syscall", "host-1"],
    text: "wrote ‹b›",
  });
});

Deno.test("grafana: annotations may be of one panel, with all there is as tags", async () => {
  const settings = (url: string) => ({
    ...config(url),
    dashboard_id: "7",
    panel_id: "3",
    all_fields_as_tags: true,
  });
  const fields = new Map([["proc.name", "cat"], ["fd.name", "x".repeat(200)]]);
  const [request] = await requestsOf(plugin, { config: settings }, { fields, hostname: "" });
  const { dashboardId, panelId, tags } = JSON.parse(request!.body);
  assertEquals([dashboardId, panelId], [7, 3]);
  const long = tags.findIndex((tag: string) => tag.startsWith("xxx"));
  assertEquals(tags[long].length <= 100, true);
  assertEquals(tags.toSpliced(long, 1), [
    ...["falco", "Warning", "open_from_cat", "syscall", "cat", "process", "filesystem"],
  ]);
});
