/** `type: gcpstorage` */
import * as z from "zod";
import { gcpKeys, setting } from "../../../core/mod.ts";

const { text, word } = setting;

const BUCKET = "the name of a bucket";

export const schema = z.strictObject({
  bucket: word(BUCKET).regex(/^[a-z0-9][a-z0-9._-]{1,221}$/, { error: BUCKET })
    .describe("Bucket that objects are put into"),
  prefix: text().describe("What stands in front of their names"),
  ...gcpKeys,
});

export type GcpStorageConfig = z.output<typeof schema>;
