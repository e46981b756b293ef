/** `type: mqtt` */
import * as z from "zod";
import { serverAddress, setting, tlsSection } from "../../../core/mod.ts";

const { flag, oneOf, secret, text, word } = setting;

export const PORT = 1883;

/** MQTT 5, 4.7.3; wildcards are for those who listen. */
const TOPIC = /^[^#+\0]{1,1000}$/;

export const schema = z.strictObject({
  broker: serverAddress({ standard: "127.0.0.1:1883", port: PORT }).describe(
    "host:port of the broker",
  ),
  topic: word().regex(TOPIC, { error: "a topic without # and +" }).prefault("falco/events")
    .describe(
      "Topic of messages; `<priority>`, `<rule>`, `<source>` and `<hostname>` are filled in",
    ),
  qos: oneOf(["0", "1", "2"], "1").describe(
    "0: nobody tells whether a message arrived; 1: it arrives, perhaps twice; 2: it arrives once",
  ),
  retained: flag(false).describe("Whether the broker keeps the last message of each topic"),
  client_id: text().describe("What the broker knows this client by; empty: a new name each time"),
  protocol: oneOf(["3.1.1", "5"], "3.1.1").describe("Version of MQTT"),
  user: text().describe("User"),
  password: secret().prefault("").describe("Password of the user"),
  tls: tlsSection(false),
});

export type MqttConfig = z.output<typeof schema>;
