/** `type: kafkarest` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  address: webAddress().describe("Address of the topic, as http://kafkarest:8082/topics/falco"),
  version: setting.oneOf(["1", "2"], "2").describe("Version of the proxy's interface"),
  ...httpKeys,
});

export type KafkaRestConfig = z.output<typeof schema>;
