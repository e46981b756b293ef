/** `type: rabbitmq` */
import * as z from "zod";
import { serverAddress, setting, tlsSection } from "../../../core/mod.ts";

const { flag, secret, text, word } = setting;

export const PORT = 5672;

/** AMQP's short strings. */
const name = () =>
  word().refine((given) => new TextEncoder().encode(given).length <= 255, {
    error: "a name of at most 255 bytes",
  });

export const schema = z.strictObject({
  address: serverAddress({ standard: "127.0.0.1:5672", port: PORT }).describe(
    "host:port of the server",
  ),
  virtual_host: text("/").describe("Virtual host"),
  queue_name: name().prefault("falco").describe(
    "Queue that messages go to, where no exchange is named",
  ),
  declare: flag(true).describe("Whether the queue is made, durable, where it is not there"),
  exchange: name().prefault("").describe("Exchange that messages go to; it has to be there"),
  routing_key: name().prefault("falco.<priority>.<rule>").describe(
    "What the exchange goes by; `<priority>`, `<rule>`, `<source>` and `<hostname>` are filled in",
  ),
  user: text("guest").describe("User"),
  password: secret().prefault("guest").describe("Password of the user"),
  tls: tlsSection(false),
});

export type RabbitmqConfig = z.output<typeof schema>;
