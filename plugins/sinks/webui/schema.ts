/** `type: webui` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { listOf, word } = setting;

export const schema = z.strictObject({
  url: webAddress().describe("Address of falcosidekick-ui"),
  outputs: listOf(word()).describe("Names that the page shows as the outputs that are enabled"),
  ...httpKeys,
});

export type WebuiConfig = z.output<typeof schema>;
