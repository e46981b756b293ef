/** `type: influxdb` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { oneOf, secret, text } = setting;

export const schema = z.strictObject({
  host_port: webAddress().prefault("http://127.0.0.1:8086").describe("Where InfluxDB is"),
  database: text("falco").describe("Database, of version 1"),
  organization: text().describe("Organization, of version 2; empty: the server is of version 1"),
  bucket: text("falco").describe("Bucket, of version 2"),
  measurement: setting.word().min(1, { error: "a name" }).prefault("events").describe(
    "Name of the measurement",
  ),
  output_fields: oneOf(["fields", "tags", "none"], "fields").describe(
    "What the fields of alerts become; tags: texts become tags, all with _ for blanks, as falcosidekick has them; each value then costs memory of the server for good",
  ),
  user: text().describe("User, of version 1"),
  password: secret().prefault("").describe("Password of the user"),
  token: secret().prefault("").describe("Token, in place of a user"),
  ...httpKeys,
});

export type InfluxdbConfig = z.output<typeof schema>;
