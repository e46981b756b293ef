/** Who has to have signed: in words, and of whom it is known. */
import { createHash, createPublicKey } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Signer, Wanted } from "../../plugin/store/mod.ts";
import type { OciOrigin } from "../origin.ts";

/** Falco's own: registry.yaml of falcosecurity/plugins and falcosecurity/rules, as of July 2026. */
const KNOWN = ["plugins", "rules"].map((name) => ({
  host: "ghcr.io",
  below: `falcosecurity/${name}/`,
  /** As Falco writes the expression below. */
  inIndex: `https://github.com/falcosecurity/${name}/`,
  signer: {
    kind: "identity",
    issuer: { is: "https://token.actions.githubusercontent.com" },
    identity: { matches: `^https://github\\.com/falcosecurity/${name}/` },
    ignoresLog: false,
  } as const satisfies Signer,
}));

/** Absent: whoever may write to the repository. */
export function knownSigner({ host, repository }: OciOrigin): Signer | undefined {
  return KNOWN.find((known) =>
    known.host === host.toLowerCase().replace(/:0*443$/, "") && repository.startsWith(known.below)
  )?.signer;
}

/** Whether both are the same people, by the same rules: a key in other lines is the same key. */
export function areSameSigner(one: Signer, other: Signer): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other));
}

function comparable(signer: Signer) {
  if (signer.kind === "key") return { ...signer, pem: keyText(signer.pem) };
  const { identity } = signer;
  const known = KNOWN.find(({ inIndex }) => "matches" in identity && identity.matches === inIndex);
  return { ...signer, identity: known?.signer.identity ?? identity };
}

/** Behind "signed …". */
export function signerText(signer: Signer): string {
  return `${whoText(signer)}${signer.ignoresLog ? ", whether a log knows of it or not" : ""}`;
}

function whoText(signer: Signer): string {
  switch (signer.kind) {
    case "key":
      return `with the key ${keyText(signer.pem)}`;
    case "identity":
      return `by ${wantedText(signer.identity)}, vouched for by ${wantedText(signer.issuer)}`;
    default:
      return signer satisfies never;
  }
}

function wantedText(wanted: Wanted): string {
  return "is" in wanted ? wanted.is : `somebody whom the expression "${wanted.matches}" finds`;
}

/** As `openssl pkey -pubin -outform der | sha256sum` shows it. */
export function keyText(pem: string): string {
  const der = createPublicKey(pem).export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(der).digest("hex")}`;
}
