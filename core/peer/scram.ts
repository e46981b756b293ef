/** The client's part of SCRAM (RFC 5802, RFC 7677), without channel binding. */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

export type ScramHash = "sha256" | "sha512";

/** More would keep the event loop busy for long; servers use 4096. */
const MOST_ITERATIONS = 100_000;

export interface ScramExchange {
  readonly first: string;
  /** What answers the server's first message; throws an `Error` where that is none. Once: it is much work. */
  final(serverFirst: string): string;
  /** Throws an `Error` where the server does not know the password either. */
  verify(serverFinal: string): void;
}

export function scram(
  { hash, user, password, nonce = randomBytes(24).toString("base64url") }: {
    readonly hash: ScramHash;
    readonly user: string;
    readonly password: string;
    /** Random, unless a test says otherwise. */
    readonly nonce?: string;
  },
): ScramExchange {
  const name = user.replaceAll("=", "=3D").replaceAll(",", "=2C");
  const bare = `n=${name},r=${nonce}`;
  let serverSignature: Uint8Array | undefined;
  return {
    first: `n,,${bare}`,
    final: (serverFirst) => {
      if (serverSignature) throw new Error("the server begins SCRAM twice");
      const { r: given = "", s: salt = "", i: count = "" } = attributesOf(serverFirst);
      const iterations = /^\d{1,9}$/.test(count) ? Number(count) : 0;
      if (!given.startsWith(nonce) || given === nonce || salt === "") {
        throw new Error("the server's part of SCRAM is wrong");
      }
      if (iterations < 4096 || iterations > MOST_ITERATIONS) {
        throw new Error(`the server wants ${count.slice(0, 12)} rounds of SCRAM`);
      }
      const length = hash === "sha256" ? 32 : 64;
      const salted = pbkdf2Sync(password, Uint8Array.fromBase64(salt), iterations, length, hash);
      const clientKey = hmac(hash, salted, "Client Key");
      const storedKey = createHash(hash).update(clientKey).digest();
      const withoutProof = `c=biws,r=${given}`;
      const message = `${bare},${serverFirst},${withoutProof}`;
      const signature = hmac(hash, storedKey, message);
      const proof = clientKey.map((byte, index) => byte ^ signature[index]!);
      serverSignature = hmac(hash, hmac(hash, salted, "Server Key"), message);
      return `${withoutProof},p=${proof.toBase64()}`;
    },
    verify: (serverFinal) => {
      const { v: given = "", e: error } = attributesOf(serverFinal);
      if (error !== undefined) throw new Error(`the server refuses: ${error}`);
      const bytes = Uint8Array.fromBase64(given);
      const isRight = serverSignature?.length === bytes.length &&
        timingSafeEqual(serverSignature, bytes);
      if (!isRight) throw new Error("the server does not know the password");
    },
  };
}

function attributesOf(message: string): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(message.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
}

function hmac(hash: ScramHash, key: Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac(hash, key).update(text).digest());
}
