import { assert, assertEquals } from "../../../tests/assert.ts";
import { trustedRoot } from "./trusted_root.ts";

Deno.test("trustedRoot() carries the authorities, logs and clocks of Sigstore", () => {
  const { tlogs, certificateAuthorities, timestampAuthorities, ctlogs } = trustedRoot("");
  const logs = tlogs.map(({ baseURL, publicKey }) => [baseURL, publicKey.asymmetricKeyType]);
  assertEquals(logs, [
    ["https://rekor.sigstore.dev", "ec"],
    ["https://log2025-1.rekor.sigstore.dev", "ed25519"],
  ]);
  assert(certificateAuthorities.length > 0 && timestampAuthorities.length > 0 && ctlogs.length > 0);
});
