/** Whatever servers of sinks say, and files about them: it is a failure that is told, or it works. */
import { createServer } from "node:net";
import { joinBytes, SinkError } from "../../core/mod.ts";
import { kubeconfigAccess } from "../../core/kube/kubeconfig.ts";
import { message } from "../../plugins/sinks/timescaledb/messages.ts";
import timescaledb from "../../plugins/sinks/timescaledb/mod.ts";
import { newReport, withResults } from "../../plugins/sinks/policyreport/report.ts";
import { assert } from "../assert.ts";
import { formattedAlert } from "../contract/http_sink_suite.ts";
import { listening } from "../http_servers.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** What PostgreSQL says, in no order. */
const SAID: readonly Uint8Array[] = [
  message("R", 0),
  message("R", 3),
  message("R", 5, bytesOf("salt")),
  message("R", 10, "SCRAM-SHA-256", new Uint8Array(1)),
  message("R", 11, bytesOf("r=x,s=eA==,i=4096")),
  message("R", 12, bytesOf("v=eA==")),
  message("S", "a", "b"),
  message("K", 1, 2),
  message("Z", bytesOf("I")),
  message("E", bytesOf("SERROR\0C22001\0Mno\0\0")),
  message("N", bytesOf("Mso\0\0")),
  message("C", "INSERT 0 1"),
  message("1"),
  bytesOf("N"),
  bytesOf("HTTP/1.1 200 OK\r\n\r\n"),
];

function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = bytes.slice(0, random.below(4) === 0 ? random.below(bytes.length) : undefined);
  if (changed.length > 0 && random.below(3) === 0) {
    changed[random.below(changed.length)] = random.below(256);
  }
  return changed;
}

Deno.test("a PostgreSQL that says anything is told of, and ends nothing", async () => {
  const random = new Random(SEED);
  for (let round = 0; round < 150; round++) {
    const answers = Array.from({ length: 4 }, () =>
      joinBytes(
        Array.from({ length: 1 + random.below(3) }, () => damaged(random.pick(SAID), random)),
      ));
    await using server = await listening(createServer((socket) => {
      let count = 0;
      socket.on("error", () => {});
      socket.on("data", () => {
        const answer = answers[count++];
        if (answer && answer.length > 0) socket.write(answer);
        // It says no more, so nobody has to wait.
        if (count >= answers.length || random.below(2) === 0) socket.end();
      });
    }));
    const settings = { address: `127.0.0.1:${server.port}`, password: "w0rd" };
    const sink = timescaledb.create(timescaledb.schema.parse(settings));
    const written = sink.write([formattedAlert()]).then(() => undefined, (error) => error);
    const gaveUp = new Promise<undefined>((resolve) => setTimeout(resolve, 100, undefined));
    const error = await Promise.race([written, gaveUp]);
    await sink.close();
    assert(error === undefined || error instanceof SinkError, `seed ${SEED}: ${error}`);
  }
});

const KUBECONFIG = JSON.stringify({
  "current-context": "a",
  contexts: [{ name: "a", context: { cluster: "b", user: "c", namespace: "d" } }],
  clusters: [{
    name: "b",
    cluster: { server: "https://k:6443", "certificate-authority-data": "eA==" },
  }],
  users: [{ name: "c", user: { token: "t", "client-key-data": "eA==", exec: null } }],
});
const PIECES = ["", "null", "{", "]", '"', "5", "[]", "{}", ": ", "\n", "&a *b", "\0", "https://["];

Deno.test("a kubeconfig of any text says where a cluster is, or what is wrong with it", async () => {
  const random = new Random(SEED);
  const path = await Deno.makeTempFile();
  for (let round = 0; round < 300; round++) {
    let text = KUBECONFIG;
    for (let count = 1 + random.below(3); count > 0; count--) {
      const at = random.below(text.length);
      text = text.slice(0, at) + random.pick(PIECES) + text.slice(at + random.below(12));
    }
    await Deno.writeTextFile(path, text);
    const found = await kubeconfigAccess(path).catch((error) => error);
    assert(found instanceof SinkError || typeof found.server === "string", `seed ${SEED}: ${text}`);
  }
  await Deno.remove(path);
});

const VALUES: readonly unknown[] = [
  ...[null, true, 5, -1e99, "", "fail", "high", "\ud800", [], {}, [[]], { seconds: "x" }],
];

Deno.test("withResults() adds to reports whatever others have written into them", () => {
  const random = new Random(SEED);
  const added = { rule: "r", result: "warn", severity: "low", message: "m" };
  for (let round = 0; round < 300; round++) {
    const other = () =>
      Object.fromEntries(
        ["rule", "result", "severity", "timestamp", "message"].map((
          key,
        ) => [key, random.pick(VALUES)]),
      );
    const results = random.below(4) === 0
      ? random.pick(VALUES)
      : Array.from({ length: random.below(6) }, () =>
        random.below(2) ? other() : random.pick(VALUES));
    const limits = { max_events: 1 + random.below(4), prune_by_priority: random.below(2) === 0 };
    const report = withResults({ ...newReport("shop"), results }, [added], limits)!;
    assert((report.results as unknown[]).length <= limits.max_events, `seed ${SEED}`);
  }
});
