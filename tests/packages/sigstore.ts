/** A Sigstore of a test's own: an authority, its log of certificates, Rekor, and what cosign makes. */
import { Buffer } from "node:buffer";
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import {
  type Authority,
  type Bytes,
  der,
  extension,
  newAuthority,
  SUBJECT_NAMES,
  tagged,
  text,
} from "../certificates.ts";

const ISSUER = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x08];
const ISSUER_V1 = [...ISSUER.slice(0, -1), 0x01];
const LOGGED = [0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02];
const MINUTE_MS = 60_000;

export const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
export const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** Who asks for a certificate, and when it is used. */
export interface Signing {
  readonly identity?: string;
  /** In place of it: RFC 5280's numbers of their kinds (mailbox 1, host 2, address 6), and names. */
  readonly names?: readonly (readonly [kind: number, name: string])[];
  /** Lists of names, of which a certificate has one. */
  readonly lists?: number;
  readonly issuer?: string;
  /** The older extension has the issuer. */
  readonly oldIssuer?: boolean;
  /** After the certificate has begun; it is good for ten. */
  readonly usedAfterMinutes?: number;
  /** No log of certificates has heard of it. */
  readonly isUnlogged?: boolean;
  /** Rekor has not heard of the signature. */
  readonly isUnknown?: boolean;
  /** In place of a certificate. */
  readonly key?: KeyObject;
}

/** A signature as cosign 2 stores it. */
export interface Simple {
  readonly payload: string;
  readonly annotations: Record<string, string>;
}

const newLog = () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ type: "spki", format: "der" });
  return { privateKey, spki, id: createHash("sha256").update(spki).digest() };
};

export const IDENTITY =
  "https://github.com/example/pager/.github/workflows/release.yml@refs/tags/1";
export const ISSUER_URL = "https://token.example";

export class TestSigstore {
  readonly #authority: Authority;
  readonly #certificates = newLog();
  readonly #rekor = newLog();
  readonly #begun = new Date(Date.now() - 60 * MINUTE_MS);

  private constructor(authority: Authority) {
    this.#authority = authority;
  }

  static async start(): Promise<TestSigstore> {
    return new TestSigstore(await newAuthority("sigstore of a test"));
  }

