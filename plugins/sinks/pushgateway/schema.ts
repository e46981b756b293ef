/** `type: pushgateway` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { secret, text, word } = setting;

export const schema = z.strictObject({
  address: webAddress().prefault("http://127.0.0.1:9091").describe("Where the Pushgateway is"),
  job: word().min(1, { error: "a name" }).prefault("falco").describe("Label job of the group"),
  instance: text().describe("Label instance of the group; empty: the name of this machine"),
  user: text().describe("User, where it asks for one"),
  password: secret().prefault("").describe("Password of the user"),
  ...httpKeys,
});

export type PushgatewayConfig = z.output<typeof schema>;
