/** `type: wavefront` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { secret, word } = setting;
const name = (standard: string) => word().min(1, { error: "a name" }).prefault(standard);

export const schema = z.strictObject({
  address: webAddress().describe("Address of Wavefront, or of a proxy of Wavefront's"),
  token: secret().prefault("").describe("Token of Wavefront's API; proxies need none"),
  metric_name: name("falco.alert").describe("What the metric is called"),
  source: name("falco-exporter").describe("Where points are said to be from"),
  ...httpKeys,
});

export type WavefrontConfig = z.output<typeof schema>;
