import { assertEquals } from "../../../tests/assert.ts";
import { generateKeyPairSync } from "node:crypto";
import type { Signer } from "../../plugin/store/mod.ts";
import { areSameSigner, knownSigner, signerText } from "./signer.ts";

const signerOf = (host: string, repository: string) =>
  knownSigner({ kind: "oci", host, repository, reference: "1" });

Deno.test("knownSigner() knows who signs what Falco publishes, and nothing else", () => {
  const rules = signerOf("ghcr.io", "falcosecurity/rules/falco-rules");
  assertEquals(
    rules && signerText(rules),
    'by somebody whom the expression "^https://github\\.com/falcosecurity/rules/" finds, ' +
      "vouched for by https://token.actions.githubusercontent.com",
  );
  assertEquals(signerOf("GHCR.io", "falcosecurity/plugins/plugin/json")?.kind, "identity");
  assertEquals(signerOf("ghcr.io:443", "falcosecurity/rules/x")?.kind, "identity");
  assertEquals(signerOf("ghcr.io:00443", "falcosecurity/rules/x")?.kind, "identity");
  assertEquals(signerOf("ghcr.io", "falcosecurity/falcoctl"), undefined);
  assertEquals(signerOf("ghcr.io", "eve/falcosecurity/rules/falco-rules"), undefined);
  assertEquals(signerOf("registry.example", "falcosecurity/rules/falco-rules"), undefined);
});

Deno.test("areSameSigner() tells who signs, by which rules, and not how it is written", () => {
  const issuer = { is: "https://token.actions.githubusercontent.com" };
  const by = (matches: string): Signer => ({
    kind: "identity",
    issuer,
    identity: { matches },
    ignoresLog: false,
  });
  const falco = signerOf("ghcr.io", "falcosecurity/rules/falco-rules")!;
  // The index of Falco's own has it so.
  assertEquals(areSameSigner(falco, by("https://github.com/falcosecurity/rules/")), true);
  assertEquals(areSameSigner(falco, by("https://github.com/falcosecurity/")), false);
  assertEquals(areSameSigner(falco, by("https://github.com/falcosecurity/plugins/")), false);
  assertEquals(areSameSigner(falco, { ...falco, ignoresLog: true }), false);
  assertEquals(
    areSameSigner(by("x"), { ...by("x"), issuer: { matches: issuer.is } } as Signer),
    false,
  );
  const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey
    .export({ type: "spki", format: "pem" }).toString();
  const key: Signer = { kind: "key", pem, ignoresLog: false };
  assertEquals(areSameSigner(key, { ...key, pem: pem.replaceAll("\n", "\r\n") }), true);
  assertEquals(areSameSigner(key, falco), false);
  assertEquals(
    signerText({ ...key, ignoresLog: true }).endsWith(", whether a log knows of it or not"),
    true,
  );
});
