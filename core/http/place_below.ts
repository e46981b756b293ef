/** Places at a server whose address the settings have. */
import { Secret } from "../plugin/secret.ts";

/** `path` begins with a slash; those that the address ends with, and blanks around it, are left out. */
export function placeBelow(address: Secret, path: string): Secret {
  return new Secret({ value: `${withoutEnd(address.reveal())}${path}` });
}

/** An address without slashes at its end and blanks around it, so that a path can follow. */
export function withoutEnd(address: string): string {
  return address.trim().replace(/\/+$/, "");
}
