/** Whether the binary is as it was built. */
import { MARK_BYTES, OWN_EXECUTABLE, type PackedTable } from "./packed_files.ts";

export interface VerifiedBinary {
  /** Of all of it, hexadecimal: to be compared with the published one. */
  readonly sha256: string;
  /** The files at its end, falcod's code among them, are those that were packed. */
  readonly isWhole: boolean;
}

/** Reads all of the binary; rejects as `Deno.readFile`. */
export async function verifyBinary(
  table: PackedTable,
  executable = OWN_EXECUTABLE,
): Promise<VerifiedBinary> {
  const bytes = await Deno.readFile(executable);
  const filesAt = bytes.length - table.sizeBytes + MARK_BYTES;
  const isWhole = filesAt >= MARK_BYTES && await sha256Of(bytes.subarray(filesAt)) === table.mark;
  return { sha256: await sha256Of(bytes), isWhole };
}

async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** What `falcod version --verify` prints. */
export function verifiedText(
  { sha256, isWhole }: VerifiedBinary,
  { path, json }: { readonly path: string; readonly json: boolean },
): string {
  if (json) return `${JSON.stringify({ path, sha256, isWhole })}\n`;
  return `${path}\nSHA-256 ${sha256}\n${
    isWhole
      ? "falcod's code, rules and probe are as they were built. The runtime, and a change made on\n" +
        "purpose, show only in the SHA-256: compare it with that in SHA256SUMS of the release.\n"
      : "This binary of falcod is damaged: its code, rules or probe are not as they were built. Get it\n" +
        "again, and compare its SHA-256 with that in SHA256SUMS of the release.\n"
  }`;
}
