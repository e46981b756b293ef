/** `type: gcpcloudfunctions` */
import * as z from "zod";
import { gcpKeys, setting } from "../../../core/mod.ts";

const { word } = setting;

const NAME = "the full name of a function, as projects/P/locations/europe-west1/functions/alerts";

export const schema = z.strictObject({
  function_name: word(NAME).regex(
    /^projects\/[a-z0-9.:-]+\/locations\/[a-z0-9-]+\/functions\/[A-Za-z][\w-]{0,62}$/,
    { error: NAME },
  ).describe("Function that is called with each alert, by its full name"),
  ...gcpKeys,
});

export type GcpCloudFunctionsConfig = z.output<typeof schema>;
