/** A real broker (Kafka 3.9, KRaft), read by Kafka's own consumer. */
import { type FormattedAlert, type Sink, SinkError } from "../../../core/mod.ts";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { newAuthority } from "../../../tests/certificates.ts";
import {
  type JavaLibraries,
  javaLibraries,
  runJava,
  startJava,
} from "../../../tests/peers/java_server.ts";
import plugin from "./mod.ts";
import { COMPRESSIONS } from "./record_batch.ts";

const VERSION = "3.9.1";
const libraries = await javaLibraries("kafka", [
  { group: "org.apache.kafka", name: "kafka_2.13", version: VERSION },
  { group: "org.apache.kafka", name: "kafka-tools", version: VERSION },
]);
const missing = "missing" in libraries ? libraries.missing : undefined;

const PASSWORD = "right-password";
const LOGIN = "org.apache.kafka.common.security";

/** One listener for everybody, one with TLS for those who say who they are. */
async function startKafka(java: JavaLibraries) {
  const folder = await Deno.makeTempDir({ prefix: "falcod-kafka-" });
  const [open, secure, controller] = [freePort(), freePort(), freePort()];
  const authority = await newAuthority();
  const { certificate, key } = await authority.issue({ commonName: "broker" });
  await Deno.writeTextFile(`${folder}/ca.pem`, authority.certificate);
  await Deno.writeTextFile(`${folder}/broker.pem`, `${key}\n${certificate}`);
  const of = "listener.name.secure";
  const settings: Readonly<Record<string, string | number>> = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controller}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "OPEN",
    "listeners": `OPEN://127.0.0.1:${open},SECURE://127.0.0.1:${secure},` +
      `CONTROLLER://127.0.0.1:${controller}`,
    "advertised.listeners": `OPEN://127.0.0.1:${open},SECURE://localhost:${secure}`,
    "listener.security.protocol.map": "OPEN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT",
    "log.dirs": `${folder}/data`,
    // The alerts of tests are years old.
    "log.retention.ms": -1,
    // A busy machine must not look like a broker that is gone.
    "broker.session.timeout.ms": 120_000,
    [`${of}.sasl.enabled.mechanisms`]: "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    [`${of}.plain.sasl.jaas.config`]:
      `${LOGIN}.plain.PlainLoginModule required user_falcod="${PASSWORD}";`,
    [`${of}.scram-sha-256.sasl.jaas.config`]: `${LOGIN}.scram.ScramLoginModule required;`,
    [`${of}.scram-sha-512.sasl.jaas.config`]: `${LOGIN}.scram.ScramLoginModule required;`,
    [`${of}.ssl.keystore.type`]: "PEM",
    [`${of}.ssl.keystore.location`]: `${folder}/broker.pem`,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const file = `${folder}/server.properties`;
  await Deno.writeTextFile(file, lines.join("\n"));
  const users = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=falcod,password=${PASSWORD}]`,
  ]);
  const id = "AAAAAAAAAAAAAAAAAAAAAA";
  await runJava(java, ["kafka.tools.StorageTool", "format", "-t", id, "-c", file, ...users]);
  const server = await startJava(java, { args: ["kafka.Kafka", file], ports: [open, secure] });
  return {
    authority: `${folder}/ca.pem`,
    open: `127.0.0.1:${open}`,
    secure: `localhost:${secure}`,
    /** Keys and values in their order: topics have one partition here. */
    read: async (topic: string, count: number) => {
      const printed = await runJava(java, [
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
        ...["--bootstrap-server", `127.0.0.1:${open}`, "--topic", topic],
        // Without a group, which would need a coordinator.
        ...["--partition", "0", "--offset", "earliest"],
        ...["--max-messages", `${count}`, "--timeout-ms", "60000"],
        ...["--property", "print.key=true", "--property", "key.separator=|"],
      ]);
      return printed.trimEnd().split("\n");
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function sinkOf(settings: Record<string, unknown>) {
  return plugin.create(
    plugin.schema.parse({ topic_creation: true, balancer: "murmur2", ...settings }),
  );
}

/** A topic that was just made may have no leader that knows of it: the delivery tries again as well. */
async function arrive(sink: Sink, batch: readonly FormattedAlert[]): Promise<void> {
  for (let times = 0;; times++) {
    try {
      return await sink.write(batch);
    } catch (error) {
      const isEarly = error instanceof SinkError &&
        /another broker leads|no leader/.test(error.message);
      if (!isEarly || times > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Beyond a block, with much and with little that comes again. */
function longText(name: string): string {
  const numbers = Array.from({ length: 20_000 }, (_, n) => (n * n * 7919 % 99_991).toString(36));
  return `${name} ${"so it goes ".repeat(3000)} ${numbers.join(" ")} ${"a".repeat(70_000)}`;
}

Deno.test({
  name: `kafka: Kafka's own consumer reads what falcod sends a real broker${
    missing === undefined ? "" : ` (skipped: ${missing})`
  }`,
  ignore: missing !== undefined,
  fn: async (test) => {
    await using kafka = await startKafka(libraries as JavaLibraries);
    const host_port = kafka.open;

    await test.step("in order, compressed or not, 1 MB and hostile texts", async () => {
      for (const compression of COMPRESSIONS) {
        const sink = sinkOf({ host_port, topic: "order", key: "k", compression });
        await arrive(sink, formatted(`${compression} 1`, longText(compression)));
        await sink.close();
      }
      const sink = sinkOf({ host_port, topic: "order", key: "<rule>" });
      await arrive(sink, [{ alert: sampleAlert({ rule: HOSTILE }), line: "hostile" }]);
      await arrive(sink, formatted("ü".repeat(500_000)));
      await sink.close();
      const lines = await kafka.read("order", 12);
      const ordered = lines.filter((line) => line.startsWith("k|"));
      assertEquals(
        ordered,
        COMPRESSIONS.flatMap((name) => [`k|${name} 1`, `k|${longText(name)}`]),
      );
      assert(lines.some((line) => /^[\w-]+\|hostile$/.test(line)));
      assert(lines.includes(`open_from_cat|${"ü".repeat(500_000)}`));
    });

    await test.step("a message that is too large is refused, the others arrive", async () => {
      const sink = sinkOf({ host_port, topic: "large", key: "k" });
      const batch = formatted("1", "x".repeat(2_000_000), "3");
      await arrive(sink, formatted("0"));
      const error = await sink.write(batch).catch((error) => error);
      assertEquals([error.code, error.accepted, error.refused], ["rejected", 1, 1]);
      await sink.write(batch.slice(2));
      await sink.close();
      assertEquals(await kafka.read("large", 3), ["k|0", "k|1", "k|3"]);
    });

    await test.step("with TLS and each kind of password", async () => {
      const tls = { enabled: true, ca: kafka.authority };
      const secure = {
        host_port: kafka.secure,
        topic: "secure",
        key: "k",
        username: "falcod",
        tls,
      };
      const kinds = ["plain", "scram_sha256", "scram_sha512"];
      for (const sasl of kinds) {
        const sink = sinkOf({ ...secure, sasl, password: PASSWORD });
        await arrive(sink, formatted(sasl));
        await sink.close();
        const wrong = sinkOf({ ...secure, sasl, password: "TOLD-TO-NOBODY" });
        const error = await wrong.write(formatted(sasl)).catch((error) => error);
        assertEquals(error.code, "unavailable");
        assert(!error.message.includes("TOLD-TO-NOBODY"), error.message);
        await wrong.close();
      }
      for (const untrusted of [{ enabled: true }, { enabled: false }]) {
        const sink = sinkOf({ ...secure, sasl: "plain", password: PASSWORD, tls: untrusted });
        await assertRejects(() => sink.write(formatted("no")), { code: "unavailable" });
        await sink.close();
      }
      assertEquals(await kafka.read("secure", 3), kinds.map((kind) => `k|${kind}`));
    });
  },
});
