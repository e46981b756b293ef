/** Places at a server whose address the settings have. */
import { Secret } from "../plugin/secret.ts";

/** `path` begins with a slash; those that the address ends with, and blanks around it, are left out. */
export function placeBelow(address: Secret, path: string): Secret {
  return new Secret({ value: `${address.reveal().trim().replace(/\/+$/, "")}${path}` });
}
