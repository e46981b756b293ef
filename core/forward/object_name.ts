/** Names of alerts where each is an object: in buckets. */
import type { Alert } from "../alert/mod.ts";
import { isoTimeZulu } from "../base/mod.ts";
import { alertId } from "./identity.ts";

/** Day and time of the alert, and what tells it from others of the time: one sent twice is there once. */
export async function objectName(alert: Alert, prefix: string): Promise<string> {
  const time = isoTimeZulu(alert.timeNs);
  const id = (await alertId(alert)).slice(0, 12);
  return [...prefix.split("/"), time.slice(0, 10), `${time}-${id}.json`]
    .filter((part) => part !== "").join("/");
}