  /** `trusted_root.json` */
  get root(): string {
    const validFor = { start: "2020-01-01T00:00:00Z" };
    const log = ({ spki, id }: ReturnType<typeof newLog>) => ({
      baseUrl: "https://log.example",
      hashAlgorithm: "SHA2_256",
      publicKey: {
        rawBytes: spki.toString("base64"),
        keyDetails: "PKIX_ECDSA_P256_SHA_256",
        validFor,
      },
      logId: { keyId: id.toString("base64") },
    });
    const rawBytes = pemBytes(this.#authority.certificate).toString("base64");
    return JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [log(this.#rekor)],
      certificateAuthorities: [{
        subject: { organization: "tests", commonName: "tests" },
        uri: "https://authority.example",
        certChain: { certificates: [{ rawBytes }] },
        validFor,
      }],
      ctlogs: [log(this.#certificates)],
      timestampAuthorities: [],
    });
  }

  async simple(digest: string, signing: Signing = {}): Promise<Simple> {
    const payload = JSON.stringify({
      critical: {
        identity: { "docker-reference": "registry.example/pager" },
        image: { "docker-manifest-digest": digest },
        type: "cosign container image signature",
      },
      optional: null,
    });
    const { key, certificate } = await this.#signerOf(signing);
    const signature = sign("sha256", Buffer.from(payload), key).toString("base64");
    const body = {
      apiVersion: "0.0.1",
      kind: "hashedrekord",
      spec: {
        data: { hash: { algorithm: "sha256", value: hex(payload) } },
        signature: { content: signature, publicKey: { content: btoa(certificate ?? "") } },
      },
    };
    return {
      payload,
      annotations: {
        "dev.cosignproject.cosign/signature": signature,
        ...certificate !== undefined && { "dev.sigstore.cosign/certificate": certificate },
        ...!signing.isUnknown && {
          "dev.sigstore.cosign/bundle": JSON.stringify(this.#promise(body, signing)),
        },
      },
    };
  }

  /** A bundle as cosign 3 stores it. */
  async bundle(
    digest: string,
    signing: Signing & { readonly predicateType?: string } = {},
  ): Promise<string> {
    const { predicateType = "https://sigstore.dev/cosign/sign/v1" } = signing;
    const payloadType = "application/vnd.in-toto+json";
    const payload = JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ digest: { sha256: digest.replace("sha256:", "") } }],
      predicateType,
      predicate: {},
    });
    const { key, certificate } = await this.#signerOf(signing);
    const signed = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} ${payload}`;
    const signature = sign("sha256", Buffer.from(signed), key).toString("base64");
    const body = {
      apiVersion: "0.0.1",
      kind: "dsse",
      spec: {
        payloadHash: { algorithm: "sha256", value: hex(payload) },
        signatures: [{ signature, verifier: btoa(certificate ?? "") }],
      },
    };
    const { SignedEntryTimestamp, Payload } = this.#promise(body, signing);
    const entry = {
      logIndex: `${Payload.logIndex}`,
      logId: { keyId: this.#rekor.id.toString("base64") },
      kindVersion: { kind: "dsse", version: "0.0.1" },
      integratedTime: `${Payload.integratedTime}`,
      inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
      inclusionProof: {
        logIndex: "1",
        rootHash: "",
        treeSize: "1",
        hashes: [],
        checkpoint: { envelope: "" },
      },
      canonicalizedBody: Payload.body,
    };
    const material = certificate === undefined ? { publicKey: { hint: "test" } } : {
      certificate: { rawBytes: pemBytes(certificate).toString("base64") },
    };
    return JSON.stringify({
      mediaType: BUNDLE,
      verificationMaterial: { ...material, tlogEntries: signing.isUnknown ? [] : [entry] },
      dsseEnvelope: { payload: btoa(payload), payloadType, signatures: [{ sig: signature }] },
    });
  }

  async #signerOf({ key, ...signing }: Signing) {
    if (key) return { key, certificate: undefined };
    const issued = await this.#authority.issue({
      commonName: "sigstore",
      notBefore: this.#begun,
      notAfter: new Date(this.#begun.getTime() + 10 * MINUTE_MS),
      extensions: this.#extensionsOf(signing),
      ...!signing.isUnlogged && { logged: (body) => this.#logged(body) },
    });
    return { key: createPrivateKey(issued.key), certificate: issued.certificate };
  }

  #extensionsOf({ issuer = ISSUER_URL, oldIssuer = false, ...named }: Signing): Bytes {
    const { identity = IDENTITY, names = [[6, identity]], lists = 1 } = named;
    const list = der(0x30, ...names.map(([kind, name]) => tagged(0x80 | kind, latin1(name))));
    return [
      ...Array.from({ length: lists }, () => extension(SUBJECT_NAMES, list, true)).flat(),
      ...oldIssuer
        ? extension(ISSUER_V1, text(issuer), false)
        : extension(ISSUER, tagged(0x0c, latin1(issuer)), false),
    ];
  }

  /** RFC 6962, 3.2 and 3.3: that the log has seen this certificate. */
  #logged(body: Uint8Array): Bytes {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(this.#begun.getTime()));
    const size = [body.length >> 16, body.length >> 8 & 0xff, body.length & 0xff];
    const issuer = createHash("sha256").update(spkiOf(this.#authority.certificate)).digest();
    const signed = Buffer.from([0, 0, ...time, 0, 1, ...issuer, ...size, ...body, 0, 0]);
    const signature = sign("sha256", signed, this.#certificates.privateKey);
    const stamp = [0, ...this.#certificates.id, ...time, 0, 0, 4, 3, 0, signature.length];
    const one = [...stamp, ...signature];
    const list = [0, one.length + 2, 0, one.length, ...one];
    return extension(LOGGED, der(0x04, list), false);
  }

  #promise(body: object, { usedAfterMinutes = 1 }: Signing) {
    const Payload = {
      body: btoa(JSON.stringify(body)),
      integratedTime: Math.floor(this.#begun.getTime() / 1000) + usedAfterMinutes * 60,
      logIndex: 7,
      logID: this.#rekor.id.toString("hex"),
    };
    const { body: text, integratedTime, logIndex, logID } = Payload;
    const promised = JSON.stringify({ body: text, integratedTime, logID, logIndex });
    const stamp = sign("sha256", Buffer.from(promised), this.#rekor.privateKey);
    return { SignedEntryTimestamp: stamp.toString("base64"), Payload };
  }
}

const hex = (text: string) => createHash("sha256").update(text).digest("hex");
const latin1 = (text: string) => [...Buffer.from(text, "latin1")];

function pemBytes(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
}

function spkiOf(certificate: string): Buffer {
  return createPublicKey(certificate).export({ type: "spki", format: "der" });
}
