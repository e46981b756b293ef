/** What sinks keep to that call a service of a cluster, held against servers of this machine. */
import type { SinkPlugin } from "../../core/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { httpReceiver } from "../peers/http_receiver.ts";
import { formattedAlert, requestsOf, testHttpSink } from "./http_sink_suite.ts";

export interface ServiceSinkOptions {
  /** Settings that say which function. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of a request to the service itself. */
  readonly path: string;
  /** Of a request to the API server. */
  readonly through: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function testServiceSink<Config>(
  plugin: SinkPlugin<Config>,
  { settings, path, through, headers = {} }: ServiceSinkOptions,
): void {
  const { name } = plugin;
  const config = (address: string) => ({ address: `${address}/`, ...settings });

  testHttpSink(plugin, {
    config,
    messages: ({ body }) => [JSON.parse(body).output.replace(/^\S+: \S+ /, "")],
  });

  Deno.test(`${name}: a function gets Falco's JSON, and what tells one sent again`, async () => {
    const uuid = "7e0c1b9c-7b0f-4a53-8d3c-0b1d7b3e9a55";
    const [one, again, other] = await requestsOf(plugin, { config }, {}, {}, { uuid });
    assertEquals([one!.method, one!.path], ["POST", path]);
    assertEquals(one!.headers.get("content-type"), "application/json");
    assertEquals(JSON.parse(one!.body).rule, "open_from_cat");
    for (const [name, value] of Object.entries(headers)) {
      assertEquals(one!.headers.get(name), value);
    }
    assert(/^[\da-f]{8}-/.test(one!.headers.get("event-id")!));
    assertEquals(one!.headers.get("event-id"), again!.headers.get("event-id"));
    assertEquals(other!.headers.get("event-id"), uuid);
  });

  Deno.test(`${name}: with a kubeconfig, alerts go through the API server`, async () => {
    await using server = httpReceiver();
    const kubeconfig = await Deno.makeTempFile();
    await Deno.writeTextFile(
      kubeconfig,
      JSON.stringify({
        contexts: [{ name: "a", context: { cluster: "b", user: "c" } }],
        clusters: [{ name: "b", cluster: { server: server.url } }],
        users: [{ name: "c", user: { token: "t0ken" } }],
      }),
    );
    const sink = plugin.create(plugin.schema.parse({ ...settings, kubeconfig }));
    await sink.write([formattedAlert()]);
    await sink.close();
    await Deno.remove(kubeconfig);
    const [request] = server.received;
    assertEquals([request!.method, request!.path], ["POST", through]);
    assertEquals(request!.headers.get("authorization"), "Bearer t0ken");
    assertEquals(JSON.parse(request!.body).rule, "open_from_cat");
  });

  Deno.test(`${name}: a kubeconfig that is not there is told at the start`, async () => {
    const faultsOf = (more: unknown) =>
      plugin.check!(plugin.schema.parse({ ...settings, ...more as object }));
    const [fault] = await faultsOf({ kubeconfig: "/none/config" });
    assertEquals([fault!.path, fault!.what], [
      ["kubeconfig"],
      'Cannot use "/none/config": there is no such file',
    ]);
    assertEquals(await faultsOf({}), []);
  });

  Deno.test(`${name}: names that would lead elsewhere are refused`, () => {
    for (const key of Object.keys(settings)) {
      for (const name of ["", "../x", "a/b/c", "a?b", "A b"]) {
        assertEquals(plugin.schema.safeParse({ ...settings, [key]: name }).success, false, name);
      }
    }
  });
}
