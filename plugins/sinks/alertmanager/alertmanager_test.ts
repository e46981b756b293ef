import { escapeText, type OutputValue } from "../../../core/mod.ts";
import { HOSTILE } from "../../../tests/contract/formatter_suite.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { httpReceiver } from "../../../tests/peers/http_receiver.ts";
import { startServer, testWithPeer } from "../../../tests/peers/server.ts";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import plugin from "./mod.ts";
import { safeLabel } from "./payload.ts";
import { schema } from "./schema.ts";

const config = (host_port: string) => ({ host_port });

interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
}

testHttpSink(plugin, {
  config,
  messages: ({ body }) => JSON.parse(body).map(({ annotations }: Posted) => annotations.info),
});

async function posted(settings: Record<string, unknown>, fields: Record<string, OutputValue> = {}) {
  const all = (url: string) => ({ ...config(url), ...settings });
  const alert = { fields: new Map(Object.entries(fields)) };
  const [request] = await requestsOf(plugin, { config: all }, alert);
  const [one] = JSON.parse(request!.body) as Posted[];
  return one!;
}

Deno.test("alertmanager: an alert has labels, annotations and no end of its own", async () => {
  const [request] = await requestsOf(plugin, { config }, {});
  assertEquals([request!.method, request!.path], ["POST", "/api/v2/alerts"]);
  assertEquals(JSON.parse(request!.body), [{
    labels: {
      proc_cmdline: "cat /dev/null",
      source: "falco",
      rule: "open_from_cat",
      alertname: "open_from_cat",
      eventsource: "syscall",
      hostname: "host-1",
      tags: "filesystem,process",
      priority: "Warning",
      severity: "warning",
    },
    annotations: {
      info: "An open was seen (command=cat /dev/null)",
      description: "An open was seen (command=cat /dev/null)",
      summary: "open_from_cat",
    },
  }]);
});

Deno.test("alertmanager: severity, labels, annotations and the end can be chosen", async () => {
  const { labels, annotations, startsAt, endsAt } = await posted({
    custom_severity_map: { warning: "page" },
    extra_labels: { team: "a" },
    extra_annotations: { runbook: "b" },
    expires_after: "1h",
  });
  assertEquals([labels.severity, labels.team, annotations.runbook], ["page", "a", "b"]);
  assertEquals(startsAt, "2016-08-04T16:17:57.881785348Z");
  assertEquals(endsAt, "2016-08-04T17:17:57.881785348Z");
});

Deno.test("alertmanager: lost events are told in steps, each as grave as configured", async () => {
  const drops = async (count: OutputValue) => {
    const { labels } = await posted({}, { n_drops: count, n_evts: 5n });
    assertEquals(labels.n_evts, undefined);
    return [labels.n_drops, labels.priority].join(" ");
  };
  assertEquals(await drops(815508n), ">10000 Critical");
  assertEquals(await drops("11"), ">10 Warning");
  assertEquals(await drops(0), "0 Warning");
  assertEquals(await drops(1), "1 Critical");
});

Deno.test("alertmanager: one member of a cluster that takes alerts is enough", async () => {
  await using there = httpReceiver();
  await using gone = httpReceiver();
  await gone.stop();
  const sink = plugin.create(schema.parse({ host_port: [gone.url, there.url] }));
  await sink.write([formattedAlert()]);
  assertEquals(there.received.length, 1);
  await there.stop();
  await assertRejects(() => sink.write([formattedAlert()]), { code: "unavailable" });
  await sink.close();
});

Deno.test("alertmanager: an alert that is refused does not take others along", async () => {
  await using server = httpReceiver();
  server.answer = ({ body }) => new Response(null, { status: body.includes("bad") ? 400 : 200 });
  const sink = plugin.create(schema.parse(config(server.url)));
  const batch = ["1", "bad", "3"].map((message) => formattedAlert({ message }));
  const error = await sink.write(batch).then(() => undefined, (error) => error);
  assertEquals([error.code, error.accepted, error.refused], ["rejected", 1, 1]);
  await sink.close();
});

