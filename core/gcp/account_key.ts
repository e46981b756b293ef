/** Files of credentials as Google gives them: keys of service accounts, and what `gcloud` keeps of users. */
import { isThisMachine } from "../http/near.ts";

export interface ServiceAccount {
  readonly kind: "service_account";
  readonly email: string;
  /** PKCS 8 in PEM. */
  readonly privateKey: string;
  readonly keyId?: string;
  /** Where tokens are made of what it signs. */
  readonly tokenUri: string;
}

export interface AuthorizedUser {
  readonly kind: "authorized_user";
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  readonly tokenUri: string;
}

export type AccountKey = ServiceAccount | AuthorizedUser;

const TOKEN_URI = "https://oauth2.googleapis.com/token";

/** JSON, or that in base64 as falcosidekick has it. What is thrown has nothing of the text in it. */
export function readAccountKey(text: string): AccountKey {
  const document = documentIn(text);
  const { type } = document;
  const has = (name: string): string => {
    const value = document[name];
    if (typeof value === "string" && value !== "") return value;
    throw new Error(`it has no ${name}`);
  };
  const tokenUri = document["token_uri"] === undefined ? TOKEN_URI : has("token_uri");
  if (!isSafe(tokenUri)) throw new Error("its token_uri does not begin with https://");
  if (type === "service_account") {
    const keyId = document["private_key_id"];
    return {
      kind: type,
      email: has("client_email"),
      privateKey: has("private_key"),
      ...typeof keyId === "string" && { keyId },
      tokenUri,
    };
  }
  if (type === "authorized_user") {
    return {
      kind: type,
      clientId: has("client_id"),
      clientSecret: has("client_secret"),
      refreshToken: has("refresh_token"),
      tokenUri,
    };
  }
  throw new Error("it is no key of a service account, nor of a user");
}

function documentIn(text: string): Readonly<Record<string, unknown>> {
  const isJson = text.trimStart().startsWith("{");
  try {
    const json = isJson ? text : new TextDecoder().decode(Uint8Array.fromBase64(text.trim()));
    const document = JSON.parse(json);
    if (typeof document === "object" && document !== null) return document;
  } catch {
    // Told below, without the text.
  }
  throw new Error("it is no JSON, nor JSON in base64");
}

/** With TLS, or on this machine: what goes there is good for a token. */
function isSafe(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === "https:" || url?.protocol === "http:" && isThisMachine(url.hostname);
}
