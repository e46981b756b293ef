/** Who has to have signed: in words, and of whom it is known. */
import { createHash, createPublicKey } from "node:crypto";
import type { Signer, Wanted } from "../../plugin/store/mod.ts";
import type { OciOrigin } from "../origin.ts";

/** Falco's own: registry.yaml of falcosecurity/plugins and falcosecurity/rules, as of July 2026. */
const KNOWN = ["plugins", "rules"].map((name) => ({
  host: "ghcr.io",
  below: `falcosecurity/${name}/`,
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

/** Behind "signed …". */
export function signerText(signer: Signer): string {
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