Deno.test("alertmanager: what one refuses may be taken by another that is away just now", async () => {
  await using wrong = httpReceiver();
  wrong.answer = () => new Response("no", { status: 400 });
  await using away = httpReceiver();
  away.answer = () => new Response("later", { status: 503 });
  const sink = plugin.create(schema.parse({ host_port: [wrong.url, away.url] }));
  const error = await sink.write([formattedAlert()]).catch((error) => error);
  await sink.close();
  assertEquals(error.code, "unavailable");
  assert(error.message.includes("answered 503"), error.message);
});

Deno.test("alertmanager: what one refuses keeps no others waiting for one that is away", async () => {
  await using there = httpReceiver();
  there.answer = ({ body }) => new Response(null, { status: body.includes("bad") ? 400 : 200 });
  await using away = httpReceiver();
  away.answer = () => new Response("later", { status: 503 });
  const sink = plugin.create(schema.parse({ host_port: [there.url, away.url] }));
  const batch = ["1", "bad", "3"].map((message) => formattedAlert({ message }));
  const error = await sink.write(batch).catch((error) => error);
  await sink.close();
  assertEquals([error.code, error.accepted], ["unavailable", 1]);
});

Deno.test("alertmanager: where the path is an old one, the one there is is told", async () => {
  await using server = httpReceiver();
  server.answer = () => new Response("gone", { status: 410 });
  const sink = plugin.create(schema.parse({ host_port: server.url, endpoint: "/api/v1/alerts" }));
  const { message } = await sink.write([formattedAlert()]).then(
    () => assert(false),
    (error) => error,
  );
  assert(message.endsWith("(Alertmanager's path is /api/v2/alerts: look at endpoint)"), message);
  assert(message.includes("answered 410: gone"), message);
  await sink.close();
});

Deno.test("safeLabel() makes names that Prometheus takes", () => {
  assertEquals(
    ["proc.aname[2]", "1st", "_x__y_", "ü", ""].map(safeLabel),
    ["proc_aname_2", "_1st", "x_y", "", ""],
  );
});

testWithPeer(
  "alertmanager: the real one takes alerts, hostile and long ones too",
  { program: "prometheus-alertmanager", package: "prometheus-alertmanager" },
  async () => {
    const folder = await Deno.makeTempDir();
    const port = freePort();
    await Deno.writeTextFile(`${folder}/am.yml`, "route: {receiver: r}\nreceivers: [{name: r}]\n");
    await using _folder = {
      [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
    };
    await using _server = await startServer({
      program: "prometheus-alertmanager",
      args: [
        `--config.file=${folder}/am.yml`,
        `--storage.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--cluster.listen-address=",
      ],
      ports: [port],
    });
    const url = `http://127.0.0.1:${port}`;
    const sink = plugin.create(schema.parse(config(url)));
    const hostile = escapeText(HOSTILE);
    await sink.write([
      formattedAlert({ rule: "one" }),
      formattedAlert({
        rule: HOSTILE,
        source: HOSTILE,
        tags: [HOSTILE],
        hostname: "",
        message: hostile,
        fields: new Map<string, OutputValue>([[HOSTILE, HOSTILE], ["2n.d", 2n ** 63n]]),
      }),
      formattedAlert({ rule: "long", message: "ü".repeat(500_000) }),
    ]);
    await sink.close();
    const alerts: Posted[] = await (await fetch(`${url}/api/v2/alerts`)).json();
    const known = new Map(alerts.map((alert) => [alert.labels.rule, alert]));
    assertEquals(known.size, 3);
    assertEquals(known.get(HOSTILE.toWellFormed())?.annotations.info, HOSTILE.toWellFormed());
    assertEquals(known.get(HOSTILE.toWellFormed())?.labels._2n_d, "9223372036854775808");
    assertEquals(known.get("long")?.annotations.info?.length, 500_000);
    assert(known.has("one"));
  },
);
