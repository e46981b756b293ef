/** `/versions`, in Falco's shape. */
import { type Endpoint, jsonReply } from "../../web/mod.ts";
import { versionsOf } from "../versions.ts";
import { readOnly } from "./read_only.ts";

export function versionsEndpoint(plugins: readonly string[]): Endpoint {
  return readOnly("/versions", () => jsonReply(versionsOf(plugins)));
}
