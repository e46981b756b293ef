/** `type: spyderbat` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { flag, secret, text, word } = setting;

export const schema = z.strictObject({
  org_uid: word().regex(/^[\w-]{1,100}$/, { error: "the id of an organization" }).describe(
    "Organization that alerts are for",
  ),
  api_key: secret().describe("Key of Spyderbat's API, with access to the organization"),
  api_url: webAddress().prefault("https://api.spyderbat.com").describe("Address of the API"),
  source: word().regex(/^.{1,32}$/, { error: "a name of at most 32 characters" })
    .prefault("falcod").describe("Name of the source that is made, where there is none yet"),
  source_description: text().refine((given) => given.length <= 256, {
    error: "at most 256 characters",
  }).describe("What is said of it"),
  ...httpKeys,
  compress: flag(true).describe("Bodies are compressed with gzip"),
});

export type SpyderbatConfig = z.output<typeof schema>;
