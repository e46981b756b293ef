import { assert, assertEquals } from "../../../../tests/assert.ts";
import type { Candidate, Origin } from "../../../package/mod.ts";
import type { Signer } from "../../../plugin/store/mod.ts";
import type { Host } from "../../host.ts";
import { tellOfOtherSigner } from "./_fetching.ts";

const FALCO: Origin = {
  kind: "oci",
  host: "ghcr.io",
  repository: "falcosecurity/rules/falco-rules",
  reference: "3",
};
const signedBy = (matches: string): Signer => ({
  kind: "identity",
  issuer: { is: "https://token.actions.githubusercontent.com" },
  identity: { matches },
  ignoresLog: false,
});

function told(signer: Signer | undefined, origin: Origin, installed?: Signer): string {
  let text = "";
  const error = { write: (part: string) => void (text += part), isTerminal: false };
  const candidate = { name: "falco-rules", signer } as Candidate;
  tellOfOtherSigner(candidate, { origin, installed }, { error } as unknown as Host);
  return text;
}

Deno.test("tellOfOtherSigner() names both where an index has others sign what Falco does", () => {
  const text = told(signedBy("^https://github.com/eve/"), FALCO);
  const wanted =
    /warning\[I006\]: "falco-rules" has to be signed in another way than Falco says[^]*before: signed .*falcosecurity.*; now: signed .*eve/;
  assert(wanted.test(text), text);
});

Deno.test("tellOfOtherSigner() says nothing where they are the same, or nobody signed before", () => {
  // As the index of falcoctl has it.
  assertEquals(told(signedBy("https://github.com/falcosecurity/rules/"), FALCO), "");
  assertEquals(told(undefined, FALCO), "");
  const elsewhere: Origin = { ...FALCO, host: "registry.example" };
  assertEquals(told(signedBy("x"), elsewhere), "");
  assertEquals(told(signedBy("x"), elsewhere, signedBy("x")), "");
  // Whoever took another index before has been told then.
  assertEquals(told(signedBy("x"), FALCO, signedBy("x")), "");
  assert(told(signedBy("y"), elsewhere, signedBy("x")).includes("when it was installed"));
});
