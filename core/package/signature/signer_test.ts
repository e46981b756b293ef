import { assertEquals } from "../../../tests/assert.ts";
import { knownSigner, signerText } from "./signer.ts";

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
