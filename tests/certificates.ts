/** Certificates for tests: authorities, and what they sign, valid whenever a test wants. */

export interface Authority {
  readonly certificate: string;
  /** PEM of a certificate and its key. */
  issue(options: IssueOptions): Promise<{ readonly certificate: string; readonly key: string }>;
}

export interface IssueOptions {
  readonly commonName: string;
  readonly organization?: string;
  /** From a day before to a day after now, unless given. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** In place of the names of this machine. */
  readonly extensions?: Bytes;
  /** What a log of certificates says of one whose body, RFC 5280 4.1, is this. */
  readonly logged?: ((body: Uint8Array) => Bytes) | undefined;
}

const DAY_MS = 86_400_000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

/** A new authority. Everything it signs is for localhost and 127.0.0.1. */
export async function newAuthority(commonName = "authority of a test"): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const subject = nameOf({ commonName });
  const sign = async (given: ToSign & Dates) =>
    pem("CERTIFICATE", await certificate({ ...given, issuer: subject, by: keys.privateKey }));
  const isAuthority = extension([0x55, 0x1d, 0x13], der(0x30, [0x01, 0x01, 0xff]), true);
  return {
    certificate: await sign({ subject, keys, extensions: isAuthority, ...around() }),
    issue: async (options) => {
      const own = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
      const names = der(0x30, tagged(0x82, text("localhost")), tagged(0x87, [127, 0, 0, 1]));
      const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", own.privateKey));
      return {
        certificate: await sign({
          subject: nameOf(options),
          keys: own,
          extensions: options.extensions ?? extension(SUBJECT_NAMES, names, false),
          logged: options.logged,
          ...around(options),
        }),
        key: pem("PRIVATE KEY", key),
      };
    },
  };
}

interface Dates {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

function around({ notBefore, notAfter }: Partial<Dates> = {}): Dates {
  return {
    notBefore: notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: notAfter ?? new Date(Date.now() + DAY_MS),
  };
}

interface ToSign extends Pick<IssueOptions, "logged"> {
  readonly subject: Bytes;
  readonly keys: CryptoKeyPair;
  readonly extensions: Bytes;
}

export type Bytes = readonly number[];

/** subjectAltName, RFC 5280 4.2.1.6 */
export const SUBJECT_NAMES: Bytes = [0x55, 0x1d, 0x11];

/** RFC 5280, 4.1 */
async function certificate(
  given: ToSign & Dates & { readonly issuer: Bytes; readonly by: CryptoKey },
): Promise<Uint8Array> {
  const publicKey = [
    ...new Uint8Array(await crypto.subtle.exportKey("spki", given.keys.publicKey)),
  ];
  const serial = [...crypto.getRandomValues(new Uint8Array(8))];
  serial[0] = serial[0]! & 0x3f | 0x40;
  const bodyWith = (extensions: Bytes) =>
    der(
      0x30,
      der(0xa0, der(0x02, [2])), // version 3
      der(0x02, serial),
      SIGNED_BY_ECDSA,
      given.issuer,
      der(0x30, time(given.notBefore), time(given.notAfter)),
      given.subject,
      publicKey,
      der(0xa3, der(0x30, extensions)),
    );
  const withoutLog = bodyWith(given.extensions);
  const body = given.logged
    ? bodyWith([...given.extensions, ...given.logged(new Uint8Array(withoutLog))])
    : withoutLog;
  const raw = new Uint8Array(
    await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, given.by, new Uint8Array(body)),
  );
  const signature = der(0x30, integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  return new Uint8Array(der(0x30, body, SIGNED_BY_ECDSA, der(0x03, [0], signature)));
}

/** ecdsa-with-SHA256, RFC 5758 */
const SIGNED_BY_ECDSA = der(0x30, der(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));

function nameOf({ commonName, organization }: Pick<IssueOptions, "commonName" | "organization">) {
  const part = (id: number, value: string) =>
    der(0x31, der(0x30, der(0x06, [0x55, 0x04, id]), der(0x0c, text(value))));
  return der(
    0x30,
    ...organization === undefined ? [] : [part(0x0a, organization)],
    part(0x03, commonName),
  );
}

export function extension(id: Bytes, value: Bytes, isCritical: boolean): Bytes {
  return der(0x30, der(0x06, id), isCritical ? [0x01, 0x01, 0xff] : [], der(0x04, value));
}

function time(date: Date): Bytes {
  return der(0x18, text(date.toISOString().replace(/[-:T]|\.\d+/g, "")));
}

/** Positive: a first bit that is set gets a zero in front. */
function integer(bytes: Uint8Array): Bytes {
  const digits = [...bytes];
  while (digits.length > 1 && digits[0] === 0) digits.shift();
  return der(0x02, digits[0]! >= 0x80 ? [0, ...digits] : digits);
}

export function der(tag: number, ...parts: readonly Bytes[]): Bytes {
  return tagged(tag, parts.flat());
}

export function tagged(tag: number, content: Bytes): Bytes {
  const { length } = content;
  if (length < 0x80) return [tag, length, ...content];
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return [tag, ...size, ...content];
}

export function text(value: string): Bytes {
  return [...new TextEncoder().encode(value)];
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = bytes.toBase64().match(/.{1,64}/g)!.join("\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
