/** `type: logstash` */
import * as z from "zod";
import { serverAddress, setting, tlsSection } from "../../../core/mod.ts";

const { listOf, word } = setting;

export const PORT = 5044;

export const schema = z.strictObject({
  address: serverAddress({ standard: "127.0.0.1:5044", port: PORT }).describe(
    "host:port of an input of the type tcp, with the codec json_lines",
  ),
  tags: listOf(word()).describe("Further tags of every alert"),
  tls: tlsSection(false),
});

export type LogstashConfig = z.output<typeof schema>;
