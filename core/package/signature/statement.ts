/** What is signed says of what: cosign's payload, and in-toto's statement. */
import { parseBoundedJson } from "../../base/mod.ts";
import { simplePayload, statement } from "./schema.ts";
import { Untrusted } from "./untrusted.ts";

const BOUNDS = { depth: 16, values: 5000 };

/** Throws `Untrusted` where the payload is of something else. */
export function checkPayload(payload: Uint8Array, digest: string): void {
  const { data } = simplePayload.safeParse(jsonIn(payload));
  if (data?.critical.type !== "cosign container image signature") {
    throw new Untrusted("is none of cosign's");
  }
  const signed = data.critical.image["docker-manifest-digest"];
  if (signed !== digest) throw new Untrusted(`is of ${signed}`);
}

/** Throws `Untrusted` where the statement is of something else, or says something else. */
export function checkStatement(payload: Uint8Array, digest: string): void {
  const { data } = statement.safeParse(jsonIn(payload));
  if (!data) throw new Untrusted("is no statement of in-toto");
  // Others tell how it was built, or what is wrong with it.
  if (data.predicateType !== "https://sigstore.dev/cosign/sign/v1") {
    throw new Untrusted(`is no signature but a statement, ${data.predicateType}`);
  }
  const [algorithm, wanted] = digest.split(":") as [string, string];
  const signed = data.subject.map(({ digest }) => digest[algorithm]);
  if (!signed.includes(wanted)) {
    throw new Untrusted(`is of ${algorithm}:${signed[0] ?? "nothing"}`);
  }
}

export function jsonIn(bytes: Uint8Array): unknown {
  try {
    return parseBoundedJson(bytes, BOUNDS);
  } catch (error) {
    throw new Untrusted("is not as cosign writes it", { cause: error });
  }
}
