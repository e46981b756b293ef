/** Whatever registries have for signatures, and files for indexes: none of it throws, or counts. */
import { signerInIndex } from "../../core/package/signature/index_file.ts";
import { trustedRoot } from "../../core/package/signature/trusted_root.ts";
import { Untrusted } from "../../core/package/signature/untrusted.ts";
import { verifierFor } from "../../core/package/signature/verify.ts";
import type { FoundSignature } from "../../core/package/signature/found.ts";
import { PackageError, type Signer } from "../../core/plugin/store/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { IDENTITY, ISSUER_URL, TestSigstore } from "../packages/sigstore.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);
const DIGEST = `sha256:${"a".repeat(64)}`;
const SIGNER: Signer = {
  kind: "identity",
  issuer: { is: ISSUER_URL },
  identity: { is: IDENTITY },
  ignoresLog: false,
};

const NOISE = ["", "{}", "[", "null", '"', "\0", "\ud800", "-----BEGIN CERTIFICATE-----", "MII="];

function damaged(text: string, random: Random): string {
  if (random.below(8) === 0) return NOISE[random.below(NOISE.length)]!;
  const at = random.below(text.length);
  const other = String.fromCharCode(32 + random.below(95));
  switch (random.below(3)) {
    case 0:
      return text.slice(0, at) + other + text.slice(at + 1);
    case 1:
      return text.slice(0, at);
    default:
      return text.slice(0, at) + other + text.slice(at);
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("verify() says of any signature whether it counts, and by whom", async () => {
  const random = new Random(SEED);
  const sigstore = await TestSigstore.start();
  const root = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(root, sigstore.root);
  const verifier = verifierFor(SIGNER, trustedRoot(root));
  await Deno.remove(root);
  const simple = await sigstore.simple(DIGEST);
  const bundle = await sigstore.bundle(DIGEST);
  const whole: readonly FoundSignature[] = [
    { kind: "simple", payload: bytesOf(simple.payload), annotations: simple.annotations },
    { kind: "bundle", json: bytesOf(bundle) },
  ];
  for (const found of whole) assertEquals(verifier.verify(found, DIGEST), IDENTITY);
  const names = Object.keys(simple.annotations);
  for (let round = 0; round < 1500; round++) {
    const name = names[random.below(names.length)]!;
    const annotations = {
      ...simple.annotations,
      [name]: damaged(simple.annotations[name]!, random),
    };
    const text = random.below(4) === 0 ? damaged(simple.payload, random) : simple.payload;
    // damage may put in the very character that was there
    const isPayload = text !== simple.payload;
    const payload = bytesOf(text);
    const json = bytesOf(damaged(bundle, random));
    const found: FoundSignature = random.below(2) === 0
      ? { kind: "simple", payload, annotations }
      : { kind: "bundle", json };
    let signedBy: string | undefined;
    try {
      signedBy = verifier.verify(found, DIGEST);
    } catch (error) {
      assert(error instanceof Untrusted, `seed ${SEED}: ${error}`);
    }
    // What nobody reads may change; what is signed may not.
    assert(signedBy === undefined || signedBy === IDENTITY, `seed ${SEED}`);
    assert(signedBy === undefined || !isPayload || found.kind === "bundle", `seed ${SEED}`);
    let isOther = true;
    try {
      verifier.verify(found, DIGEST.replace("a", "b"));
    } catch {
      isOther = false;
    }
    assertEquals(isOther, false, `seed ${SEED}`);
  }
});

Deno.test("signerInIndex() reads or refuses indexes with bytes changed", async () => {
  const random = new Random(SEED);
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  const text = `- name: pager
  registry: ghcr.io
  repository: example/pager
  signature:
    cosign:
      certificate-oidc-issuer: https://token.example
      certificate-identity-regexp: ^https://github\\.com/example/
`;
  const origin = { host: "ghcr.io", repository: "example/pager", reference: "1" };
  for (let round = 0; round < 1000; round++) {
    await Deno.writeTextFile(file, round === 0 ? text : damaged(text, random));
    try {
      const signer = signerInIndex(file, { kind: "oci", ...origin });
      if (round === 0) assertEquals(signer?.kind, "identity");
    } catch (error) {
      assert(error instanceof PackageError, `seed ${SEED}: ${error}`);
    }
  }
  await Deno.remove(file);
});
