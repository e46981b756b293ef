/** `type: cloudevents` */
import * as z from "zod";
import { httpKeys, webAddress } from "../../../core/mod.ts";

export const schema = z.strictObject({
  address: webAddress().describe("Where events go, one a request"),
  extensions: z.record(
    z.string().regex(/^[a-z0-9]{1,40}$/, { error: "another name, of small letters and digits" }),
    z.string({ error: "text" }),
    {
      error: ({ code, issues }) =>
        code === "invalid_key" ? issues[0]?.message ?? "another name" : "a mapping",
    },
  ).default({}).describe("Further attributes of every event"),
  ...httpKeys,
});

export type CloudEventsConfig = z.output<typeof schema>;
