/** Who falcod is to AWS, and until when. */

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Absent: they do not expire. */
  readonly expiresAtMs?: number;
  /** The one that they already are of, where that is known. */
  readonly role?: string;
}

/** Of what services answer, in JSON or in XML; throws an `Error` where something is missing. */
export function credentialsFrom(
  text: (name: "AccessKeyId" | "SecretAccessKey" | "Token" | "Expiration") => unknown,
): AwsCredentials {
  const accessKeyId = text("AccessKeyId"), secretAccessKey = text("SecretAccessKey");
  const sessionToken = text("Token"), expiration = text("Expiration");
  if (!isText(accessKeyId) || !isText(secretAccessKey)) throw new Error("there is no key in it");
  const expiresAtMs = isText(expiration) ? Date.parse(expiration) : NaN;
  return {
    accessKeyId,
    secretAccessKey,
    ...isText(sessionToken) && { sessionToken },
    ...!Number.isNaN(expiresAtMs) && { expiresAtMs },
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
