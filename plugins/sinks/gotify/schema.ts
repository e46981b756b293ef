/** `type: gotify` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  host_port: webAddress().describe("Address of Gotify"),
  token: setting.secret().describe("Token of the application that the messages are of"),
  message_type: setting.oneOf(["markdown", "plaintext", "json"], "markdown").describe(
    "Messages as a list in Markdown, as lines of text, or as Falco's JSON",
  ),
  ...httpKeys,
});

export type GotifyConfig = z.output<typeof schema>;
