/** Settings of sinks that write to Google Cloud. */
import type { z } from "zod";
import { httpKeysAsIs, optionalAddress } from "../http/schema.ts";
import { flag, secret } from "../plugin/schema.ts";
import type { Secret } from "../plugin/secret.ts";
import { readAccountKey } from "./account_key.ts";

/** Keys that say who falcod is. */
export const gcpIdentityKeys = {
  credentials: secret().refine(isAccountKey, {
    error: "the JSON key of a service account, as Google gives it, or that in base64",
  }).prefault("").describe(
    "JSON key of a service account, also in base64; empty: the file that GOOGLE_APPLICATION_CREDENTIALS names",
  ),
  instance_metadata: flag(false).describe(
    "Where nothing else is known, Google's metadata server is asked: the service account of the machine, or of the pod with Workload Identity",
  ),
};

/** Keys that every sink has beside its own that writes to Google's interfaces. */
export const gcpKeys = {
  ...gcpIdentityKeys,
  endpoint: optionalAddress().describe("Address of the service, if not Google's"),
  // Services differ in what they make of a body that is compressed.
  ...httpKeysAsIs,
};

export type GcpSettings = z.output<z.ZodObject<typeof gcpKeys>>;
export type GcpIdentity = z.output<z.ZodObject<typeof gcpIdentityKeys>>;

/** A file that cannot be read now is looked at when it is used. */
function isAccountKey(given: Secret): boolean {
  let text: string;
  try {
    text = given.reveal();
  } catch {
    return true;
  }
  if (text === "") return true;
  try {
    readAccountKey(text);
    return true;
  } catch {
    return false;
  }
}
