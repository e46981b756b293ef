import { assert, assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { familiesOf, type Family } from "../../metrics/mod.ts";
import { ALL_GROUPS, someReadings } from "../../metrics/testing.ts";
import type { Endpoint } from "../../web/mod.ts";
import { type Health, healthEndpoint } from "./health.ts";
import { metricsEndpoint } from "./metrics.ts";
import { versionsEndpoint } from "./versions.ts";

async function ask(endpoint: Endpoint, method = "GET"): Promise<Response> {
  const request = new Request(`http://localhost${endpoint.path}`, { method });
  return await endpoint.handle(request, { address: "127.0.0.1", port: 1 });
}

const WELL: Health = {
  sources: [{ name: "syscall", state: "running" }, { name: "k8s_audit", state: "ended" }],
  outputs: [{ name: "stdout", state: "working", queued: 0 }],
};

Deno.test("health checks get Falco's answer, and how every source and output fares", async () => {
  const reply = await ask(healthEndpoint("/healthz", () => WELL));
  assertEquals(reply.status, 200);
  assertEquals(reply.headers.get("content-type"), "application/json");
  assertEquals(await reply.json(), {
    status: "ok",
    sources: [{ name: "syscall", state: "running" }, { name: "k8s_audit", state: "ended" }],
    outputs: [{ name: "stdout", state: "working", queued: 0 }],
  });
});

Deno.test("health checks fail when a source is blind, but not for an output", async () => {
  const failed = { name: "k8s_audit", state: "failed", detail: "the port is taken" } as const;
  const health = { ...WELL, sources: [WELL.sources[0]!, failed] };
  const reply = await ask(healthEndpoint("/healthz", () => health));
  assertEquals(reply.status, 503);
  const said = await reply.json();
  assertEquals(said.status, "failed");
  assertObjectMatch(said.sources[1], failed);
  const failing: Health = {
    ...WELL,
    outputs: [
      { name: "grpc", state: "retrying", detail: "the port is taken", queued: 9 },
      { name: "former", state: "removed", queued: 0 },
    ],
  };
  const failingReply = await ask(healthEndpoint("/healthz", () => failing));
  assertEquals(failingReply.status, 200);
  assertEquals((await failingReply.json()).outputs, failing.outputs.slice(0, 1));
});

Deno.test("health checks get why the last reload was refused, and are as well as before", async () => {
  const refusedReload = { at: new Date(1e12), reason: "rules.yaml:2:3: unknown key" };
  const reply = await ask(healthEndpoint("/healthz", () => ({ ...WELL, refusedReload })));
  assertEquals(reply.status, 200);
  const said = await reply.json();
  assertEquals([said.status, said.refusedReload], ["ok", {
    at: "2001-09-09T01:46:40.000Z",
    reason: "rules.yaml:2:3: unknown key",
  }]);
});

Deno.test("versions have Falco's shape", async () => {
  const said = await (await ask(versionsEndpoint(["container", "k8saudit"]))).json();
  for (
    const name of [
      "falco_version",
      "libs_version",
      "plugin_api_version",
      "driver_api_version",
      "driver_schema_version",
      "default_driver_version",
      "engine_version_semver",
    ]
  ) assert(/^\d+\.\d+\.\d+$/.test(said[name]), name);
  assertEquals(said.engine_version, said.engine_version_semver.split(".")[1]);
  assertEquals(Object.keys(said.plugin_versions), ["container", "k8saudit"]);
  assert(!("plugin_versions" in await (await ask(versionsEndpoint([]))).json()));
});

Deno.test("metrics are text of Prometheus's kind, made once for the same families", async () => {
  let asked = 0;
  const families: readonly Family[] = familiesOf(someReadings(), ALL_GROUPS);
  const endpoint = metricsEndpoint(() => Promise.resolve((asked++, families)));
  const replies = await Promise.all([ask(endpoint), ask(endpoint, "HEAD")]);
  for (const reply of replies) {
    assertEquals(reply.status, 200);
    assertEquals(reply.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  }
  assert((await replies[0]!.text()).startsWith("# HELP falcosecurity_falco_version_info "));
  assertEquals(asked, 2);
});

Deno.test("nothing but GET and HEAD is taken", async () => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const reply = await ask(healthEndpoint("/healthz", () => WELL), method);
    assertEquals([reply.status, reply.headers.get("allow")], [405, "GET, HEAD"]);
  }
});
